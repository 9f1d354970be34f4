package console

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

// TestRecordPerson: a record says what was known of the person, and what could
// not be had, and nothing of what there was not.
func TestRecordPerson(t *testing.T) {
	t.Parallel()
	later := noon.Add(time.Hour)
	absent := policy.Facts{Contract: policy.ContractFact{Known: policy.Absent}, Request: policy.RequestFact{Known: policy.Absent}}
	for name, c := range map[string]struct {
		facts policy.Facts
		want  func(*Facts)
	}{
		"an old record": {policy.Facts{}, func(*Facts) {}},
		"nothing":       {absent, func(*Facts) {}},
		"all": {
			policy.Facts{
				Blacklist: policy.BlacklistFact{Known: policy.Present, All: true, Synced: noon},
				Consent:   policy.ConsentFact{Known: policy.Present, Bundled: true, Conditional: true, Broken: true, OtherOperator: true, Hops: 3},
				Contract:  policy.ContractFact{Known: policy.Present, From: noon, EndedAt: later, Purpose: "energy", Evidence: "C-1", Part: 7},
				Request:   policy.RequestFact{Known: policy.Present, At: noon, Until: later, AgreedAt: later, Evidence: "web-9"},
				Refusal:   policy.RefusalFact{Known: policy.Present, At: noon},
				Hold:      policy.HoldFact{Known: policy.Present, Since: noon, Why: "order 7"},
			},
			func(f *Facts) {
				f.Blacklist, f.ListedAll, f.SyncedAt = "present", true, noon
				f.Consent, f.Provenance = "present", []string{"bundled", "conditional", "broken", "other_operator", "3 hops"}
				f.Contract = &Contract{Known: "present", From: noon, EndedAt: later, Purpose: "energy", Evidence: "C-1", Part: 7}
				f.Request = &Request{Known: "present", At: noon, Until: later, AgreedAt: later, Evidence: "web-9"}
				f.RefusedAt, f.Hold = noon, &Hold{Since: noon, Why: "order 7"}
			},
		},
		"a store that failed": {policy.Facts{Fault: policy.StoreFailed}, func(f *Facts) {
			f.Fault = policy.StoreFailed.String()
			f.Contract, f.Request = &Contract{Known: "unknown"}, &Request{Known: "unknown"}
		}},
	} {
		want := Facts{
			Blacklist: "unknown", Registry: "unknown", Consent: "unknown", Bar: Bar{Known: "unknown"},
			List: ListRow{Known: "unknown"}, Mandate: Mandate{Known: "unknown"}, CallCentre: CallCentre{Known: "unknown"}, Caller: Caller{Known: "unknown"},
			Rings: Rings{Known: "unknown"},
		}
		c.want(&want)
		if diff := cmp.Diff(want, factsOf(&c.facts)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
