// Command ledger measures what keeping and proving the account of every attempt costs: the
// processor at 300 and at 3,000 attempts a second, with the syncs of store.sync
// batch, the bytes an attempt takes on disk at 1 million and at 5 million, and how long
// the history of a number takes over 24 months of a million attempts. The
// load goes to the ledger's own writer, month writer and log; making it is not counted.
// With -scale the sizes are so much smaller, and with -slack the bars so many times
// as high: a slice for CI.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"tregua/policy/ledger"
)

// The bars.
const (
	coreBar = 8.0 // per cent of a core at slow
	// recordBar is processor a record at fast, held for minutes. Every record is written
	// twice, to the state with the decision and to its month, and merged there in tables;
	// at 30 seconds there is nothing to merge yet, and a third of this is not seen.
	recordBar = 120 * time.Microsecond
	linearBar = 10.0 // per cent between the bytes an attempt takes at both sizes
	slow      = 300  // attempts a second
	fast      = 3000
	small     = 1_000_000 // attempts
	large     = 5_000_000
)

// months is how long a ledger is kept at most, and daily the attempts of the
// extrapolation.
const (
	months = 24
	daily  = 1_000_000
)

type options struct {
	dir          string
	scale, slack float64
	pace         time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "out/ledger", "where the ledgers are made; what is there is removed")
	flag.Float64Var(&o.scale, "scale", 1, "how large a part of the attempts is written")
	flag.Float64Var(&o.slack, "slack", 1, "how many times as high the bars are")
	flag.DurationVar(&o.pace, "pace", 3*time.Minute, "how long each rate is held")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := o.run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "ledger:", err)
		os.Exit(1)
	}
}

func (o *options) run(ctx context.Context) error {
	if err := os.RemoveAll(o.dir); err != nil {
		return err
	}
	for n := range 10 {
		makeAttempt(n) // asks the rules once, which is not to be measured
	}
	fmt.Println("attempts/s  cpu of a core  cpu a record  records")
	at300, err := o.paced(ctx, slow)
	if err != nil {
		return err
	}
	at3000, err := o.paced(ctx, fast)
	if err != nil {
		return err
	}
	fmt.Println("\nattempts    bytes      bytes an attempt")
	atSmall, atLarge, err := o.sizes(ctx)
	if err != nil {
		return err
	}
	apart := 100 * (atLarge - atSmall) / atSmall
	fmt.Printf("%+.1f %% apart; %d months of %d attempts a day: %.0f GB\n", apart, months, daily, atLarge*daily*365*months/12/1e9)
	var errs []error
	if at300.core > coreBar*o.slack {
		errs = append(errs, fmt.Errorf("%.1f %% of a core at %d a second, the bar is %.1f", at300.core, slow, coreBar*o.slack))
	}
	if bar := time.Duration(float64(recordBar) * o.slack); at3000.record > bar {
		errs = append(errs, fmt.Errorf("%v a record at %d a second, the bar is %v", at3000.record, fast, bar))
	}
	if max(apart, -apart) > linearBar*o.slack {
		errs = append(errs, fmt.Errorf("an attempt takes %.0f bytes of %.0f, the bar is %.0f %%", atLarge, atSmall, linearBar*o.slack))
	}
	return errors.Join(append(errs, o.histories(ctx))...)
}

// cost is what a rate costs.
type cost struct {
	core   float64 // per cent
	record time.Duration
}

// paced holds a rate for a while. What it costs to make the attempts is measured
// before, and taken off.
func (o *options) paced(ctx context.Context, rate int) (c cost, err error) {
	n := int(o.pace.Seconds() * float64(rate))
	making, err := measure(func() error { return pace(ctx, n/10, rate, func(...ledger.Entry) error { return nil }) })
	if err != nil {
		return c, err
	}
	h, err := open(filepath.Join(o.dir, strconv.Itoa(rate)), true)
	if err != nil {
		return c, err
	}
	defer func() { err = errors.Join(err, h.close()) }()
	start := time.Now()
	spent, err := measure(func() error {
		return h.running(ctx, func(ctx context.Context) error { return pace(ctx, n, rate, h.submit) })
	})
	if err != nil {
		return c, err
	}
	spent -= 10 * making
	c = cost{core: 100 * spent.Seconds() / time.Since(start).Seconds(), record: spent / time.Duration(n)}
	fmt.Printf("%-10d  %5.1f %%        %-12v  %d\n", rate, c.core, c.record.Round(100*time.Nanosecond), n)
	return c, nil
}

// measure returns the processor time that this process uses meanwhile.
func measure(do func() error) (time.Duration, error) {
	before := processor()
	err := do()
	return processor() - before, err
}

// processor returns the processor time that this process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// sizes returns the bytes that an attempt takes at both sizes.
func (o *options) sizes(ctx context.Context) (atSmall, atLarge float64, err error) {
	dir := filepath.Join(o.dir, "sizes")
	first, last := int(small*o.scale), int(large*o.scale)
	if atSmall, err = o.size(ctx, dir, 0, first); err != nil {
		return 0, 0, err
	}
	atLarge, err = o.size(ctx, dir, first, last)
	return atSmall, atLarge, err
}

// size writes the attempts up to n into a ledger that has those before from.
func (o *options) size(ctx context.Context, dir string, from, n int) (float64, error) {
	h, err := open(dir, false)
	if err != nil {
		return 0, err
	}
	err = h.running(ctx, func(ctx context.Context) error {
		return h.fill(ctx, n-from, func(i int) attempt { return makeAttempt(from + i) })
	})
	if err := errors.Join(err, h.close()); err != nil {
		return 0, err
	}
	bytes, err := onDisk(dir)
	each := float64(bytes) / float64(n)
	fmt.Printf("%-10d  %-9d  %.0f\n", n, bytes, each)
	return each, err
}

// onDisk returns the bytes of the files below dir.
func onDisk(dir string) (sum int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, err
}
