package ledger_test

import (
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
)

// TestNewest: what the writer remembers of the newest records is what stands in the
// store, also after a failed commit and when it has forgotten the oldest, and months
// that were filled from it verify.
func TestNewest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		w, _, stop := writing(t, h, flaky{h.state, h}, 0)
		written := 0
		write := func(n int) {
			for range n {
				if !w.Submit(refusal(written, 393331234567, noon, policy.BlacklistListed)) {
					t.Fatal("not taken")
				}
				if written++; written%1000 == 0 {
					synctest.Wait()
				}
			}
			time.Sleep(time.Second / 2) // nobody waits for them
		}
		write(50)
		h.meet(func() fate { return refused })
		write(3)
		h.wantLeaves(w, 0, 50)
		h.wantLeaves(w, 50, 0)
		h.meet(nil)
		time.Sleep(2 * time.Second) // they are tried again
		h.wantLeaves(w, 0, 53)
		h.wantLeaves(w, 20, 33)
		h.move() // from memory
		write(5000)
		h.wantLeaves(w, 0, 0) // forgotten
		h.wantLeaves(w, 5053-ledger.NewestKept, ledger.NewestKept)
		h.wantLeaves(w, 5053-ledger.NewestKept-1, 0)
		h.wantLeaves(w, 5052, 1)
		h.wantLeaves(w, 6000, 0)
		if got := w.Leaves(5000, 7); len(got) != 7 {
			t.Errorf("of 7 leaves there are %d", len(got))
		}
		h.move() // from the outbox first, and then from memory
		h.verify()
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// wantLeaves wants so many leaves from a Seq on to be those of the store.
func (h *house) wantLeaves(w *ledger.Writer, from uint64, n int) {
	h.t.Helper()
	got := w.Leaves(from, 1<<20)
	if len(got) != n {
		h.t.Fatalf("%d leaves from %d on, want %d", len(got), from, n)
	}
	i := 0
	for s, err := range h.reader.Records(from) {
		if err != nil {
			h.t.Fatal(err)
		}
		if i < n && s.Leaf != got[i] {
			h.t.Fatalf("leaf %d is not that of the record", s.Seq)
		}
		i++
	}
	if n > 0 && i != n {
		h.t.Errorf("%d records from %d on, and %d leaves", i, from, n)
	}
}
