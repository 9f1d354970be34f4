// Command bench compares what a call costs in tregua and in Kamailio: CPU, user
// and system, of the server and all its children, per answered call and per
// refused INVITE. All get the same load of the same SIPps, in turns, so that
// what else the machine does falls on all. tregua judges every call and keeps
// its record; signalling is its proxy and transport alone, with a policy that
// answers at once; Kamailio relays (tm, rr) or looks a number up (htable) and
// answers 603. What a call costs falls with the rate: at a low one it is mostly
// the waking of threads.
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
	"strconv"
	"strings"
	"time"

	"tregua/testbed/sipp"
)

// load is one kind of load.
type load struct {
	name  string
	rate  int // calls a second
	calls []sipp.Planned
}

// loads are the two of a rate: answered calls, and twice as many refused ones.
func loads(rate int) []load {
	return []load{
		{"answered call", rate, sipp.Allowed(inTen(rate))},
		{"refused INVITE", 2 * rate, sipp.Refused(inTen(2 * rate))},
	}
}

// inTen is how many calls ten seconds of a rate have. There are only so many
// numbers, and a re-dial is answered from memory: that is another load.
func inTen(rate int) int { return min(10*rate, sipp.Numbers) }

func main() {
	pairs := flag.Int("pairs", 5, "how many times each server runs each load")
	rates := flag.String("rates", "200,1000,2000", "answered calls a second; twice as many are refused")
	serve := flag.Bool("signalling", false, "compare nothing: be the server of signalling alone")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	var err error
	if *serve {
		err = serveSignalling(ctx, os.Stdout)
	} else {
		err = compare(ctx, os.Stdout, *pairs, *rates)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func compare(ctx context.Context, out io.Writer, pairs int, rates string) error {
	program := os.Getenv("TREGUA")
	if program == "" {
		return errors.New("TREGUA does not name a tregua binary; run `make compare`")
	}
	fmt.Fprintf(out, "%s\n", versions(ctx, program))
	for field := range strings.SplitSeq(rates, ",") {
		rate, err := strconv.Atoi(field)
		if err != nil || rate <= 0 {
			return fmt.Errorf("-rates: %q is no number of calls a second; write 200,1000", field)
		}
		for _, l := range loads(rate) {
			if err := comparePairs(ctx, out, program, l, pairs); err != nil {
				return err
			}
		}
	}
	return nil
}

// comparePairs runs each server pairs times, in turns, each first as often as
// the others. The last is what the others are compared with.
func comparePairs(ctx context.Context, out io.Writer, program string, l load, pairs int) error {
	servers := []server{&tregua{program: program}, signalling{}, kamailio{}}
	// A run takes about 12 s and its start; three tries each are the bound.
	ctx, cancel := context.WithTimeout(ctx, time.Duration(pairs*len(servers))*time.Minute)
	defer cancel()
	fmt.Fprintf(out, "\nCPU per %s, %d calls at %d/s\n%-6s", l.name, len(l.calls), l.rate, "pair")
	for _, s := range servers {
		fmt.Fprintf(out, "%12s%8s", s.name(), "ratio")
	}
	fmt.Fprintln(out)
	costs := make([][]float64, len(servers)) // by server, in ms
	ratios := make([][]float64, len(servers))
	for pair := range pairs {
		cost := make([]float64, len(servers))
		for turn := range servers {
			which := (pair + turn) % len(servers)
			spent, err := cleanRun(ctx, servers[which], l)
			if err != nil {
				return err
			}
			cost[which] = spent.Seconds() * 1000
		}
		for i := range servers {
			costs[i] = append(costs[i], cost[i])
			ratios[i] = append(ratios[i], cost[i]/cost[len(cost)-1])
		}
		row(out, strconv.Itoa(pair+1), costs, ratios, func(all []float64) float64 { return all[len(all)-1] })
	}
	row(out, "min", costs, ratios, slices.Min[[]float64])
	row(out, "median", costs, ratios, median)
	row(out, "max", costs, ratios, slices.Max[[]float64])
	return nil
}

// row prints one figure of each server's costs and ratios.
func row(out io.Writer, name string, costs, ratios [][]float64, of func([]float64) float64) {
	fmt.Fprintf(out, "%-6s", name)
	for i := range costs {
		fmt.Fprintf(out, "%10.3fms%8.2f", of(costs[i]), of(ratios[i]))
	}
	fmt.Fprintln(out)
}

func median(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
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
