package ledger_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
)

// TestWriterStoreFails: an Open hears of it at once, everything else is kept,
// and no failed commit leaves more in doubt than the next one mends.
func TestWriterStoreFails(t *testing.T) {
	t.Parallel()
	for _, how := range []fate{refused, obscure} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, 1)
			h.start(noon)
			h.turn(noon, opening(record(0, 393331234567, noon)))
			w, d, stop := writing(t, h, flaky{h.state, h}, 0)
			h.meet(func() fate { return how })
			w.Submit(opening(record(1, 393331234568, noon)))
			synctest.Wait()
			if got := d.all(); len(got) != 1 || !errors.Is(got[0].Err, errStore) || got[0].Return.Call != 2 {
				t.Fatalf("receipts %v", got)
			}
			w.Submit(closing(0, connected(noon)))
			w.Submit(refusal(2, 393331234568, noon, policy.BlacklistListed))
			time.Sleep(time.Minute)
			for n := range 50 {
				w.Submit(opening(record(10+n, 393331234568, noon)))
				time.Sleep(time.Second)
			}
			rows := h.state.Len()
			for n := range 50 {
				w.Submit(opening(record(100+n, 393331234568, noon)))
				time.Sleep(time.Second)
			}
			if got := h.state.Len(); got != rows {
				t.Errorf("a failing store went from %d to %d rows", rows, got)
			}
			if got := len(d.heard()); got != 101 {
				t.Errorf("%d receipts, want those of the 101 opens", got)
			}
			h.meet(nil)
			time.Sleep(time.Second)
			if got := len(d.heard()); got != 101+2+101 {
				t.Errorf("%d receipts, want also those of the two kept entries and of 101 refusals", got)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
			if rep := h.verify(); rep.Records != 103 || rep.Open != 0 {
				t.Errorf("%+v", rep)
			}
		})
	}
}

// TestWriterKeepsWhatDidNotWait: the call of an Open without a Return is on
// its way whatever the store says, so its record is written later.
func TestWriterKeepsWhatDidNotWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		w, _, stop := writing(t, h, flaky{h.state, h}, 0)
		h.meet(func() fate { return refused })
		open := opening(record(0, 393331234568, noon))
		open.Return = policy.Return{}
		w.Submit(open)
		w.Submit(closing(0, connected(noon)))
		time.Sleep(time.Minute)
		h.meet(nil)
		time.Sleep(time.Minute)
		if err := stop(); err != nil {
			t.Error(err)
		}
		if rep := h.verify(); rep.Records != 1 || rep.Open != 0 {
			t.Errorf("%+v", rep)
		}
	})
}

// TestWriterMendsBeforeItGoesOn: a store that writes and says it did not must
// not gather the rows of all that was tried, nor the batch that mends them.
func TestWriterMendsBeforeItGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		w, _, stop := writing(t, h, flaky{h.state, h}, 0)
		h.meet(func() fate { return obscure })
		for n := range 50 {
			w.Submit(opening(record(n, 393331234568, noon)))
			time.Sleep(time.Second)
		}
		if n := rows(t, h.state, 0x70); n > 1 {
			t.Errorf("%d open rows of attempts that were not let through", n)
		}
		if h.largest > 4 {
			t.Errorf("a batch of %d rows", h.largest)
		}
		h.meet(nil)
		w.Submit(refusal(50, 393331234568, noon, policy.BlacklistListed))
		if err := stop(); err != nil {
			t.Error(err)
		}
		if rep := h.verify(); rep.Records != 51 || rep.Open != 0 {
			t.Errorf("%+v", rep)
		}
	})
}

func TestWriterEndsWithAFailingStore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		w, d, stop := writing(t, h, flaky{h.state, h}, 0)
		h.meet(func() fate { return refused })
		for i := range 200 {
			w.Submit(refusal(i, 393331234567, noon, policy.BlacklistListed))
		}
		if err := stop(); !errors.Is(err, errStore) {
			t.Errorf("Run ends with %v", err)
		}
		if got := d.all(); len(got) != 200 || !errors.Is(got[199].Err, errStore) {
			t.Errorf("%d receipts", len(got))
		}
	})
}
