// Command bench compares what a call costs in tregua and in Kamailio: CPU, user
// and system, of the server and all its children, per answered call and per
// refused INVITE. Both get the same load of the same SIPps, in turns, so that
// what else the machine does falls on both. tregua judges every call and keeps
// its record; Kamailio relays (tm, rr) or looks a number up (htable) and
// answers 603.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"slices"
	"time"

	"tregua/testbed/sipp"
)

// load is one kind of load.
type load struct {
	name  string
	rate  int // calls a second
	calls []sipp.Planned
}

func main() {
	pairs := flag.Int("pairs", 5, "how many times each server runs each load")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := compare(ctx, os.Stdout, *pairs)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context, out io.Writer, pairs int) error {
	program := os.Getenv("TREGUA")
	if program == "" {
		return errors.New("TREGUA does not name a tregua binary; run `make compare`")
	}
	// A run takes about 12 s and its start; three tries each are the bound.
	ctx, cancel := context.WithTimeout(ctx, time.Duration(pairs)*4*time.Minute)
	defer cancel()
	fmt.Fprintf(out, "%s\n", versions(ctx, program))
	for _, l := range []load{
		{"answered call", 200, sipp.Allowed(2000)},
		{"refused INVITE", 400, sipp.Refused(4000)},
	} {
		if err := comparePairs(ctx, out, program, l, pairs); err != nil {
			return err
		}
	}
	return nil
}

// comparePairs runs both servers pairs times, in turns, each first as often as
// the other.
func comparePairs(ctx context.Context, out io.Writer, program string, l load, pairs int) error {
	fmt.Fprintf(out, "\nCPU per %s, %d calls at %d/s\n%-6s%12s%12s%8s\n", l.name, len(l.calls), l.rate, "pair", "tregua", "kamailio", "ratio")
	servers := []server{&tregua{program: program}, kamailio{}}
	var ratios []float64
	for pair := range pairs {
		var cost [2]time.Duration
		for turn := range servers {
			which := (pair + turn) % len(servers)
			var err error
			if cost[which], err = cleanRun(ctx, servers[which], l); err != nil {
				return err
			}
		}
		ratio := float64(cost[0]) / float64(cost[1])
		ratios = append(ratios, ratio)
		fmt.Fprintf(out, "%-6d%12s%12s%8.2f\n", pair+1, cost[0], cost[1], ratio)
	}
	slices.Sort(ratios)
	fmt.Fprintf(out, "tregua/kamailio: min %.2f, median %.2f, max %.2f\n", ratios[0], median(ratios), ratios[len(ratios)-1])
	return nil
}

func median(sorted []float64) float64 {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// cleanRun repeats a run that was not clean: its figure would be that of the
// repeats. The third time it is an error.
func cleanRun(ctx context.Context, s server, l load) (cost time.Duration, err error) {
	for range 3 {
		if cost, err = run(ctx, s, l); err == nil || ctx.Err() != nil {
			break
		}
		fmt.Fprintf(os.Stderr, "bench: %s once more: %v\n", s.name(), err)
	}
	return cost, err
}

// run gives a fresh server a load and returns what a call of it cost.
func run(ctx context.Context, s server, l load) (cost time.Duration, err error) {
	dir, err := os.MkdirTemp("", "tregua-bench-")
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	pid, stop, err := s.start(ctx, dir)
	if err != nil {
		return 0, err
	}
	defer stop()
	carrier, err := sipp.Start(ctx, sipp.Config{Name: "uas", Dir: dir, Scenario: "uas", Listen: loopback(25070)})
	if err != nil {
		return 0, err
	}
	defer carrier.Kill()
	before, err := cpuTime(pid)
	if err != nil {
		return 0, err
	}
	dialer, err := sipp.Start(ctx, sipp.Config{
		Name: "uac", Dir: dir, Scenario: "uac", Listen: loopback(25080),
		Target: loopback(25060), Rows: sipp.Rows(l.calls), Rate: l.rate,
	})
	if err != nil {
		return 0, err
	}
	defer dialer.Kill()
	stats, err := dialer.Wait(ctx)
	if err == nil {
		err = stats.Clean(len(l.calls))
	}
	if err != nil {
		return 0, err
	}
	time.Sleep(time.Second) // what is put off is paid for, too
	after, err := cpuTime(pid)
	if err != nil {
		return 0, err
	}
	return (after - before) / time.Duration(len(l.calls)), nil
}

func loopback(port uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
}
