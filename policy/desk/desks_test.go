package desk

import (
	"context"
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

// office is Desks with a ledger and shards that only note what they get.
type office struct {
	*Desks
	mu      sync.Mutex // protects the fields below
	entries []ledger.Entry
	answers []Answer
	full    bool
	refuse  int // entries that find no room yet
}

func open(t *testing.T, queue int, known ...Change) *office {
	return openBarred(t, queue, nil, known...)
}

// openBarred is open with the bars that a start finds.
func openBarred(t *testing.T, queue int, bars map[seal.Index]bar.Bars, known ...Change) *office {
	o := &office{}
	o.Desks = NewDesks(Config{
		Count: 3, Queue: queue, Policy: judge(t), Keys: keys, Bars: bars, Now: time.Now,
		View: func() View { return view{generation: 1, listed: 7} },
		Submit: func(e ledger.Entry) bool {
			o.mu.Lock()
			defer o.mu.Unlock()
			if o.full || o.refuse > 0 {
				o.refuse = max(0, o.refuse-1)
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
	}, known)
	return o
}

// Ask notes what is answered at once with the other answers.
func (o *office) Ask(a policy.Attempt, to policy.Return) (Answer, bool) {
	answer, now := o.Desks.Ask(a, to)
	if now {
		o.cfg.Answer(answer)
	}
	return answer, now
}

// work runs the desks until the returned function is called.
func (o *office) work(t *testing.T) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { o.Run(ctx) })
	return func() { cancel(); wg.Wait() }
}

func TestDesks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, 8, objection(9))
		stop := o.work(t)
		for i, n := range []policy.Number{5, 7, 9} {
			q := ask(byte(i+1), n, "")
			q.Attempt.At = time.Now()
			if a, _ := o.Ask(q.Attempt, q.Return); a.Decision.Reason == policy.DeskFull {
				t.Errorf("number %d finds no room", n)
			}
		}
		synctest.Wait()
		if len(o.entries) != 3 || len(o.answers) != 2 {
			t.Fatalf("%d entries, %d answers; want 3, and 2 for the refused ones", len(o.entries), len(o.answers))
		}
		o.Posted([]ledger.Receipt{{Kind: ledger.Open, Return: policy.Return{Call: 1}}, {Kind: ledger.Closed}})
		o.Posted([]ledger.Receipt{{Kind: ledger.Open, Return: policy.Return{Call: 4}, Err: errors.New("disk")}})
		if a := o.answers[2:]; len(a) != 2 || a[0].Decision.Verdict != policy.Allow || !a[0].Open ||
			a[1].Decision.Reason != policy.StoreDown || a[1].Open {
			t.Errorf("receipts became %+v", a)
		}
		stop()
	})
}

func TestWaiting(t *testing.T) {
	t.Parallel()
	o := open(t, 8)
	if got := o.Waiting(); got != 0 {
		t.Errorf("%d wait before anybody asked", got)
	}
	for range 3 {
		o.Ask(ask(1, 5, "").Attempt, policy.Return{})
	}
	for n := policy.Number(6); n < 12; n++ { // another desk's; which is the hash's affair
		if o.of(keys.Index(n)) != o.of(keys.Index(5)) {
			o.Ask(ask(2, n, "").Attempt, policy.Return{})
			break
		}
	}
	if got := o.Waiting(); got != 3 {
		t.Errorf("%d wait, want the 3 of one desk", got)
	}
}

func TestRepeatsAreWritten(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(stop func()){
		"when the window closes": func(stop func()) { time.Sleep(2 * Window); synctest.Wait(); defer stop() },
		"at the end":             func(stop func()) { stop() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := open(t, 8)
				stop := o.work(t)
				for i := range 3 {
					q := ask(byte(i+1), 7, "")
					o.Ask(q.Attempt, q.Return)
				}
				synctest.Wait()
				end(stop)
				if n := len(o.entries); n != 2 || o.entries[1].Kind != ledger.Repeat || o.entries[1].Record.Repeat.Count != 2 {
					t.Errorf("%d entries, the last %+v", n, o.entries[n-1])
				}
			})
		})
	}
}

func TestObjectIsInForceWhenItReturns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, 8)
		stop := o.work(t)
		defer stop()
		if err := o.Change(t.Context(), objection(5)); err != nil {
			t.Fatal(err)
		}
		_, d, err := o.Look(t.Context(), ask(1, 5, "").Attempt)
		if err != nil || d.Reason != policy.BlacklistListed {
			t.Errorf("look: %v, %v", d.Reason, err)
		}
	})
}

func TestFaultsOfTheDesks(t *testing.T) {
	t.Parallel()
	o := open(t, 1) // nobody works
	var last Answer
	for i := range 2 {
		q := ask(byte(i+1), 5, "")
		last, _ = o.Ask(q.Attempt, q.Return)
	}
	if last.Decision.Reason != policy.DeskFull || len(o.entries) != 1 {
		t.Errorf("a full desk answers %v and leaves %d records", last.Decision.Reason, len(o.entries))
	}
	emergency := ask(3, 0, "").Attempt
	emergency.Reading = policy.Emergency
	o.full = true
	if a, now := o.Ask(emergency, policy.Return{}); !now || a.Decision.Verdict != policy.Allow || !a.Open {
		t.Errorf("an emergency call with full desk and ledger: %+v", a)
	}
	if o.Lost.Load() != 1 {
		t.Errorf("%d records are counted lost, want 1", o.Lost.Load())
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.Change(ctx, objection(5)); err == nil {
		t.Error("an objection that nobody took is said to be in force")
	}
}

// TestAFullLedger: a call that the ledger has no room for is refused, and that
// is recorded as soon as there is room.
func TestAFullLedger(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, 8)
		o.fill(true)
		stop := o.work(t)
		q := ask(1, 5, "")
		q.Attempt.At = time.Now()
		o.Ask(q.Attempt, q.Return)
		synctest.Wait()
		if len(o.answers) != 1 || o.answers[0].Decision.Reason != policy.LedgerFull || o.answers[0].Return != q.Return {
			t.Fatalf("answers %+v", o.answers)
		}
		time.Sleep(time.Second)
		o.fill(false)
		time.Sleep(time.Second)
		synctest.Wait()
		if len(o.entries) != 1 || o.Lost.Load() != 0 {
			t.Fatalf("%d records, %d lost", len(o.entries), o.Lost.Load())
		}
		e := o.entries[0]
		end, decision := e.Record.Ending, e.Record.Decision
		if e.Kind != ledger.Closed || e.Record.Attempt.ID != q.Attempt.ID || end.Outcome != policy.OutcomeRefused ||
			end.Reason != policy.LedgerFull || decision.Verdict == policy.Allow || decision.Rule != "fault" {
			t.Errorf("the record is a %s, %+v, %+v", e.Kind, decision, end)
		}
		stop()
		if len(o.entries) != 1 {
			t.Error("the record was given twice")
		}
	})
}

// TestWhatHasNoRoomIsCounted: a desk keeps as many records as it has queue;
// what is more, and what is left at the end, is counted.
func TestWhatHasNoRoomIsCounted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, 4)
		o.fill(true)
		stop := o.work(t)
		for i := range 9 {
			q := ask(byte(i+1), 5, "")
			o.Ask(q.Attempt, q.Return)
			synctest.Wait()
		}
		if n := o.Lost.Load(); n != 5 {
			t.Errorf("%d of 9 records are counted lost, want 5", n)
		}
		stop()
		if n := o.Lost.Load(); n != 9 {
			t.Errorf("%d of 9 records are counted lost at the end", n)
		}
	})
}

// fill makes the ledger take nothing, or take again.
func (o *office) fill(full bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.full = full
}
