package ledger_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/keep"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

// called are the numbers of the four records that [house.fill] writes.
var called = [keep.Classes]policy.Number{393331000001, 393331000002, 393331000003, 393331000004}

// fill records a call of every class, and moves them to their month.
func (h *house) fill() {
	h.t.Helper()
	h.start(noon)
	for n, e := range [keep.Classes]policy.Ending{keep.Silent: silent(noon), keep.Connected: connected(noon), keep.Unanswered: {Outcome: policy.OutcomeCancelled}} {
		if keep.Class(n) == keep.Refused {
			h.turn(noon, refusal(n, called[n], noon, policy.BlacklistListed))
			continue
		}
		h.turn(noon, opening(record(n, called[n], noon)), closing(n, e))
	}
	h.move()
}

// purger returns a purger that writes notes as the program does.
func (h *house) purger(now time.Time) *ledger.Purger {
	return &ledger.Purger{
		State: flaky{h.state, h}, Shelf: h.shelf, Keys: h.keys, Reader: h.reader, Terms: keep.CallCentre.Terms(), Term: keep.Public.Keep,
		NewID: func() (id policy.AttemptID, err error) { _, err = h.random.Read(id[:]); return id, err },
		Note: func(_ context.Context, n ledger.Note) error {
			rows, receipts := h.committer.Turn(now, asEntries(ledger.Entry{Kind: ledger.Noted, Note: n}))
			if receipts[0].Err != nil {
				return receipts[0].Err
			}
			if err := (flaky{h.state, h}).Commit(rows); err != nil {
				h.committer.Failed()
				return err
			}
			h.committer.Committed()
			h.mover.Wake(h.committer.Next())
			return nil
		},
	}
}

// left says which of the four can still be read and found, by class.
func (h *house) left() (found [keep.Classes]bool) {
	h.t.Helper()
	for n := range called {
		v, err := h.reader.Attempt(attemptID(n))
		if err != nil {
			h.t.Fatal(err)
		}
		views, err := h.reader.ByNumber(called[n], 10)
		if err != nil || v.Personal != (len(views) == 1) {
			h.t.Fatalf("%d: personal %t, found %d times, %v", n, v.Personal, len(views), err)
		}
		found[n] = v.Personal
	}
	return found
}

// whole fails unless the ledger verifies, purges and all.
func (h *house) whole() ledger.Report {
	h.t.Helper()
	faults, err := h.reader.VerifyPurges(noon.AddDate(20, 0, 0))
	if err != nil || len(faults) > 0 {
		h.t.Errorf("purges: %v, %v", faults, err)
	}
	return h.verify()
}

// TestPurgeOverMonths goes through thirty months day by day: each class is there the day
// before its term ends and gone the day after, and the counters stay.
func TestPurgeOverMonths(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.fill()
	before, err := h.reader.Recount()
	if err != nil {
		t.Fatal(err)
	}
	h.whole()
	terms, notes := keep.CallCentre.Terms(), 0
	for now := noon; now.Before(noon.AddDate(0, 30, 0)); now = now.AddDate(0, 0, 1) {
		took, err := h.purger(now).Purge(t.Context(), now)
		if err != nil {
			t.Fatal(err)
		}
		notes += len(took)
		for c, found := range h.left() {
			if found != now.Before(terms[c].After(noon)) {
				t.Fatalf("%s: %s is there: %t", now, keep.Class(c), found)
			}
		}
	}
	h.move()
	if got := len(h.notes(ledger.NotePurge, time.Time{}, time.Time{})); notes != 4 || got != 4 {
		t.Errorf("%d purges, %d notes, want 4", notes, got)
	}
	if rep := h.whole(); rep.Erased != 4 {
		t.Errorf("%d records without a person, want 4", rep.Erased)
	}
	after, err := h.reader.Recount()
	if err != nil || !maps.EqualFunc(before, after, ledger.Counters.Equal) {
		t.Errorf("the counters were %v and are %v, %v", before, after, err)
	}
	if _, err := h.reader.Evidence(0, true); !errors.Is(err, seal.ErrGone) {
		t.Errorf("evidence of what is gone: %v", err)
	}
}

// TestPurgeCompacts purges daily: the files of a month are compacted when the term of a class
// is over for all of it, whether or not something went on that day, and when what was held
// goes after that.
func TestPurgeCompacts(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 7)
	h.fill()
	var at []string
	purge := func(now time.Time) {
		before := h.pressed
		if _, err := h.purger(now).Purge(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if h.pressed > before {
			at = append(at, now.Format(time.DateOnly))
		}
	}
	hold, err := h.purger(noon).Lay(t.Context(), ledger.LegalHold{Number: called[keep.Refused], Order: "Garante 7", At: noon, Actor: "1:anna"})
	if err != nil {
		t.Fatal(err)
	}
	last := noon.AddDate(0, 30, 0)
	for now := noon; now.Before(last); now = now.AddDate(0, 0, 1) {
		purge(now)
	}
	if _, err := h.purger(last).Lift(t.Context(), hold.ID, last, "1:anna", "over"); err != nil {
		t.Fatal(err)
	}
	purge(last)
	want := []string{"2026-12-31", "2027-05-31", "2027-12-01", "2028-12-01", last.Format(time.DateOnly)}
	if diff := cmp.Diff(want, at); diff != "" {
		t.Error(diff)
	}
}

// TestPurgeCut ends the process at every step of a purge, before and after it is
// applied; the next start ends the purge, and one note tells of it.
func TestPurgeCut(t *testing.T) {
	t.Parallel()
	now := noon.AddDate(3, 0, 0)
	for _, how := range []fate{refused, obscure, killed, finished} {
		cuts := 0
		for at := 1; ; at++ {
			h := newHouse(t, 2)
			h.fill()
			n := 0
			h.meet(func() fate {
				if n++; n == at {
					return how
				}
				return done
			})
			_, err := h.purger(now).Purge(t.Context(), now)
			h.meet(nil)
			if err == nil {
				break
			}
			cuts++
			h.kill()
			h.start(now)
			if gone, err := h.reader.Gone(ledger.Span{}); err != nil || len(gone) == 0 && h.left() != [keep.Classes]bool{true, true, true, true} {
				t.Errorf("fate %d at commit %d: some is gone and nobody says so, %v", how, at, err)
			}
			later := now.AddDate(0, 0, 1)
			if _, err := h.purger(later).Purge(t.Context(), later); err != nil {
				t.Fatal(err)
			}
			h.move()
			if notes := h.notes(ledger.NotePurge, time.Time{}, time.Time{}); len(notes) != 1 || h.left() != [keep.Classes]bool{} {
				t.Errorf("fate %d at commit %d: %d notes, left %v", how, at, len(notes), h.left())
			}
			h.whole()
		}
		if cuts != 5 {
			t.Errorf("fate %d: cut at %d steps, want 5", how, cuts)
		}
	}
}

func TestPurgeDue(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 3)
	h.fill()
	now := noon.AddDate(0, 7, 0)
	due, err := h.purger(now).Due(t.Context(), now)
	want := []ledger.Purge{{
		Month: "2026-11", Records: map[string]int{"refused": 1, "unanswered": 1},
		Newest: map[string]time.Time{"refused": noon, "unanswered": noon},
	}}
	if diff := cmp.Diff(want, due); diff != "" || err != nil {
		t.Errorf("due %s, %v", diff, err)
	}
	if h.left() != [keep.Classes]bool{true, true, true, true} {
		t.Errorf("a look took something: %v", h.left())
	}
}

// TestTakenAway takes a personal part away without a purge, and moves one between two.
func TestTakenAway(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		after int // months, when a purge runs first
		want  string
	}{
		"no purge": {0, "no purge tells of it"},
		"a purge":  {7, "no purge tells of it"},
	} {
		h := newHouse(t, 5)
		h.fill()
		now := noon.AddDate(0, c.after, 0)
		if _, err := h.purger(now).Purge(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		st := h.months["2026-11"]
		empty(t, st, 0)
		faults, err := h.reader.VerifyPurges(noon.AddDate(20, 0, 0))
		if err != nil || len(faults) != 1 || !strings.Contains(faults[0].Error(), c.want) {
			t.Errorf("%s: %v, %v", name, faults, err)
		}
	}
}

// empty takes what is personal of a record away, as somebody with the disk would.
func empty(t *testing.T, st *memory.Store, n int) {
	t.Helper()
	id := attemptID(n)
	key := append([]byte{0xA1}, id[:]...)
	b := store.Batch{Put: []store.Row{{Key: key, Value: []byte{0x83, 1, 0x40, 0x40}}}} // [1, h'', h'']
	if err := st.Commit(b); err != nil {
		t.Fatal(err)
	}
}

// TestPurgeReadsWhatEnds: a month of which nothing new can be due is not read; that of
// which something can be, is.
func TestPurgeReadsWhatEnds(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 6)
	h.fill()
	purge := func(months, days int) error {
		now := noon.AddDate(0, months, days)
		_, err := h.purger(now).Purge(t.Context(), now)
		return err
	}
	if err := purge(7, 20); err != nil {
		t.Fatal(err)
	}
	bad := store.Row{Key: append([]byte{0xA0}, make([]byte, 16)...), Value: []byte{0xff}}
	if err := h.months["2026-11"].Commit(store.Batch{Put: []store.Row{bad}}); err != nil {
		t.Fatal(err)
	}
	if err := purge(9, 0); err != nil {
		t.Errorf("it reads a month that it has settled: %v", err)
	}
	at := noon.AddDate(0, 9, 0)
	if _, err := h.purger(at).Lay(t.Context(), ledger.LegalHold{Campaign: 12, Order: "Garante 7", At: at, Actor: "1:anna"}); err != nil {
		t.Fatal(err)
	}
	if err := purge(9, 1); err != nil {
		t.Errorf("it reads a month again for a hold that kept nothing of it: %v", err)
	}
	if err := purge(12, 0); err == nil {
		t.Error("it does not read a month of which a term ends")
	}
}
