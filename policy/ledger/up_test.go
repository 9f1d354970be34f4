package ledger_test

import (
	"bytes"
	"errors"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/bar"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// ups returns the attempts that have an up row, with the row's value.
func (h *house) ups() map[policy.AttemptID]string {
	h.t.Helper()
	all := map[policy.AttemptID]string{}
	for row, err := range h.state.Scan([]byte{0x71}, nil) {
		if err != nil {
			h.t.Fatal(err)
		}
		all[policy.AttemptID(row.Key[1:])] = string(row.Value)
	}
	return all
}

// bars returns the bars of a number, as they are stored.
func (h *house) bars(n policy.Number) bar.Bars {
	h.t.Helper()
	all, err := ledger.Bars(h.state)
	if err != nil {
		h.t.Fatal(err)
	}
	return all[h.keys.Index(n)]
}

// ended is a Close with the bars that its end leaves on a number.
func (h *house) ended(n int, called policy.Number, e policy.Ending) ledger.Entry {
	h.t.Helper()
	a := record(n, called, noon).Attempt
	entry := closing(n, e)
	if b, changed := h.bars(called).After(&a, &e, figures); changed {
		entry.Bars = ledger.BarRow(h.keys.Index(called), b)
	}
	return entry
}

func TestUpRowLivesWithItsAttempt(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, opening(record(0, 393331234567, noon)), opening(record(1, 393331234568, noon)))
	if got := h.ups(); len(got) != 0 {
		t.Errorf("up rows before an answer: %v", got)
	}
	h.turn(noon, answered(0, noon, policy.WatchEnforce, true))
	watching := h.ups()
	if _, ok := watching[attemptID(0)]; !ok || len(watching) != 1 {
		t.Fatalf("up rows %v", watching)
	}
	h.turn(noon, answered(0, noon, policy.WatchEnforce, false))
	heard := h.ups()
	if maps.Equal(heard, watching) {
		t.Error("the row does not say that the watch has ended")
	}
	h.turn(noon, answered(0, noon, policy.WatchEnforce, true))
	if got := h.ups(); !maps.Equal(got, heard) {
		t.Error("a watch that had ended runs again")
	}
	h.turn(noon, closing(0, connected(noon)))
	h.turn(noon, answered(0, noon, policy.WatchEnforce, true)) // too late, and no mistake
	if got := h.ups(); len(got) != 0 {
		t.Errorf("up rows after the end: %v", got)
	}
	_, receipts := h.committer.Turn(noon, asEntries(answered(7, noon, policy.WatchEnforce, true)))
	if !errors.Is(receipts[0].Err, ledger.ErrNotOpen) {
		t.Errorf("an answer of nothing: %v", receipts[0].Err)
	}
	h.committer.Committed()
	h.verify()
}

// TestFailedTurnAndUp: rows of an answer whose commit failed are as they were,
// and come back with an attempt that is open again.
func TestFailedTurnAndUp(t *testing.T) {
	t.Parallel()
	for _, how := range []fate{refused, obscure} {
		h := newHouse(t, 1)
		h.start(noon)
		h.turn(noon, opening(record(0, 393331234567, noon)), opening(record(1, 393331234568, noon)), opening(record(2, 393331234569, noon)))
		h.turn(noon, opening(record(3, 393331234568, noon)), h.ended(3, 393331234568, silent(noon.Add(-time.Hour))))
		h.turn(noon, answered(0, noon, policy.WatchEnforce, true), answered(1, noon, policy.WatchEnforce, true))
		before := h.ups()
		rows, _ := h.committer.Turn(noon, asEntries(
			answered(0, noon, policy.WatchEnforce, false), h.ended(1, 393331234568, silent(noon)),
			answered(2, noon, policy.WatchEnforce, true),
		))
		if how == obscure {
			if err := h.state.Commit(rows); err != nil {
				t.Fatal(err)
			}
		}
		h.committer.Failed()
		h.turn(noon)
		if d := cmp.Diff(before, h.ups()); d != "" {
			t.Errorf("fate %d: %s", how, d)
		}
		if b := h.bars(393331234568); len(b) != 1 {
			t.Errorf("fate %d: in doubt, a number has the bars %v", how, b)
		}
		h.turn(noon, h.ended(1, 393331234568, silent(noon)))
		if b := h.bars(393331234568); len(b) != 1 || b[0].Of != attemptID(1) {
			t.Errorf("fate %d: bars %v", how, b)
		}
		h.verify()
	}
}

// TestBarsGoWithTheRecord: in the same batch, put or deleted.
func TestBarsGoWithTheRecord(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	const number = 393331234567
	h.turn(noon, opening(record(0, number, noon)), opening(record(1, number, noon)))
	rows, _ := h.committer.Turn(noon, asEntries(h.ended(0, number, silent(noon))))
	key := bar.Key(h.keys.Index(number))
	if !slices.ContainsFunc(rows.Put, func(r store.Row) bool { return bytes.Equal(r.Key, key) }) {
		t.Errorf("the batch of the record has no bar: %v", rows.Put)
	}
	if err := h.state.Commit(rows); err != nil {
		t.Fatal(err)
	}
	h.committer.Committed()
	if b := h.bars(number); len(b) != 1 || b[0].Of != attemptID(0) || b[0].CallCentre != 13 || b[0].Principal != 12 {
		t.Errorf("bars %+v", b)
	}
	h.turn(noon, h.ended(1, number, connected(noon.AddDate(0, 0, 7))))
	if all, err := ledger.Bars(h.state); err != nil || len(all) != 0 {
		t.Errorf("bars after a contact: %v, %v", all, err)
	}
}

func TestBarsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	for _, row := range []store.Row{
		{Key: bar.Key([16]byte{1}), Value: []byte("no bars")},
		{Key: []byte{0x30, 1}, Value: bar.Encode(bar.Bars{{}})},
	} {
		h := newHouse(t, 1)
		if err := h.state.Commit(store.Batch{Put: []store.Row{row}}); err != nil {
			t.Fatal(err)
		}
		if all, err := ledger.Bars(h.state); err == nil {
			t.Errorf("row %x is read as %v", row.Key, all)
		}
	}
}

// TestWriterKeepsTheOrderOfARow: what is newer waits behind what is to be tried
// again, so that the last word on a bar and on a watch is the last written.
func TestWriterKeepsTheOrderOfARow(t *testing.T) {
	t.Parallel()
	for _, how := range []fate{refused, obscure} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, 1)
			h.start(noon)
			const number, other = 393331234567, 393331234568
			h.turn(noon, opening(record(0, number, noon)), opening(record(1, number, noon)), opening(record(2, other, noon)))
			first := h.ended(0, number, silent(noon))
			second := closing(1, connected(noon.Add(time.Hour)))
			second.Bars = ledger.BarRow(h.keys.Index(number), nil) // the contact ended the bar
			w, d, stop := writing(t, h, flaky{h.state, h}, 0)
			h.meet(func() fate { return how })
			w.Submit(first)
			w.Submit(answered(2, noon, policy.WatchEnforce, true))
			time.Sleep(time.Second / 10)
			h.meet(nil)
			w.Submit(second)
			w.Submit(ledger.Entry{Kind: ledger.Close, ID: attemptID(2), Ending: connected(noon)})
			w.Submit(refusal(3, number, noon, policy.BlacklistListed)) // waits for nobody
			time.Sleep(time.Second / 10)
			if got := d.all(); len(got) != 1 || got[0].ID != attemptID(3) {
				t.Errorf("receipts before the retry: %v", got)
			}
			time.Sleep(3 * time.Second)
			for _, r := range d.all() {
				if r.Err != nil {
					t.Errorf("%v of %v: %v", r.Kind, r.ID, r.Err)
				}
			}
			if b := h.bars(number); len(b) != 0 || w.Rejected.Load() != 0 || w.Waiting() != 0 {
				t.Errorf("bars %v, %d rejected, %d wait", b, w.Rejected.Load(), w.Waiting())
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
			h.verify()
		})
	}
}
