// Command crash kills tregua with SIGKILL under load, again and again, and holds
// after each kill what the carrier saw against what the store says: every INVITE
// that was forwarded has exactly one record, or its open row until the next start
// has closed it; the sequence has no gap; records, leaves, summaries and counters
// agree. Half of the kills fall at random moments. The others fall inside a commit
// or the move to a month (the sync of a log), the seal of a new number (the write
// of its slot, and its sync) and the activation of a set (its rename): strace gives
// the signal on entry of that system call, so that the program needs no failpoints.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

type options struct {
	tregua, dir string
	kills, rate int
	seed        uint64
}

func main() {
	var o options
	flag.StringVar(&o.tregua, "tregua", "bin/tregua", "the program")
	flag.StringVar(&o.dir, "dir", "out/crash", "where it has its data; what is there is removed")
	flag.IntVar(&o.kills, "kills", 200, "how often it is killed")
	flag.IntVar(&o.rate, "rate", 300, "calls a second")
	flag.Uint64Var(&o.seed, "seed", uint64(time.Now().UnixNano()), "chooses the moments")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := o.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintf(os.Stderr, "crash: seed %d: %v\n", o.seed, err)
		os.Exit(1)
	}
}

func (o *options) run(ctx context.Context) error {
	if err := os.RemoveAll(o.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(o.dir, 0o700); err != nil {
		return err
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	s, err := newScene(ctx, dir, o)
	if err != nil {
		return err
	}
	dice := rand.New(rand.NewPCG(o.seed, 1))
	for n := range o.kills {
		if err := s.round(ctx, moments[n%len(moments)], dice); err != nil {
			return fmt.Errorf("kill %d, %s: %w", n+1, moments[n%len(moments)].name, err)
		}
	}
	return s.end(ctx)
}
