package desk

import (
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/gate"
	"tregua/policy/ledger"
)

// openGated is an office with a gate behind its desks.
func openGated(t *testing.T) *office {
	t.Helper()
	o := &office{}
	o.Desks = NewDesks(Config{
		Count: 3, Queue: 8, Policy: newRoom(t, usual).pace.policy, Keys: keys, Now: time.Now, Gate: gate.New(),
		Watched: func(string) bool { return true },
		View:    func() View { return view{generation: 1} },
		Submit: func(e ledger.Entry) bool {
			o.mu.Lock()
			defer o.mu.Unlock()
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

// dialled is an attempt that has to pass by the gate.
func dialled(id byte) *policy.Attempt {
	a := ask(id, policy.Number(393330000000)+policy.Number(id), "").Attempt
	a.Channel, a.At = policy.ChannelOperator, time.Now()
	return &a
}

// TestWithdrawnGoesBehind: what is said of an attempt that its dialer gave up comes
// to the gate behind the attempt, although that is still to be judged.
func TestWithdrawnGoesBehind(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := openGated(t)
		o.Resume(dialled(1), false) // the one place is taken
		a := dialled(2)
		o.Ask(*a, policy.Return{Call: 2})
		o.Withdrawn(a) // and no desk has turned yet
		stop := o.work(t)
		synctest.Wait()
		if n := o.Held(); n != 0 || len(o.entries) != 1 {
			t.Fatalf("%d wait, %d records; the one who had asked is gone", n, len(o.entries))
		}
		if e := &o.entries[0].Record.Ending; e.Outcome != policy.OutcomeCancelled || e.Status != 487 {
			t.Errorf("the record says %s, %d", e.Outcome, e.Status)
		}
		stop()
	})
}
