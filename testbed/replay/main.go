// Command replay measures how fast a recorded day is judged anew. A million
// attempts with mixed outcomes are made in a fixed order, judged by the profile of
// Italy and written by the ledger's own writer; then they are replayed under that
// policy, by which every decision must come out the same, and under the code of
// conduct, by which some must not. With -n fewer are made; the bar, a rate, stays,
// and with -slack it is so many times as low: a slice for CI.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"syscall"
	"time"

	"tregua/configs"
	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/replay"
	"tregua/policy/rules"
)

// The bars: a million attempts in a minute, and memory that does not grow with
// them.
const (
	perSecond = 1_000_000 / 60
	heapBar   = 512 << 20
)

// options are the flags.
type options struct {
	dir   string
	n     int
	slack float64
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "out/replay", "where the ledger is made; what is there is removed")
	flag.IntVar(&o.n, "n", 1_000_000, "how many attempts")
	flag.Float64Var(&o.slack, "slack", 1, "how many times over its bar the time may be")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := o.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		os.Exit(1)
	}
}

func (o options) run(ctx context.Context) (err error) {
	if err := os.RemoveAll(o.dir); err != nil {
		return err
	}
	same, params, err := judge()
	if err != nil {
		return err
	}
	other, _, err := judge("it-code")
	if err != nil {
		return err
	}
	h, err := open(o.dir, params)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	start := time.Now()
	if err := h.fill(ctx, same, o.n); err != nil {
		return fmt.Errorf("making the ledger: %w", err)
	}
	fmt.Printf("%d attempts written in %v\n", o.n, time.Since(start).Round(10*time.Millisecond))
	unchanged, err := o.replay(ctx, h.reader, "the same policy", same)
	if err != nil {
		return err
	}
	changed, err := o.replay(ctx, h.reader, "with it-code", other)
	if err != nil {
		return err
	}
	return errors.Join(o.holdSame(unchanged), o.holdOther(changed))
}

// judge returns the policy of Italy with overlays under the same name, and its
// figures.
func judge(overlays ...string) (*policy.Policy, policy.Params, error) {
	params, err := configs.Policy{Profile: "it", Overlays: overlays}.Params()
	if err != nil {
		return nil, params, err
	}
	params.Name = "it"
	p, err := policy.New(rules.Table(), params)
	return p, params, err
}

// replay judges the whole ledger anew and holds the time against its bar.
func (o options) replay(ctx context.Context, r *ledger.Reader, name string, judge replay.Judge) (*replay.Report, error) {
	runtime.GC()
	before := heap()
	var largest atomic.Uint64
	reports := make([]*replay.Report, runtime.GOMAXPROCS(0))
	for i := range reports {
		reports[i] = replay.New(replay.Config{Judge: judge, Needs: rules.Needs()})
	}
	start, worked := time.Now(), processor()
	err := r.Sweep(ctx, ledger.Span{}, len(reports), func(worker int, v *ledger.View) error {
		report := reports[worker]
		report.Add(&v.Record, v.Personal)
		if worker == 0 && report.Total.Attempts%4096 == 0 {
			largest.Store(max(largest.Load(), heap()))
		}
		return nil
	})
	took := time.Since(start)
	if err != nil {
		return nil, err
	}
	for _, other := range reports[1:] {
		reports[0].Merge(other)
	}
	all := reports[0]
	grown := max(largest.Load(), before) - before
	bar := time.Duration(o.slack * float64(o.n) / perSecond * float64(time.Second))
	fmt.Printf("%s: %d attempts in %v (bar %v), %.0f a second; %v of processor, heap %d MiB more\n", name, all.Total.Attempts,
		took.Round(10*time.Millisecond), bar.Round(10*time.Millisecond), float64(all.Total.Attempts)/took.Seconds(),
		(processor() - worked).Round(10*time.Millisecond), grown>>20)
	switch {
	case took > bar:
		return all, fmt.Errorf("%s: %v, the bar is %v", name, took, bar)
	case grown > heapBar:
		return all, fmt.Errorf("%s: the heap grew by %d MiB, the bar is %d", name, grown>>20, heapBar>>20)
	}
	return all, nil
}

// holdSame wants every attempt judged as it was.
func (o options) holdSame(r *replay.Report) error {
	t := &r.Total
	if t.Attempts != uint64(o.n) || t.Equal != t.Attempts || t.Reworded > 0 {
		return fmt.Errorf("the same policy: %d of %d attempts are equal, of %d that were made: %+v", t.Equal, t.Attempts, o.n, r.Differences())
	}
	fmt.Println("the same policy: 100 % equal")
	return nil
}

// holdOther prints what the code of conduct would have changed, and wants
// something.
func (o options) holdOther(r *replay.Report) error {
	t := &r.Total
	for _, d := range r.Differences()[:min(8, len(r.Differences()))] {
		fmt.Printf("  %8d  %s  %s: %s, was %s\n", d.Count, d.Campaign, d.Rule, d.To.Reason, d.From.Reason)
	}
	fmt.Printf("with it-code: %d equal, %d would be refused, %d for another reason\n", t.Equal, t.Kinds[replay.Refused], t.Kinds[replay.Otherwise])
	if t.Kinds[replay.Refused] == 0 || t.Kinds[replay.Undecided] > 0 {
		return fmt.Errorf("with it-code: %+v: it refuses somebody, and every fact is recorded", *t)
	}
	return nil
}

// processor is the time that this process has worked, on all processors: what else
// the machine does makes a run longer, and not this.
func processor() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// heap is how much memory objects take now, the garbage included.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
