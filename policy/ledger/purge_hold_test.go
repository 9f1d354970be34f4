package ledger_test

import (
	"bytes"
	"context"
	"errors"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/keep"
	"tregua/policy/ledger"
)

func TestLegalHold(t *testing.T) {
	t.Parallel()
	now := noon.AddDate(3, 0, 0)
	for name, c := range map[string]struct {
		hold ledger.LegalHold
		left [keep.Classes]bool
		held bool // the number of the connected call
	}{
		"number":           {ledger.LegalHold{Number: called[keep.Connected]}, [keep.Classes]bool{keep.Connected: true}, true},
		"another number":   {ledger.LegalHold{Number: called[keep.Silent]}, [keep.Classes]bool{keep.Silent: true}, false},
		"campaign":         {ledger.LegalHold{Campaign: 11}, [keep.Classes]bool{true, true, true, true}, true},
		"another campaign": {ledger.LegalHold{Campaign: 12}, [keep.Classes]bool{}, false},
		"period":           {ledger.LegalHold{From: noon, To: noon.Add(1)}, [keep.Classes]bool{true, true, true, true}, true},
		"after":            {ledger.LegalHold{From: noon.Add(1)}, [keep.Classes]bool{}, false},
		"before":           {ledger.LegalHold{To: noon}, [keep.Classes]bool{}, false},
		"over":             {ledger.LegalHold{Campaign: 11, Until: now}, [keep.Classes]bool{}, false},
		"not over":         {ledger.LegalHold{Campaign: 11, Until: now.Add(1)}, [keep.Classes]bool{true, true, true, true}, true},
	} {
		h := newHouse(t, 4)
		h.fill()
		p := h.purger(now)
		c.hold.Order, c.hold.At, c.hold.Actor = "Tribunale 12/26", noon, "1:anna"
		hold, err := p.Lay(t.Context(), c.hold)
		if err != nil {
			t.Fatal(err)
		}
		h.start(now) // a hold outlives the process
		p = h.purger(now)
		order, held, err := p.Held(called[keep.Connected], now)
		if err != nil || held != c.held || held != (order == "Tribunale 12/26") {
			t.Errorf("%s: held %t by %q, %v", name, held, order, err)
		}
		if _, err := p.Purge(t.Context(), now); err != nil || h.left() != c.left {
			t.Errorf("%s: left %v, %v", name, h.left(), err)
		}
		if _, err := p.Lift(t.Context(), hold.ID, now, "1:anna", "order ended"); err != nil {
			t.Fatal(err)
		}
		if _, err := p.Lift(t.Context(), hold.ID, now, "1:anna", "again"); !errors.Is(err, ledger.ErrNoHold) {
			t.Errorf("%s: lifted twice: %v", name, err)
		}
		if _, err := p.Purge(t.Context(), now); err != nil || h.left() != [keep.Classes]bool{} {
			t.Errorf("%s, lifted: left %v, %v", name, h.left(), err)
		}
		h.move()
		notes := h.notes(ledger.NoteHold, time.Time{}, time.Time{})
		if len(notes) != 2 {
			t.Errorf("%s: %d notes of holds, want 2", name, len(notes))
		}
		for _, n := range notes {
			if bytes.Contains(n.Body, []byte("3331000")) {
				t.Errorf("%s: the note %s tells the number", name, n.Body)
			}
		}
		h.whole()
	}
}

// TestHoldWhilePurging: a purge is asked about holds before every commit, so that one
// which is laid while it goes on keeps what is not gone yet; nobody who lays one waits
// for the end.
func TestHoldWhilePurging(t *testing.T) {
	t.Parallel()
	const n = 600 // two commits
	h := newHouse(t, 1)
	h.start(noon)
	for i := range n {
		h.turn(noon, refusal(i, policy.Number(393331000000+i), noon, policy.BlacklistListed))
	}
	h.move()
	now := noon.AddDate(1, 0, 0)
	p := h.purger(now)
	asked, last := 0, policy.Number(393331000000+n-1)
	p.Also = func() (holds []ledger.LegalHold) {
		if asked++; asked > 2 { // at the start, before the first commit
			holds = append(holds, ledger.LegalHold{Order: "complaint 7", Number: last})
		}
		return holds
	}
	note, laid := p.Note, false
	p.Note = func(ctx context.Context, m ledger.Note) error {
		if m.Kind == ledger.NotePurge {
			if _, err := p.Lay(ctx, ledger.LegalHold{Order: "12/26", Number: last, At: now}); err != nil {
				return err
			}
			laid = true
		}
		return note(ctx, m)
	}
	took, err := p.Purge(t.Context(), now)
	if err != nil || len(took) != 1 || took[0].Records["refused"] != n-1 || took[0].Held != 1 || !laid {
		t.Fatalf("%+v, %v", took, err)
	}
	for _, called := range []policy.Number{last, last - 1} {
		if views, err := h.reader.ByNumber(called, 10); err != nil || len(views) == 1 != (called == last) {
			t.Errorf("%s has %d records, %v", called, len(views), err)
		}
	}
	h.move()
	h.whole()
}

// TestComplaintWhilePurging: what enters a hold comes before a commit of a purge or after
// it, never between the look at the holds and the commit.
func TestComplaintWhilePurging(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.fill()
	now := noon.AddDate(1, 0, 0)
	p := h.purger(now)
	var entered atomic.Bool
	ended := make(chan error, 1)
	p.Also = func() []ledger.LegalHold {
		if entered.Load() {
			return []ledger.LegalHold{{Order: "complaint 7", Number: called[keep.Refused]}}
		}
		return nil
	}
	commits := 0
	h.meet(func() fate { // in a commit: the first is of the state, the second empties rows
		if commits++; commits == 2 {
			go func() { ended <- p.Between(func() error { entered.Store(true); return nil }) }()
			for range 10_000 {
				runtime.Gosched()
			}
			if entered.Load() {
				t.Error("a complaint was entered while rows are emptied")
			}
		}
		return done
	})
	_, err := p.Purge(t.Context(), now)
	if err = errors.Join(err, <-ended); err != nil || !entered.Load() {
		t.Fatal(err)
	}
}
