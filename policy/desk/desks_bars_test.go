package desk

import (
	"encoding/binary"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/bar"
	"tregua/policy/ledger"
	"tregua/policy/seal"
)

const barred policy.Number = 393330000002

// owed is the bars of a number whose silent call is ten days old: the next
// contact needs an operator.
func owed(at time.Time) map[seal.Index]bar.Bars {
	old := at.AddDate(0, 0, -10)
	return map[seal.Index]bar.Bars{keys.Index(barred): {{
		Of: policy.AttemptID{99}, At: old, Until: old.AddDate(0, 0, 6), CallCentre: 1, Principal: 1,
	}}}
}

// opened returns the attempts that were let through.
func (o *office) opened() (all []policy.Attempt) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.entries {
		if e.Kind == ledger.Open {
			all = append(all, e.Record.Attempt)
		}
	}
	return all
}

// reason looks how an attempt would be judged now.
func (o *office) reason(t *testing.T, q Ask) string {
	t.Helper()
	_, d, err := o.Look(t.Context(), q.Attempt)
	if err != nil {
		t.Fatal(err)
	}
	return d.Reason.String()
}

// TestOneOfAThousand: of a thousand attempts at once at a number that is owed an
// operator, one is let through, and the next when that one has ended.
func TestOneOfAThousand(t *testing.T) {
	t.Parallel()
	const n = 1000
	o := openBarred(t, 2*n, owed(start))
	stop := o.work(t)
	round := func(from int) {
		var wg sync.WaitGroup
		for i := range n {
			wg.Go(func() {
				q := dial(0, barred, start, policy.Preview)
				binary.BigEndian.PutUint32(q.Attempt.ID[:], uint32(from+i+1))
				q.Attempt.CallerID = string(rune('a' + i%26)) // no re-dials
				if a, _ := o.Ask(q.Attempt, q.Return); a.Decision.Reason == policy.DeskFull {
					t.Error("no room at the desk")
				}
			})
		}
		wg.Wait()
	}
	round(0)
	o.reason(t, dial(1, barred, start, policy.Preview)) // all before it are handled
	if got := o.opened(); len(got) != 1 {
		t.Fatalf("%d of %d were let through", len(got), n)
	}
	first := o.opened()[0]
	if !o.Close(&first, policy.Ending{Outcome: policy.OutcomeCancelled, EndedAt: start}) {
		t.Fatal("no room at the desk")
	}
	round(n)
	o.reason(t, dial(1, barred, start, policy.Preview))
	if got := o.opened(); len(got) != 2 {
		t.Errorf("after the first has ended, %d of %d were let through", len(got)-1, n)
	}
	stop()
}

// TestBarsAreLoaded: a start knows the bars of the last run.
func TestBarsAreLoaded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := openBarred(t, 8, owed(start))
		stop := o.work(t)
		defer stop()
		if got := o.reason(t, dial(1, barred, start, policy.Predictive)); got != "operator.unpledged" {
			t.Error(got)
		}
		if got := o.reason(t, dial(1, barred+1, start, policy.Predictive)); got != "ok" {
			t.Errorf("another number: %s", got)
		}
		if o.Barred() != 1 {
			t.Errorf("%d numbers are barred", o.Barred())
		}
	})
}

// TestAnEndIsInForceAtOnce: what Close was given is seen by whoever asks next,
// while the ledger takes nothing, and written in that order later.
func TestAnEndIsInForceAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, 8)
		stop := o.work(t)
		q, other := dial(1, barred, start, policy.Predictive), dial(2, barred, start, policy.Predictive)
		redial, later := dial(3, barred, start, policy.Predictive), dial(3, barred, start.AddDate(0, 0, 9), policy.Predictive)
		o.fill(true)
		c := silent(q, policy.WatchEnforce)
		o.Close(&c.Attempt, c.Ending)
		if got := o.reason(t, redial) + ", " + o.reason(t, later); got != "bar.silent, operator.unpledged" {
			t.Errorf("after a silent call: %s", got)
		}
		if o.Barred() != 1 {
			t.Errorf("%d numbers are barred", o.Barred())
		}
		c = spoken(other)
		c.Ending.AnsweredAt = start.Add(time.Minute)
		o.Close(&c.Attempt, c.Ending)
		if got := o.reason(t, redial) + ", " + o.reason(t, later); got != "bar.silent, ok" {
			t.Errorf("after a contact: %s", got)
		}
		o.fill(false)
		stop()
		if n := len(o.entries); n != 2 || o.Lost.Load() != 0 {
			t.Fatalf("%d entries, %d lost", n, o.Lost.Load())
		}
		for i, met := range []bool{false, true} {
			if b, err := bar.Decode(o.entries[i].Bars.Value); err != nil || len(b) != 1 || b[0].Met != met {
				t.Errorf("end %d leaves %+v, %v", i+1, b, err)
			}
		}
	})
}

// TestWhatDoesNotGoOutIsNotHeld: a claim whose open row was not written is free,
// whoever could not write it.
func TestWhatDoesNotGoOutIsNotHeld(t *testing.T) {
	t.Parallel()
	for name, fail := range map[string]func(o *office, q Ask){
		"the ledger is full": func(o *office, q Ask) {
			o.fill(true)
			o.Ask(q.Attempt, q.Return)
			synctest.Wait()
			o.fill(false)
		},
		"the store fails": func(o *office, q Ask) {
			o.Ask(q.Attempt, q.Return)
			synctest.Wait()
			o.Posted([]ledger.Receipt{{Kind: ledger.Open, ID: q.Attempt.ID, Return: q.Return, Claim: barred, Err: errors.New("disk")}})
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := openBarred(t, 8, owed(start))
			stop := o.work(t)
			defer stop()
			q, next := dial(1, barred, start, policy.Preview), dial(2, barred, start, policy.Preview)
			fail(o, q)
			synctest.Wait()
			if got := o.reason(t, next); got != "ok" {
				t.Errorf("%s: the next is refused: %s", name, got)
			}
			o.Ask(next.Attempt, next.Return)
			synctest.Wait()
			o.Posted([]ledger.Receipt{
				{Kind: ledger.Open, ID: next.Attempt.ID, Return: next.Return, Claim: barred},
				{Kind: ledger.Open, ID: next.Attempt.ID, Claim: barred, Err: ledger.ErrTwice},
			})
			synctest.Wait()
			if got := o.reason(t, dial(3, barred, start, policy.Preview)); got != "operator.claimed" {
				t.Errorf("%s: a claim that was written: %s", name, got)
			}
		})
	}
}
