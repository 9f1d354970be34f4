package ledger_test

import (
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// trouble is something that stops the committer from taking an entry; the
// function it returns mends it.
type trouble func(t *testing.T, h *house) (mend func())

func slotsDoNotSync(_ *testing.T, h *house) func() {
	h.slots.FailSync(errStore)
	return func() { h.slots.FailSync(nil) }
}

// slotUnreadable breaks the row that names the slot of one number.
func slotUnreadable(t *testing.T, h *house) func() {
	index := h.keys.Index(393331234568)
	key := append([]byte{0x32}, index[:]...)
	if err := h.state.Commit(store.Batch{Put: []store.Row{{Key: key, Value: []byte{9}}}}); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := h.state.Commit(store.Batch{Delete: [][]byte{key}}); err != nil {
			t.Error(err)
		}
	}
}

// TestWriterKeepsWhatCannotBeTaken: when the store is well and the subject
// keys are not, nothing that was submitted is forgotten, and the call of an
// Open hears that it does not go out.
func TestWriterKeepsWhatCannotBeTaken(t *testing.T) {
	t.Parallel()
	for name, breaks := range map[string]trouble{"no sync": slotsDoNotSync, "no slot": slotUnreadable} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, 1)
				h.start(noon)
				mend := breaks(t, h)
				w, d, stop := writing(t, h, h.state, 0)
				emergency := opening(record(0, 393331234568, noon))
				emergency.Return = policy.Return{}
				w.Submit(emergency)
				w.Submit(refusal(1, 393331234568, noon, policy.BlacklistListed))
				w.Submit(redials(2, 1, 393331234568, noon, 3))
				w.Submit(opening(record(3, 393331234568, noon)))
				time.Sleep(time.Second / 10)
				w.Submit(closing(0, connected(noon)))
				time.Sleep(time.Minute)
				if got := d.all(); len(got) != 1 || got[0].ID != attemptID(3) || got[0].Err == nil {
					t.Errorf("receipts %v, want an error for the Open that a call waits for", got)
				}
				mend()
				time.Sleep(2 * time.Second)
				want := map[int]string{0: "connected", 1: "refused", 2: "repeated", 3: "refused"}
				if got := h.outcomes(); !maps.Equal(got, want) {
					t.Errorf("records %v, want %v", got, want)
				}
				if err := stop(); err != nil {
					t.Error(err)
				}
				h.verify()
			})
		})
	}
}

// outcomes returns how each attempt of the ledger ended.
func (h *house) outcomes() map[int]string {
	h.t.Helper()
	m := map[int]string{}
	for v, err := range h.reader.Each() {
		if err != nil {
			h.t.Fatal(err)
		}
		m[int(v.Record.Attempt.ID[7])-1] = v.Record.Ending.Outcome.String()
	}
	return m
}

// TestWriterOneNumberStopsNoOther: an entry that cannot be taken waits alone.
func TestWriterOneNumberStopsNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		slotUnreadable(t, h)
		w, d, stop := writing(t, h, h.state, 0)
		w.Submit(refusal(0, 393331234568, noon, policy.BlacklistListed))
		time.Sleep(time.Second)
		for n := range 9 {
			w.Submit(opening(record(1+n, 393331234567, noon)))
			time.Sleep(time.Second / 3)
		}
		if got := slices.DeleteFunc(d.all(), func(r ledger.Receipt) bool { return r.Err != nil }); len(got) != 9 {
			t.Errorf("%d of 9 calls were let through", len(got))
		}
		if err := stop(); err == nil {
			t.Error("an entry was not written, and Run says nothing")
		}
		if got := d.all(); len(got) != 10 || got[9].ID != attemptID(0) || got[9].Err == nil {
			t.Errorf("receipts %v", got)
		}
	})
}

// TestWriterRejects: what contradicts the ledger is counted and not tried again.
func TestWriterRejects(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		w, d, stop := writing(t, h, h.state, 0)
		for _, e := range []ledger.Entry{
			refusal(0, 393331234567, noon, policy.BlacklistListed), refusal(0, 393331234567, noon, policy.BlacklistListed),
			closing(1, connected(noon)),
			{Kind: ledger.Close},
			opening(record(0, 393331234567, noon)),
		} {
			w.Submit(e)
		}
		time.Sleep(time.Minute)
		var got []error
		for _, r := range d.all() {
			got = append(got, r.Err)
		}
		if want := []error{nil, ledger.ErrTwice, ledger.ErrNotOpen, ledger.ErrNoID, ledger.ErrTwice}; !slices.Equal(got, want) {
			t.Errorf("receipts %v, want %v", got, want)
		}
		if n := w.Rejected.Load(); n != 4 || w.Waiting() != 0 {
			t.Errorf("%d entries are counted, %d wait", n, w.Waiting())
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		if rep := h.verify(); rep.Records != 1 {
			t.Errorf("%+v", rep)
		}
	})
}

// TestWriterTakesNoMoreThanItCanKeep: what Submit took is written, however
// long the store fails.
func TestWriterTakesNoMoreThanItCanKeep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, 1)
		h.start(noon)
		w, _, stop := writing(t, h, flaky{h.state, h}, 8)
		h.meet(func() fate { return refused })
		taken := 0
		for n := range 40 {
			if w.Submit(refusal(n, 393331234567, noon, policy.BlacklistListed)) {
				taken++
			}
			time.Sleep(time.Second / 10)
		}
		if taken != 8 || w.Waiting() != 8 {
			t.Errorf("%d entries were taken and %d wait, want 8", taken, w.Waiting())
		}
		h.meet(nil)
		time.Sleep(time.Second)
		if got := len(h.outcomes()); got != taken {
			t.Errorf("%d records of %d entries taken", got, taken)
		}
		if w.Waiting() != 0 || !w.Submit(refusal(40, 393331234567, noon, policy.BlacklistListed)) {
			t.Error("the writer takes nothing any more")
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
		h.verify()
	})
}
