package ledger_test

import (
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/ledger"
)

// idNear returns the nth attempt id of a time, as the program makes them.
func idNear(at time.Time, n uint16) (id policy.AttemptID) {
	binary.BigEndian.PutUint64(id[:], uint64(at.UnixMilli())<<16|0x7000|uint64(n))
	return id
}

// TestSweep gives every record once, from the months and from the outbox, and those
// of a span only; the id of one is a little older than its time, across the end of
// a month.
func TestSweep(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 6)
	h.start(noon)
	var all []policy.Attempt
	enter := func(at time.Time, n int) {
		e := refusal(0, policy.Number(393331000000+n), at, policy.BlacklistListed)
		e.Record.Attempt.ID = idNear(at, uint16(n))
		if n%7 == 0 {
			e.Record.Attempt.ID = idNear(at.Add(-2*time.Second), uint16(n))
		}
		h.turn(at, e)
		all = append(all, e.Record.Attempt)
	}
	first := time.Date(2026, 10, 31, 22, 59, 58, 0, time.UTC) // two seconds before November in Rome
	for n := range 600 {
		enter(first.Add(time.Duration(n)*time.Second), n)
	}
	h.move()
	for n := range 40 {
		enter(first.Add(time.Duration(n)*time.Hour), 600+n)
	}
	var commits int
	h.meet(func() fate { // the months have them, and the outbox could not let them go
		if commits++; commits <= 2 {
			return done
		}
		return refused
	})
	if _, err := h.mover.Step(); err == nil {
		t.Fatal("the outbox let records go")
	}
	h.meet(nil)
	for _, span := range []ledger.Span{
		{},
		{Since: first.Add(2 * time.Second)},
		{Until: first.Add(2 * time.Second)},
		{Since: first.Add(time.Second), Until: first.Add(40 * time.Second)},
		{Since: first.Add(7 * time.Second)},
		{Since: first.Add(20 * time.Hour)},
		{Since: first.Add(20 * 24 * time.Hour)},
	} {
		for _, workers := range []int{1, 3} {
			got := sweep(t, h, span, workers)
			var want []policy.Attempt
			for i := range all {
				if span.Takes(all[i].At) {
					want = append(want, all[i])
				}
			}
			slices.SortFunc(want, byID)
			if d := cmp.Diff(want, got); d != "" {
				t.Fatalf("%v by %d workers: %s", span, workers, d)
			}
		}
	}
	if got := len(sweep(t, h, ledger.Span{Until: first.Add(2 * time.Second)}, 1)); got != 3 {
		t.Errorf("%d records of October, want 3", got)
	}
}

func byID(a, b policy.Attempt) int { return slices.Compare(a.ID[:], b.ID[:]) }

// sweep returns the attempts that a sweep gives, by id.
func sweep(t *testing.T, h *house, span ledger.Span, workers int) (got []policy.Attempt) {
	t.Helper()
	var mu sync.Mutex
	busy := make([]atomic.Bool, workers)
	err := h.reader.Sweep(t.Context(), span, workers, func(worker int, v *ledger.View) error {
		if busy[worker].Swap(true) {
			t.Error("a worker is called twice at a time")
		}
		defer busy[worker].Store(false)
		mu.Lock()
		defer mu.Unlock()
		got = append(got, v.Record.Attempt)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, byID)
	return got
}

// TestSweepEnds: the error of a visit ends it, and so does its context.
func TestSweepEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 7)
	h.start(noon)
	for n := range 3 {
		h.turn(noon, refusal(n, 393331234567, noon, policy.BlacklistListed))
	}
	h.move()
	full := errors.New("the page is full")
	if err := h.reader.Sweep(t.Context(), ledger.Span{}, 2, func(int, *ledger.View) error { return full }); !errors.Is(err, full) {
		t.Errorf("error %v, want that of the visit", err)
	}
	ctx, stop := context.WithCancelCause(t.Context())
	gone := errors.New("nobody waits for it any more")
	stop(gone)
	if err := h.reader.Sweep(ctx, ledger.Span{}, 2, func(int, *ledger.View) error { return nil }); !errors.Is(err, gone) {
		t.Errorf("error %v, want that of the context", err)
	}
}
