package ledger_test

import (
	"testing"

	"tregua/policy"
	"tregua/policy/keep"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// TestPurgeLate: attempts that a start closes when their term is long over are purged by
// the first purge that finds them in their month, whenever they get there; then the
// month is settled again.
func TestPurgeLate(t *testing.T) {
	t.Parallel()
	start := noon.AddDate(0, 3, 0) // no term of November ends about then
	for name, move := range map[string]struct{ before, during bool }{
		"moved before the purge":      {before: true},
		"moved while the purge reads": {during: true},
		"moved after the purge":       {},
	} {
		h := newHouse(t, 1)
		h.fill()
		const late = 9
		called := policy.Number(393331000009)
		h.turn(noon, opening(record(late, called, noon)))
		day := func(n int) {
			t.Helper()
			now := start.AddDate(0, 0, n)
			if _, err := h.purger(now).Purge(t.Context(), now); err != nil {
				t.Fatal(err)
			}
		}
		there := func() bool {
			t.Helper()
			v, err := h.reader.Attempt(attemptID(late))
			if err != nil {
				t.Fatal(err)
			}
			return v.Personal
		}
		now := start.AddDate(0, 0, -1)
		if _, err := h.purger(now).Purge(t.Context(), now); err != nil { // the month is settled
			t.Fatal(err)
		}
		h.kill()
		h.start(start)
		if move.before {
			h.move()
		}
		p := h.purger(start)
		if move.during { // after the purge has read up to where the months are written
			p.Also = func() []ledger.LegalHold { h.move(); return nil }
		}
		if _, err := p.Purge(t.Context(), start); err != nil {
			t.Fatal(err)
		}
		if there() == move.before {
			t.Errorf("%s: at the start it is there: %t", name, !move.before)
		}
		h.move()
		day(1)
		if there() {
			t.Errorf("%s: it is there a day later", name)
		}
		if left := h.left(); left != [keep.Classes]bool{true, true, true, false} {
			t.Errorf("%s: left %v", name, left)
		}
		h.move()
		if views, err := h.reader.ByNumber(called, 10); err != nil || len(views) > 0 {
			t.Errorf("%s: %d records, %v", name, len(views), err)
		}
		h.whole()
		bad := store.Row{Key: append([]byte{0xA0}, make([]byte, 16)...), Value: []byte{0xff}}
		if err := h.months["2026-11"].Commit(store.Batch{Put: []store.Row{bad}}); err != nil {
			t.Fatal(err)
		}
		later := start.AddDate(0, 0, 2)
		if _, err := h.purger(later).Purge(t.Context(), later); err != nil {
			t.Errorf("%s: a month of which nothing is due any more is read: %v", name, err)
		}
	}
}
