package ledger_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"tregua/policy"
)

// TestWriterRecordsTheFault: an attempt that was turned away because its open
// row could not be written has one record that says so, also when the row was
// written by the commit that failed, and after a crash.
func TestWriterRecordsTheFault(t *testing.T) {
	t.Parallel()
	for _, how := range []fate{refused, obscure} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t, 1)
			h.start(noon)
			w, d, stop := writing(t, h, flaky{h.state, h}, 0)
			h.meet(func() fate { return how })
			w.Submit(opening(record(0, 393331234568, noon)))
			time.Sleep(10 * time.Second)
			if got := d.all(); len(got) != 1 || !errors.Is(got[0].Err, errStore) {
				t.Fatalf("receipts %v", got)
			}
			h.meet(nil)
			time.Sleep(2 * time.Second)
			h.wantFault()
			if err := stop(); err != nil {
				t.Error(err)
			}
			h.kill()
			h.start(noon)
			h.wantFault()
		})
	}
}

// wantFault wants one record: attempt 0 was refused because the store failed.
func (h *house) wantFault() {
	h.t.Helper()
	if rep := h.verify(); rep.Records != 1 || rep.Open != 0 {
		h.t.Fatalf("%+v", rep)
	}
	v, err := h.reader.Attempt(attemptID(0))
	if err != nil {
		h.t.Fatal(err)
	}
	end, decision := v.Record.Ending, v.Record.Decision
	if end.Outcome != policy.OutcomeRefused || end.Reason != policy.StoreDown || end.Forwarded || end.EndedBy != policy.Tregua {
		h.t.Errorf("ending %+v", end)
	}
	if decision.Verdict == policy.Allow || decision.Rule != "fault" || decision.Reason != policy.StoreDown {
		h.t.Errorf("decision %+v", decision)
	}
}
