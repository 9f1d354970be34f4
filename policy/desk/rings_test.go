package desk

import (
	"context"
	"encoding/binary"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/rules"
)

// capped is a policy with a cap of attempts a day, and nothing else. It lets other
// desks work between the count and the place.
func capped(t *testing.T, limit int) *policy.Policy {
	t.Helper()
	p := params(t)
	p.Frequency = frequencyOf(&p, limit)
	yield := policy.Rule{Name: "yield", Judge: func(*policy.Params, *policy.Attempt, *policy.Facts) policy.Finding {
		runtime.Gosched()
		return policy.Finding{}
	}}
	pol, err := policy.New(policy.Table{NotNow: []policy.Rule{yield}, Pace: rules.Table().Pace}, p)
	if err != nil {
		t.Fatal(err)
	}
	return pol
}

func frequencyOf(p *policy.Params, limit int) policy.FrequencyParams {
	b := p.Clock.Basis
	count := func(n int) policy.CountParam { return policy.CountParam{Value: n, Basis: b} }
	return policy.FrequencyParams{
		Basis: b, Enforce: true, Zone: p.Bar.Zone, Day: count(limit), Month: count(0), Contacts: count(1), Own: count(0),
		Within:   policy.Span{Value: 720 * time.Hour, Basis: b},
		Contract: policy.SwitchParam{Value: true, Basis: b}, Talk: policy.Span{Value: 20 * time.Second, Basis: b},
	}
}

// five are the numbers of one person. Which desk owns each is the hash's affair;
// they are those of all three.
var five = []policy.Number{393330000010, 393330000011, 393330000012, 393330000013, 393330000014}

// floor is an office with a cap.
func floor(t *testing.T, queue, limit int, v view) *office {
	t.Helper()
	o := &office{}
	o.Desks = NewDesks(Config{
		Count: 3, Queue: queue, Policy: capped(t, limit), Keys: keys, Now: time.Now, View: func() View { return v },
		Submit: func(e ledger.Entry) bool {
			o.mu.Lock()
			defer o.mu.Unlock()
			if o.full {
				return false
			}
			o.entries = append(o.entries, e)
			return true
		},
		Answer: func(a Answer) {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.answers = append(o.answers, a)
		},
	}, nil)
	return o
}

// call is the nth attempt at a number; no two are the same dial.
func call(n int, to policy.Number, at time.Time) Ask {
	q := dial(0, to, at, policy.Predictive)
	binary.BigEndian.PutUint32(q.Attempt.ID[:], uint32(n+1))
	q.Attempt.CallerID = string(rune('a' + n%1000))
	return q
}

// rung ends an attempt that rang; failed one that did not.
func rung(q Ask) Closing {
	return Closing{Attempt: q.Attempt, Index: q.Index, Ending: policy.Ending{
		Outcome: policy.OutcomeCancelled, Forwarded: true, Rang: true, RingingAt: q.Attempt.At, EndedAt: q.Attempt.At.Add(9 * time.Second),
	}}
}

func failed(q Ask) Closing {
	return Closing{Attempt: q.Attempt, Index: q.Index, Ending: policy.Ending{
		Outcome: policy.OutcomeFailed, Forwarded: true, Status: 486, EndedAt: q.Attempt.At.Add(time.Second),
	}}
}

// TestThreeOfAThousand: of a thousand attempts at once, over all desks, at one
// person with a cap of three a day, exactly three pass: whatever desk stands
// still meanwhile, and over how many numbers. One that is given back passes
// again.
func TestThreeOfAThousand(t *testing.T) {
	t.Parallel()
	const n, limit = 1000, 3
	slow := func(one policy.Number) {
		if one == five[0] {
			time.Sleep(200 * time.Millisecond)
		}
	}
	for name, c := range map[string]struct {
		numbers []policy.Number
		view    view
	}{
		"one number":                    {five[:1], view{}},
		"one number, its desk stands":   {five[:1], view{stall: slow}},
		"five numbers":                  {five, view{person: five}},
		"five numbers, one desk stands": {five, view{person: five, stall: slow}},
		"two numbers of five":           {five[:2], view{person: five}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := floor(t, 2*n, limit, c.view)
				stop := o.work(t)
				o.rush(t, n, 0, c.numbers)
				got := o.opened()
				if len(got) != limit || len(o.answers) != n-limit {
					t.Fatalf("%d of %d were let through, %d refused", len(got), n, len(o.answers))
				}
				// One rang, one failed: there is room for one more, at any number.
				for i, end := range []func(Ask) Closing{rung, failed} {
					a := got[i]
					c := end(Ask{Attempt: a, Index: keys.Index(a.Called)})
					if !o.Close(&c.Attempt, c.Ending) {
						t.Fatal("no room at the desk")
					}
				}
				synctest.Wait()
				o.rush(t, n, n, c.numbers)
				if got := o.opened(); len(got) != limit+1 {
					t.Errorf("after one was given back, %d of %d were let through", len(got)-limit, n)
				}
				stop()
			})
		})
	}
}

// rush puts n attempts to the desks at once and waits until all are judged.
func (o *office) rush(t *testing.T, n, from int, numbers []policy.Number) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			q := call(from+i, numbers[i%len(numbers)], start)
			if a, _ := o.Ask(q.Attempt, q.Return); a.Decision.Reason == policy.DeskFull {
				t.Error("no room at the desk")
			}
		})
	}
	wg.Wait()
	time.Sleep(time.Minute * 10) // of the bubble: the desk that stands gets through
	synctest.Wait()
}

// TestRefusedForAnother: what is refused for a call to another number of the
// person passes as soon as that has given back what it took.
func TestRefusedForAnother(t *testing.T) {
	t.Parallel()
	for _, other := range five[1:] {
		synctest.Test(t, func(t *testing.T) {
			o := floor(t, 8, 1, view{person: five})
			stop := o.work(t)
			defer stop()
			first, second := call(0, five[0], start), call(1, other, start)
			for _, q := range []Ask{first, second, second} {
				o.Ask(q.Attempt, q.Return)
				synctest.Wait()
			}
			if len(o.opened()) != 1 || len(o.answers) != 2 || o.answers[1].Of != second.Attempt.ID {
				t.Fatalf("%d were let through, answers %+v", len(o.opened()), o.answers)
			}
			c := failed(first)
			o.Close(&c.Attempt, c.Ending)
			synctest.Wait()
			again := second
			again.Attempt.ID = policy.AttemptID{77}
			o.Ask(again.Attempt, again.Return)
			synctest.Wait()
			if got := o.opened(); len(got) != 2 {
				t.Errorf("%d: the refusal is remembered: %+v", other, o.answers)
			}
		})
	}
}

// TestWhatDoesNotGoOutDoesNotCount: an open row that is not written gives back
// the place, whoever could not write it; one that is written twice does not.
func TestWhatDoesNotGoOutDoesNotCount(t *testing.T) {
	t.Parallel()
	receipt := func(q Ask, err error) ledger.Receipt {
		return ledger.Receipt{
			Kind: ledger.Open, ID: q.Attempt.ID, Return: q.Return, Claim: q.Attempt.Called, Principal: q.Attempt.Principal, Err: err,
		}
	}
	for name, c := range map[string]struct {
		fail func(o *office, q Ask)
		want string
	}{
		"the ledger is full": {func(o *office, q Ask) {
			o.fill(true)
			o.Ask(q.Attempt, q.Return)
			synctest.Wait()
			o.fill(false)
		}, "ok"},
		"the store fails": {func(o *office, q Ask) {
			o.Ask(q.Attempt, q.Return)
			synctest.Wait()
			o.Posted([]ledger.Receipt{receipt(q, errors.New("disk"))})
		}, "ok"},
		"it is written already": {func(o *office, q Ask) {
			o.Ask(q.Attempt, q.Return)
			synctest.Wait()
			o.Posted([]ledger.Receipt{receipt(q, nil), receipt(q, ledger.ErrTwice)})
		}, "frequency.attempts"},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := floor(t, 8, 1, view{person: five})
			stop := o.work(t)
			defer stop()
			c.fail(o, call(0, five[0], start))
			synctest.Wait()
			for _, n := range five[:2] {
				if got := o.reason(t, call(1, n, start)); got != c.want {
					t.Errorf("%s: the next is %s, want %s", name, got, c.want)
				}
			}
		})
	}
}

// TestRace lets attempts at persons that share numbers begin and end from many
// goroutines; it is for the race detector, and for desks that wait for each other.
func TestRace(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	o := floor(t, 1<<14, 3, view{person: five})
	var desks sync.WaitGroup
	desks.Go(func() { o.Run(ctx) })
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 200 {
				q := call(g*1000+i, five[i%5], start)
				o.Ask(q.Attempt, q.Return)
				c := failed(q)
				if i%50 == 0 {
					c = rung(q)
				}
				o.Close(&c.Attempt, c.Ending)
				o.Reached()
			}
		})
	}
	wg.Wait()
	cancel()
	desks.Wait()
	if n := o.Reached(); n == 0 || n > len(five) {
		t.Errorf("%d numbers are remembered", n)
	}
}
