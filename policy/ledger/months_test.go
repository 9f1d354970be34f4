package ledger_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

func TestMonthsAreRomes(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	eve := time.Date(2026, 11, 30, 22, 59, 0, 0, time.UTC) // 23:59 in Rome
	h.turn(eve, refusal(0, 393331234567, eve, policy.BlacklistListed),
		refusal(1, 393331234567, eve.Add(time.Minute), policy.BlacklistListed))
	h.move()
	if got := slices.Sorted(maps.Keys(h.months)); !slices.Equal(got, []string{"2026-11", "2026-12"}) {
		t.Fatalf("months %q", got)
	}
	for i, name := range []string{"2026-11", "2026-12"} {
		id := attemptID(i)
		_, found, err := h.months[name].Get(append([]byte{0xA0}, id[:]...))
		if err != nil || !found {
			t.Errorf("attempt %d is not in %s: %v", i, name, err)
		}
	}
	for _, err := range h.state.Scan([]byte{0x50}, nil) {
		t.Fatalf("the outbox still has a row, or %v", err)
	}
	h.verify()
}

// TestMonthsLeaveTheUncommitted: a record that may have been written by a
// commit that failed is not in the ledger.
func TestMonthsLeaveTheUncommitted(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	rows, _ := h.committer.Turn(noon, asEntries(refusal(0, 393331234567, noon, policy.BlacklistListed)))
	if err := h.state.Commit(rows); err != nil {
		t.Fatal(err)
	}
	h.committer.Failed()
	h.move()
	if len(h.months) != 0 {
		t.Fatal("a record in doubt was moved")
	}
}

// TestBetweenMonthAndCursor kills the process when a record stands in its
// month and in the outbox: it is found once.
func TestBetweenMonthAndCursor(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, refusal(0, 393331234567, noon, policy.BlacklistListed))
	h.move()
	h.turn(noon, refusal(1, 393331234567, noon, policy.BlacklistListed))
	last := h.commits + 1 // that of the month
	h.meet(func() fate {
		if h.commits > last {
			return killed
		}
		return done
	})
	if _, err := h.mover.Step(); err == nil {
		t.Fatal("the cursor was committed")
	}
	h.kill()
	h.meet(nil)
	h.start(noon)
	if n := rows(t, h.months["2026-11"], 0xA0); n != 2 || rows(t, h.state, 0x50) != 1 {
		t.Fatalf("%d records in the month, %d in the outbox", n, rows(t, h.state, 0x50))
	}
	check := func() {
		t.Helper()
		if rep := h.verify(); rep.Records != 2 {
			t.Errorf("%d records", rep.Records)
		}
		if views, err := h.reader.ByNumber(393331234567, 9); err != nil || len(views) != 2 {
			t.Errorf("%d by number, %v", len(views), err)
		}
	}
	check()
	h.move()
	check()
}

func TestMonthsRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- h.mover.Run(ctx) }()
		synctest.Wait()
		h.meet(func() fate { return refused })
		h.turn(noon, refusal(0, 393331234567, noon, policy.BlacklistListed))
		time.Sleep(10 * time.Second)
		h.meet(nil)
		time.Sleep(time.Second)
		synctest.Wait()
		if rows(t, h.state, 0x50) != 0 || len(h.months) != 1 {
			t.Fatal("the record was not moved when the store came back")
		}
		for n := range 500 {
			h.turn(noon, refusal(1+n, 393331234567, noon, policy.BlacklistListed))
		}
		cancel() // what is left is moved at the end
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if n := rows(t, h.state, 0x50); n != 0 {
			t.Fatalf("%d records left", n)
		}
		if rep := h.verify(); rep.Records != 501 {
			t.Fatalf("%d records", rep.Records)
		}
	})
}

func rows(t *testing.T, st store.Reader, space byte) (n int) {
	t.Helper()
	for _, err := range st.Scan([]byte{space}, nil) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}
