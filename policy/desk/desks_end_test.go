package desk

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
)

// ends counts the ends that were written.
func (o *office) ends() (n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, e := range o.entries {
		if e.Kind == ledger.Close {
			n++
		}
	}
	return n
}

// hangUp puts an end to the desks.
func (o *office) hangUp(q Ask) bool {
	c := unanswered(q)
	return o.Close(&c.Attempt, c.Ending)
}

// TestRoomForEnds: attempts that fill a desk keep no end out.
func TestRoomForEnds(t *testing.T) {
	t.Parallel()
	o := open(t, 8) // nobody works
	q := dial(1, barred, start, policy.Preview)
	for range 9 {
		o.Ask(q.Attempt, q.Return)
	}
	if n := o.Waiting(); n != 8 {
		t.Errorf("%d attempts wait, want as many as there is room for", n)
	}
	for range 8 {
		if !o.hangUp(q) {
			t.Error("attempts keep out an end")
		}
	}
	if o.hangUp(q) {
		t.Error("a full desk takes an end")
	}
}

// TestWhatWaitsAtTheEnd is handled, at every desk, however late the ledger finds
// room.
func TestWhatWaitsAtTheEnd(t *testing.T) {
	t.Parallel()
	for range 16 { // a worker that sees two things to do takes either
		synctest.Test(t, func(t *testing.T) {
			o := open(t, 16)
			for i := range policy.Number(16) {
				o.hangUp(dial(1, barred+i, start, policy.Preview))
			}
			o.fill(true)
			time.AfterFunc(patience*retry/2, func() { o.fill(false) })
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			o.Run(ctx)
			if n := o.ends(); n != 16 || o.Lost.Load() != 0 {
				t.Errorf("%d of 16 ends were written, %d lost", n, o.Lost.Load())
			}
		})
	}
}

// TestAfterTheEnd: nothing is taken, and nobody hangs.
func TestAfterTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, 8)
		o.work(t)()
		q := dial(1, barred, start, policy.Preview)
		if o.hangUp(q) {
			t.Error("ended desks take an end")
		}
		if a, now := o.Ask(q.Attempt, q.Return); !now || a.Decision.Reason != policy.DeskFull {
			t.Errorf("ended desks answer %+v", a)
		}
		if _, _, err := o.Look(t.Context(), q.Attempt); !errors.Is(err, errEnded) {
			t.Errorf("ended desks look: %v", err)
		}
		for range 20 { // more than there is room for
			o.Posted([]ledger.Receipt{{Kind: ledger.Open, Claim: barred, Err: errors.New("disk")}})
		}
	})
}

// TestEndsKeepTheirOrder: one that finds no room holds back those after it.
func TestEndsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, 8)
		o.refuse = 1
		for i := range byte(3) {
			o.hangUp(dial(i+1, barred, start, policy.Preview))
		}
		stop := o.work(t)
		time.Sleep(2 * retry)
		synctest.Wait()
		for i, e := range o.entries {
			if e.ID != (policy.AttemptID{byte(i + 1)}) {
				t.Errorf("end %d is that of attempt %v", i+1, e.ID)
			}
		}
		if n := o.ends(); n != 3 {
			t.Errorf("%d of 3 ends were written", n)
		}
		stop()
	})
}

// TestNoEndIsGivenUp: a desk keeps more ends than refusals.
func TestNoEndIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := open(t, 2)
		o.fill(true)
		stop := o.work(t)
		for i := range byte(9) {
			o.hangUp(dial(i+1, barred, start, policy.Preview))
			synctest.Wait()
		}
		o.fill(false)
		time.Sleep(2 * retry)
		synctest.Wait()
		if n := o.ends(); n != 9 || o.Lost.Load() != 0 {
			t.Errorf("%d of 9 ends were written, %d lost", n, o.Lost.Load())
		}
		stop()
	})
}

// TestEmergencyEnds: the end of an emergency call goes past the desks, as its
// beginning does.
func TestEmergencyEnds(t *testing.T) {
	t.Parallel()
	o := open(t, 1) // nobody works
	a := ask(1, 0, "").Attempt
	a.Reading = policy.Emergency
	for range 3 {
		if !o.Close(&a, policy.Ending{Outcome: policy.OutcomeExcluded}) {
			t.Error("an end was not taken")
		}
	}
	if len(o.entries) != 3 || o.entries[0].Kind != ledger.Close || o.entries[0].ID != a.ID {
		t.Errorf("%+v", o.entries)
	}
	o.fill(true)
	if o.Close(&a, policy.Ending{}) {
		t.Error("a full ledger took an end")
	}
}
