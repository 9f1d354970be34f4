package desk

import (
	"math/rand/v2"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store/memory"
)

// life is one run of a desk and its ledger, on a store and a slot file that
// outlive it.
type life struct {
	t     *testing.T
	desk  *Desk
	made  *ledger.Committer
	store *memory.Store

	subjects *seal.Subjects
}

func begin(t *testing.T, st *memory.Store, slots *seal.MemoryFile, now time.Time) *life {
	t.Helper()
	subjects, err := seal.NewSubjects(slots, st, keys, 0)
	if err != nil {
		t.Fatal(err)
	}
	figures := params(t)
	made, _, err := ledger.Recover(ledger.Config{
		Node: 1, Keys: keys, Subjects: subjects, Random: rand.NewChaCha8([32]byte{2}), Params: &figures,
	}, st, now)
	if err != nil {
		t.Fatal(err)
	}
	l := &life{t, New(judge(t)), made, st, subjects}
	bars, err := ledger.Bars(st)
	if err != nil {
		t.Fatal(err)
	}
	for h, b := range bars {
		l.desk.Load(h, b)
	}
	served, err := ledger.AllServed(st)
	if err != nil {
		t.Fatal(err)
	}
	for s, at := range served {
		l.desk.Serve(s, at)
	}
	return l
}

// put lets the desk handle inputs; what it wants written is not yet.
func (l *life) put(at time.Time, in ...Input) []ledger.Entry {
	var out Outputs
	l.desk.Turn(at, view{generation: 1}, l.store, in, &out)
	return out.Entries
}

// write commits entries, which must succeed.
func (l *life) write(at time.Time, in ...ledger.Entry) {
	l.t.Helper()
	rows, receipts := l.made.Turn(at, in)
	for _, r := range receipts {
		if r.Err != nil {
			l.t.Fatal(r.Err)
		}
	}
	if err := l.store.Commit(rows); err != nil {
		l.t.Fatal(err)
	}
	l.made.Committed()
}

func (l *life) reason(q Ask) string {
	look := &Look{Attempt: q.Attempt, Index: q.Index}
	l.put(q.Attempt.At, look)
	return look.Decision.Reason.String()
}

// TestACrashAndTheBar kills the node at each moment of an answered call and
// wants the next life to know what the person may have met.
func TestACrashAndTheBar(t *testing.T) {
	t.Parallel()
	q := dial(1, barred, start, policy.Predictive)
	up := func(watching bool) ledger.Entry {
		u := policy.Up{AnsweredAt: start.Add(2 * time.Second), Watch: policy.WatchEnforce, Watching: watching}
		return ledger.Entry{Kind: ledger.Up, ID: q.Attempt.ID, Up: u}
	}
	for name, c := range map[string]struct {
		before func(l *life)
		redial string // at once
		owed   string // nine days later, by a dialer that pledges nobody
	}{
		"before the answer": {func(*life) {}, "ok", "ok"},
		"in the watch":      {func(l *life) { l.write(start, up(true)) }, "bar.silent", "operator.unpledged"},
		"after the operator's first word": {
			func(l *life) { l.write(start, up(true)); l.write(start, up(false)) }, "ok", "ok",
		},
		"after the end, before it was written": {
			func(l *life) { l.write(start, up(true)); l.put(start, silent(q, policy.WatchEnforce)) },
			"bar.silent", "operator.unpledged",
		},
		"after the end": {
			func(l *life) {
				l.write(start, up(true))
				l.write(start, l.put(start, silent(q, policy.WatchEnforce))...)
			},
			"bar.silent", "operator.unpledged",
		},
	} {
		st, slots := memory.New(), &seal.MemoryFile{}
		l := begin(t, st, slots, start)
		l.write(start, l.put(start, q)...)
		c.before(l)
		for range 2 { // a second crash changes nothing
			st = st.Crash()
			l = begin(t, st, slots, start.Add(time.Minute))
			if got := l.reason(dial(2, barred, start.Add(time.Minute), policy.Predictive)); got != c.redial {
				t.Errorf("%s: the re-dial is %s, want %s", name, got, c.redial)
			}
			if got := l.reason(dial(2, barred, start.AddDate(0, 0, 9), policy.Predictive)); got != c.owed {
				t.Errorf("%s: nine days later %s, want %s", name, got, c.owed)
			}
		}
	}
}
