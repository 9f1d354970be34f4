package ledger_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// beside is a purge of two kinds, that go in three commits.
func (h *house) beside(now time.Time) (ledger.Purge, error) {
	st := flaky{h.state, h}
	return h.purger(now).Beside(h.t.Context(), now, false, func(k *ledger.Taking) (map[string]int, error) {
		for _, one := range []struct{ kind, key string }{{"reads", "\x81a"}, {"reads", "\x81b"}, {"complaints", "\x39c"}} {
			err := k.Step(func() error {
				if _, found, err := st.Get([]byte(one.key)); err != nil || !found {
					return err
				}
				row, err := k.Of(one.kind)(1)
				if err != nil {
					return err
				}
				return st.Commit(store.Batch{Put: []store.Row{row}, Delete: [][]byte{[]byte(one.key)}})
			})
			if err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
}

// TestBesideCut ends the process at every commit of a purge beside the records, before
// and after it is applied; what went is told by one note, exactly.
func TestBesideCut(t *testing.T) {
	t.Parallel()
	const commits = 5 // three, the note, the end
	for _, how := range []fate{refused, obscure, killed, finished} {
		for at := 1; at <= commits+1; at++ {
			h := newHouse(t, 1)
			h.start(noon)
			for _, key := range []string{"\x81a", "\x81b", "\x39c"} {
				if err := h.state.Commit(store.Batch{Put: []store.Row{{Key: []byte(key)}}}); err != nil {
					t.Fatal(err)
				}
			}
			n := 0
			h.meet(func() fate {
				if n++; n == at {
					return how
				}
				return done
			})
			took, err := h.beside(noon)
			h.meet(nil)
			if (err == nil) != (at > commits) || at > commits && (took.Records["reads"] != 2 || took.Records["complaints"] != 1) {
				t.Fatalf("fate %d at commit %d: %+v, %v", how, at, took, err)
			}
			for day := range 3 {
				h.kill()
				later := noon.AddDate(0, 0, 1+day)
				h.start(later)
				if gone, err := h.reader.Gone(ledger.Span{}); err != nil || len(gone) > 0 {
					t.Errorf("fate %d at commit %d: of records %+v is gone, %v", how, at, gone, err)
				}
				if _, err := h.beside(later); err != nil {
					t.Fatal(err)
				}
			}
			h.move()
			sum := map[string]int{}
			for _, body := range h.notes(ledger.NotePurge, time.Time{}, time.Time{}) {
				var p ledger.Purge
				if err := json.Unmarshal(body.Body, &p); err != nil {
					t.Fatal(err)
				}
				for kind, n := range p.Records {
					sum[kind] += n
				}
			}
			if sum["reads"] != 2 || sum["complaints"] != 1 {
				t.Errorf("fate %d at commit %d: the notes tell of %v", how, at, sum)
			}
			h.whole()
		}
	}
}

// TestHoldWhileCopying: who lays a hold, or enters a complaint, does not wait for a backup.
func TestHoldWhileCopying(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 3)
	h.start(noon)
	p, entered := h.purger(noon), false
	err := p.Hold(func() error {
		_, err := p.Lay(t.Context(), ledger.LegalHold{Number: called[0], Order: "12/26", At: noon})
		return errors.Join(err, p.Between(func() error { entered = true; return nil }))
	})
	if all, listErr := ledger.LegalHolds(h.state, h.keys); errors.Join(err, listErr) != nil || len(all) != 1 || !entered {
		t.Errorf("%d holds, entered %t, %v, %v", len(all), entered, err, listErr)
	}
}

// TestBesideHolds: a hold that is laid while a purge goes on does not wait for its end,
// and counts from the next step on; one that is over does not count.
func TestBesideHolds(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 2)
	h.start(noon)
	p := h.purger(noon)
	p.Also = func() []ledger.LegalHold { return []ledger.LegalHold{{Number: called[1]}} }
	failed := errors.New("a kind failed")
	took, err := p.Beside(t.Context(), noon, false, func(k *ledger.Taking) (map[string]int, error) {
		for _, hold := range []ledger.LegalHold{{Number: called[0], Until: noon.Add(-1)}, {Number: called[2]}, {Campaign: 11}} {
			hold.Order, hold.At = "12/26", noon
			if _, err := p.Lay(t.Context(), hold); err != nil {
				return nil, err
			}
		}
		return nil, errors.Join(failed, k.Step(func() error {
			var held, needed []bool
			for _, n := range append(called[:], 0) {
				var i seal.Index
				if n != 0 {
					i = h.keys.Index(n)
				}
				held, needed = append(held, k.Held(i)), append(needed, k.Needed(i))
			}
			if !slices.Equal(held, []bool{false, false, true, false, false}) || !slices.Equal(needed, []bool{false, true, true, false, false}) {
				t.Errorf("held %v, needed %v", held, needed)
			}
			return nil
		}))
	})
	h.move()
	if notes := h.notes(ledger.NotePurge, time.Time{}, time.Time{}); !errors.Is(err, failed) || len(took.Records)+len(notes) > 0 {
		t.Errorf("%+v, %d notes, %v", took, len(notes), err)
	}
}
