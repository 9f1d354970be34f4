package ledger_test

import (
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/rings"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// rang gives an end the ring of its attempt, as a desk does that was started now.
func (h *house) rang(e ledger.Entry, called policy.Number, at time.Time) ledger.Entry {
	index := h.keys.Index(called)
	ring := rings.Of(e.ID, at, rings.Useful(&e.Ending, &figures.Frequency))
	r, _ := h.storedRings()[index].With(ring, at)
	e.Rings = ledger.RingRow(12, index, r)
	return e
}

// storedRings reads the rings of the store. All records here are of one
// principal.
func (h *house) storedRings() map[seal.Index]rings.Rings {
	h.t.Helper()
	all := map[seal.Index]rings.Rings{}
	for one, err := range ledger.Rings(h.state) {
		if err != nil {
			h.t.Fatal(err)
		}
		all[one.Index] = one.Rings
	}
	return all
}

// wantRings wants the rings that are stored to be those of the records.
func (h *house) wantRings(all []ledger.View, uncertain map[policy.Number]bool) {
	h.t.Helper()
	want, got := map[seal.Index]rings.Rings{}, h.storedRings()
	for i := range all {
		r := &all[i].Record
		if !r.Ending.Rang {
			continue
		}
		index := h.keys.Index(r.Attempt.Called)
		ring := rings.Of(r.Attempt.ID, r.Attempt.At, rings.Useful(&r.Ending, &figures.Frequency))
		want[index], _ = want[index].With(ring, r.Attempt.At)
	}
	for n := range uncertain {
		delete(want, h.keys.Index(n))
		delete(got, h.keys.Index(n))
	}
	if d := gocmp.Diff(want, got, gocmp.AllowUnexported(rings.Ring{})); d != "" {
		h.t.Errorf("the rings are not those of the records: %s", d)
	}
}

// TestRingsOfACrash: an attempt that was open when tregua stopped may have rung,
// and counts; a contact with an operator counts as a useful one. Several at one
// number count each, and what the store has already counts once.
func TestRingsOfACrash(t *testing.T) {
	t.Parallel()
	const number = policy.Number(393331234567)
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, opening(record(0, number, noon)), opening(record(1, number, noon)), opening(record(2, number, noon)))
	h.turn(noon, answered(1, noon, policy.WatchEnforce, false))
	index := h.keys.Index(number)
	// A failed commit may have left the ring of an attempt whose open row was
	// written again.
	kept, _ := rings.Rings(nil).With(rings.Of(attemptID(2), noon, false), noon)
	if err := h.state.Commit(store.Batch{Put: []store.Row{ledger.RingRow(12, index, kept)}}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // a second start changes nothing
		h.kill()
		h.start(noon.Add(time.Minute))
		got := h.storedRings()
		useful := 0
		for _, r := range got[index] {
			if r.Useful() {
				useful++
			}
		}
		if len(got) != 1 || len(got[index]) != 3 || useful != 1 {
			t.Errorf("%d numbers, %v, %d useful; want 3 rings of one", len(got), got[index], useful)
		}
	}
	h.wantBars(nil)
}

// TestForget takes a row of rings out, behind whatever was said of it before.
func TestForget(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, opening(record(0, 393331234567, noon)), opening(record(1, 393331234568, noon)))
	h.turn(noon, h.rang(closing(0, connected(noon)), 393331234567, noon))
	gone := ledger.RingRow(12, h.keys.Index(393331234567), nil)
	got := h.turn(noon, h.rang(closing(1, connected(noon)), 393331234568, noon), ledger.Entry{Kind: ledger.Forget, Rings: gone})
	if want := (ledger.Receipt{Kind: ledger.Forget}); got[1] != want {
		t.Errorf("receipt %v, want %v", got[1], want)
	}
	if left := h.storedRings(); len(left) != 1 || left[h.keys.Index(393331234568)] == nil {
		t.Errorf("left %v", left)
	}
}

// TestReach says better what reached a number, behind the end of the attempt.
func TestReach(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, opening(record(0, 393331234567, noon)))
	end := h.rang(closing(0, connected(noon)), 393331234567, noon)
	index := h.keys.Index(393331234567)
	better := rings.Rings{rings.Of(end.ID, noon, true)}
	reach := ledger.Entry{Kind: ledger.Reach, ID: end.ID, Rings: ledger.RingRow(12, index, better)}
	if got := h.turn(noon, end, reach); got[1] != (ledger.Receipt{Kind: ledger.Reach, ID: end.ID}) {
		t.Errorf("receipt %v", got[1])
	}
	if left := h.storedRings()[index]; len(left) != 1 || !left[0].Useful() {
		t.Errorf("left %v", left)
	}
}

// TestBrokenRings: a row that cannot be read keeps the node from starting, and
// says which.
func TestBrokenRings(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.start(noon)
	h.turn(noon, opening(record(0, 393331234567, noon)))
	row := store.Row{Key: rings.Key(12, h.keys.Index(393331234567)), Value: []byte{9}}
	short := store.Row{Key: []byte{rings.Space, 1}, Value: []byte{1}}
	for _, bad := range []store.Row{row, short} {
		if err := h.state.Commit(store.Batch{Put: []store.Row{bad}}); err != nil {
			t.Fatal(err)
		}
		var err error
		for _, err = range ledger.Rings(h.state) {
			if err != nil {
				break
			}
		}
		if err == nil || !strings.Contains(err.Error(), "row ") {
			t.Errorf("%x: %v", bad.Key, err)
		}
		if err := h.state.Commit(store.Batch{Delete: [][]byte{short.Key}}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := ledger.Recover(h.config(), h.state, noon); err == nil {
		t.Error("it started")
	}
}

// TestRingsInDoubt: a commit that failed, applied or not, loses no ring of before,
// and what comes after it counts each attempt once.
func TestRingsInDoubt(t *testing.T) {
	t.Parallel()
	const number = policy.Number(393331234567)
	for _, how := range []fate{refused, obscure} {
		for _, crash := range []bool{false, true} {
			h := newHouse(t, 1)
			h.start(noon)
			h.turn(noon, opening(record(0, number, noon)), opening(record(1, number, noon)))
			h.turn(noon, h.rang(closing(0, connected(noon)), number, noon))
			end := h.rang(closing(1, connected(noon)), number, noon)
			rows, _ := h.committer.Turn(noon, asEntries(end))
			if how == obscure {
				if err := h.state.Commit(rows); err != nil {
					t.Fatal(err)
				}
			}
			h.committer.Failed()
			h.turn(noon)
			if got := h.storedRings()[h.keys.Index(number)]; len(got) == 0 {
				t.Errorf("fate %d: in doubt, the first ring is lost", how)
			}
			if crash {
				h.kill()
				h.start(noon)
			} else {
				h.turn(noon, end)
			}
			if got := h.storedRings()[h.keys.Index(number)]; len(got) != 2 {
				t.Errorf("fate %d, a crash %t: rings %v, want 2", how, crash, got)
			}
		}
	}
}
