package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"tregua/policy"
)

// historyBar is how long the history of one number may take, cold or warm.
const historyBar = 50 * time.Millisecond

// asked is how many numbers are looked up.
const asked = 1000

// histories writes attempts of 24 months, of which each number has one a month, and
// measures how long it takes to read all of a number: the first time after a start,
// and then.
func (o *options) histories(ctx context.Context) error {
	dir := filepath.Join(o.dir, "history")
	numbers := int(small*o.scale) / months
	n := numbers * months
	h, err := open(dir, false)
	if err != nil {
		return err
	}
	err = h.running(ctx, func(ctx context.Context) error {
		if err := h.fill(ctx, n, func(i int) attempt { return monthly(i, numbers) }); err != nil {
			return err
		}
		return h.sum(ctx)
	})
	if err := errors.Join(err, h.close()); err != nil {
		return err
	}
	if h, err = open(dir, false); err != nil {
		return err
	}
	defer func() { _ = h.close() }() // it was only read
	before := resident()
	fmt.Printf("\nhistory of a number, %d attempts of %d months\n", n, months)
	var errs []error
	for _, what := range []string{"after a start", "then"} {
		errs = append(errs, o.history(h, what, numbers))
	}
	errs = append(errs, o.answer(h, numbers))
	fmt.Printf("  %-14s %.0f MB before, %.0f MB with all months open\n", "memory", before/1e6, resident()/1e6)
	return errors.Join(errs...)
}

// history reads numbers that lie far from each other.
func (o *options) history(h *house, what string, numbers int) error {
	took := make([]time.Duration, 0, asked)
	for i := range asked {
		start := time.Now()
		views, err := h.reader.ByNumber(called(i*7919%numbers), 1<<20)
		took = append(took, time.Since(start))
		if err != nil {
			return err
		}
		if len(views) != months {
			return fmt.Errorf("number %d has %d attempts, want %d", i, len(views), months)
		}
	}
	first := took[0]
	slices.Sort(took)
	p50, p99 := took[asked/2], took[asked*99/100]
	fmt.Printf("  %-14s first %v, p50 %v, p99 %v\n", what, first.Round(time.Microsecond), p50.Round(time.Microsecond), p99.Round(time.Microsecond))
	if bar := time.Duration(float64(historyBar) * o.slack); p99 > bar {
		return fmt.Errorf("a history takes %v (p99) %s, the bar is %v", p99, what, bar)
	}
	return nil
}

func called(n int) policy.Number { return policy.Number(393400000000 + n) }

// monthly returns the nth of attempts that come round by round, a round a month.
func monthly(n, numbers int) attempt {
	a := makeAttempt(n)
	at := begins.Add(8*time.Hour).AddDate(0, n/numbers, 0).Add(time.Duration(n%numbers) * time.Second)
	by := at.Sub(a.begins.Record.Attempt.At)
	move := func(t *time.Time) {
		if !t.IsZero() {
			*t = t.Add(by)
		}
	}
	r := &a.begins.Record
	r.Attempt.At, r.Attempt.Called = at, called(n%numbers)
	stampID(&r.Attempt.ID, at)
	for i := range a.ends {
		e := &a.ends[i]
		e.ID = r.Attempt.ID
		for _, t := range []*time.Time{&e.Ending.ForwardedAt, &e.Ending.RingingAt, &e.Ending.AnsweredAt, &e.Ending.OperatorAt, &e.Ending.EndedAt, &e.Up.AnsweredAt} {
			move(t)
		}
	}
	return a
}

// resident returns the memory of this process that no file backs, in bytes.
func resident() (bytes float64) {
	debug.FreeOSMemory()
	text, err := os.ReadFile("/proc/self/status")
	if _, rest, found := strings.Cut(string(text), "RssAnon:"); err == nil && found {
		_, _ = fmt.Sscan(rest, &bytes) // 0 is as good as an error here
	}
	return bytes * 1024
}
