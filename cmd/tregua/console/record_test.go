package console

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

// TestRecordISUP: a record says what the ISUP in the body said.
func TestRecordISUP(t *testing.T) {
	t.Parallel()
	for want, a := range map[string]policy.Attempt{
		"":                        {},
		"+393331234567":           {Dialled: policy.Dialled{ISUP: policy.ISUP{Form: policy.ISUPDialled, Digits: "9333"}}, ISUPCalled: 393331234567},
		"393331234567 unreadable": {Dialled: policy.Dialled{ISUP: policy.ISUP{Form: policy.ISUPNational, Digits: "393331234567"}}},
		"unreadable":              {Dialled: policy.Dialled{ISUP: policy.ISUP{Form: policy.ISUPUnreadable}}},
	} {
		if got := recordOf(&policy.Record{Attempt: a}).ISUP; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestRecordBarOfOthers: of a bar that others left, neither which call nor when
// is told (compliance.md 1.10).
func TestRecordBarOfOthers(t *testing.T) {
	t.Parallel()
	f := policy.BarFact{Known: policy.Present, Of: id, Since: noon, Until: noon.Add(120 * time.Hour), Pending: true}
	if d := cmp.Diff(Bar{Known: "present", Of: id.String(), Since: noon, Until: noon.Add(120 * time.Hour), Owed: true}, barOf(f)); d != "" {
		t.Error(d)
	}
	f.Shared = true
	if d := cmp.Diff(Bar{Known: "present", Shared: true, Owed: true}, barOf(f)); d != "" {
		t.Error(d)
	}
}

// TestRecordShadow: what a rule in shadow said is marked, and so is a service
// campaign.
func TestRecordShadow(t *testing.T) {
	t.Parallel()
	r := recordOf(&policy.Record{
		Attempt:  policy.Attempt{Service: true},
		Decision: policy.Decision{Trail: []policy.Finding{{Rule: "hours"}, {Rule: "hold", Reason: policy.HoldComplaint, Shadow: true}}},
	})
	want := []Finding{{Rule: "hours", Reason: "ok"}, {Rule: "hold", Reason: "hold.complaint", Shadow: true}}
	if d := cmp.Diff(want, r.Decision.Trail); d != "" || !r.Service {
		t.Errorf("service %v, %s", r.Service, d)
	}
}

// TestRecordCaller: a record says every identity of the INVITE, and what was known
// of who called.
func TestRecordCaller(t *testing.T) {
	t.Parallel()
	r := recordOf(&policy.Record{
		Attempt: policy.Attempt{Dialled: policy.Dialled{CallerID: "0612345678", OtherIDs: "201\n0612345679", Private: true}, Sector: "energy", Carrier: "IT"},
		Facts: policy.Facts{
			Mandate:    policy.MandateFact{Known: policy.Absent},
			CallCentre: policy.CallCentreFact{Known: policy.Present, Country: "AL", Outside: true, ROC: "12"},
			Caller:     policy.CallerFact{Known: policy.Present, Number: 390612345679, Country: "IT", Withheld: true, ROC: true, Dead: true},
		},
		Decision: policy.Decision{Trail: []policy.Finding{{Rule: "callcentre", Reason: policy.CallCentreUnregistered, Shadow: true}}},
	})
	if diff := cmp.Diff([]string{"201", "0612345679"}, r.OtherIDs); diff != "" || r.CallerID != "0612345678" || !r.Private || r.Sector != "energy" || r.Carrier != "IT" {
		t.Errorf("%s%+v", diff, r)
	}
	if !r.Decision.Trail[0].Shadow {
		t.Error("what was in shadow looks like a refusal")
	}
	want := Facts{
		Mandate: Mandate{Known: "absent"}, CallCentre: CallCentre{Known: "present", Country: "AL", Outside: true, ROC: "12"},
		Caller: Caller{Known: "present", Number: "+390612345679", Country: "IT", Withheld: true, ROC: true, Dead: true},
	}
	got := Facts{Mandate: r.Facts.Mandate, CallCentre: r.Facts.CallCentre, Caller: r.Facts.Caller}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
