package desk

import (
	"math/rand/v2"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/rings"
	"tregua/policy/seal"
	"tregua/policy/store/memory"
)

// floors is one run of two desks with a cap, over a store that outlives them.
type floors struct {
	*life
	desks  [2]*Desk
	shared *Shared
	view   view
}

// beginCapped starts a node whose persons have five numbers, and goes on with the
// attempts that are told to.
func beginCapped(t *testing.T, st *memory.Store, slots *seal.MemoryFile, now time.Time, goOn ...Ask) *floors {
	t.Helper()
	f := &floors{life: begin(t, st, slots, now), shared: NewShared(2), view: view{generation: 1, person: five}}
	for i := range f.desks {
		f.desks[i] = New(capped(t, 3))
		f.desks[i].Share(f.shared, i)
	}
	for one, err := range ledger.Rings(st) {
		if err != nil {
			t.Fatal(err)
		}
		f.shared.Load(one)
	}
	for _, q := range goOn {
		f.shared.Fly(&q.Attempt, q.Index)
	}
	return f
}

// put lets the owner of its number handle an input, and commits what it wants
// written. It returns what was decided.
func (f *floors) put(at time.Time, h seal.Index, in Input) (said []string) {
	f.t.Helper()
	var out Outputs
	f.desks[f.shared.desk(h)].Turn(at, f.view, f.store, []Input{in}, &out)
	f.write(at, out.Entries...)
	for _, e := range out.Entries {
		if e.Kind == ledger.Open || e.Kind == ledger.Closed {
			said = append(said, e.Record.Decision.Reason.String())
		}
	}
	return said
}

// TestCrashesKeepTheCap kills the node between the claim and the answer, and
// wants three to have passed after all, in whatever lives: counted by the desks,
// and again from the records of the ledger.
func TestCrashesKeepTheCap(t *testing.T) {
	t.Parallel()
	for _, numbers := range [][]policy.Number{five[:1], five} {
		for seed := range uint64(8) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			st, slots := memory.New(), &seal.MemoryFile{}
			now := start
			f := beginCapped(t, st, slots, now)
			var open []Ask
			for n := range 40 {
				now = now.Add(time.Minute)
				switch {
				case rnd.IntN(8) == 0: // SIGKILL, and a start
					st = st.Crash()
					f, open = beginCapped(t, st, slots, now), nil
				case rnd.IntN(3) == 0 && len(open) > 0:
					end := []func(Ask) Closing{failed, failed, failed, rung}[rnd.IntN(4)]
					f.put(now, open[0].Index, end(open[0]))
					open = open[1:]
				default:
					q := call(n, numbers[rnd.IntN(len(numbers))], now)
					if said := f.put(now, q.Index, q); len(said) == 1 && said[0] == "ok" {
						open = append(open, q)
					}
				}
				if rang := f.rang(t); rang+len(open) > 3 {
					t.Fatalf("seed %d, step %d: %d rang and %d may yet", seed, n, rang, len(open))
				}
			}
			f = beginCapped(t, st.Crash(), slots, now)
			want := "ok"
			if f.rang(t) == 3 {
				want = "frequency.attempts"
			}
			for i, one := range numbers {
				q := call(1000+i, one, now)
				look := &Look{Attempt: q.Attempt, Index: q.Index}
				f.put(now, q.Index, look)
				if got := look.Decision.Reason.String(); got != want || look.Facts.Rings.Today != f.rang(t) {
					t.Errorf("seed %d: after all %s, %+v; the records have %d", seed, got, look.Facts.Rings, f.rang(t))
				}
			}
		}
	}
}

// rang counts the records that rang, and wants the rows to be those of the
// records.
func (f *floors) rang(t *testing.T) (n int) {
	t.Helper()
	left := map[policy.Number]rings.Rings{}
	none := ledger.NewShelf(nil, func() ([]string, error) { return nil, nil })
	for v, err := range ledger.NewReader(f.store, none, keys, f.subjects).Each() {
		if err != nil {
			t.Fatal(err)
		}
		if a := &v.Record.Attempt; v.Record.Ending.Rang {
			left[a.Called], _ = left[a.Called].With(rings.Of(a.ID, a.At, false), a.At)
			n++
		}
	}
	for one, err := range ledger.Rings(f.store) {
		if err != nil {
			t.Fatal(err)
		}
		for number, r := range left {
			if keys.Index(number) == one.Index && len(r) != len(one.Rings) {
				t.Fatalf("%s: %d rang by the records, %d by the row", number, len(r), len(one.Rings))
			}
		}
	}
	return n
}

// TestAdoptedCallsCount: a call that goes on over a restart keeps its place.
func TestAdoptedCallsCount(t *testing.T) {
	t.Parallel()
	f := beginCapped(t, memory.New(), &seal.MemoryFile{}, start, call(1, five[0], start))
	for i, want := range []string{"ok", "ok", "frequency.attempts"} {
		next := call(10+i, five[1+i], start)
		if got := f.put(start, next.Index, next); len(got) != 1 || got[0] != want {
			t.Errorf("call %d: %v, want %s", i, got, want)
		}
	}
}
