package desk

import (
	"errors"
	"testing"
	"testing/synctest"

	"tregua/policy"
	"tregua/policy/ledger"
)

// TestTroublesOfOursInShadow: where the rules are not enforced a call goes,
// whatever trouble we have, and its row is written when there is room.
func TestTroublesOfOursInShadow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, 1)
		o.full = true
		for _, mode := range []policy.Mode{policy.Enforce, policy.Shadow, policy.Bypass} {
			q := ask(byte(mode+1), 5, "").Attempt
			q.Mode = mode
			o.Ask(q, policy.Return{}) // nobody works yet: the queue is full behind it
			q.ID[0]++
			got, now := o.Ask(q, policy.Return{Call: 1})
			if want := mode != policy.Enforce; !now || got.Open != want || (got.Decision.Verdict == policy.Allow) != want {
				t.Errorf("%v, the queue full: %+v, at once %v", mode, got, now)
			}
		}
		lost := o.Lost.Load() // those had no room at once
		stop := o.work(t)
		synctest.Wait()
		q := ask(9, 5, "").Attempt
		q.Mode = policy.Shadow
		o.Ask(q, policy.Return{Call: 7})
		synctest.Wait()
		if a := o.answers[len(o.answers)-1]; a.Return.Call != 7 || a.Decision.Verdict != policy.Allow || !a.Open ||
			len(a.Decision.Trail) != 1 || a.Decision.Trail[0].Reason != policy.LedgerFull || !a.Decision.Trail[0].Shadow {
			t.Errorf("the ledger full: %+v", a)
		}
		o.mu.Lock()
		o.full = false
		o.mu.Unlock()
		stop()
		e := o.entries[len(o.entries)-1]
		if e.Kind != ledger.Open || e.Record.Attempt.ID != q.ID || e.Return != (policy.Return{}) || o.Lost.Load() != lost {
			t.Errorf("the row became %+v; %d lost", e, o.Lost.Load()-lost)
		}
		o.Posted([]ledger.Receipt{{Kind: ledger.Open, Return: policy.Return{Call: 8}, Mode: policy.Shadow, Err: errors.New("disk")}})
		if a := o.answers[len(o.answers)-1]; a.Return.Call != 8 || a.Decision.Verdict != policy.Allow || !a.Open {
			t.Errorf("the store failed: %+v", a)
		}
	})
}

// TestPlaceOfUnrecorded: a call whose row could not be written keeps its place
// where it goes all the same, and gives it back where it does not.
func TestPlaceOfUnrecorded(t *testing.T) {
	t.Parallel()
	for mode, kept := range map[policy.Mode]int{policy.Enforce: 0, policy.Shadow: 1, policy.Bypass: 1} {
		synctest.Test(t, func(t *testing.T) {
			o := open(t, 1)
			defer o.work(t)()
			q := ask(byte(mode+1), 5, "").Attempt
			q.Mode = mode
			o.Ask(q, policy.Return{Call: 7})
			synctest.Wait()
			o.Posted([]ledger.Receipt{{
				Kind: ledger.Open, ID: q.ID, Return: policy.Return{Call: 7}, Err: errors.New("disk"),
				Claim: q.Called, Principal: q.Principal, Mode: mode,
			}})
			synctest.Wait()
			h := o.index(&q)
			if held := o.cfg.Shared.at(h).flights[place{q.Principal, h}]; len(held) != kept {
				t.Errorf("%s: it holds %v", mode, held)
			}
		})
	}
}
