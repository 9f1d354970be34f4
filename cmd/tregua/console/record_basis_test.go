package console

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/access"
)

// TestBasis: each finding tells what the rule looks at and judges by; of the facts
// that came from an import it is told which, and to a call centre no more than that.
func TestBasis(t *testing.T) {
	t.Parallel()
	c := open(t, &house{})
	c.config.Law = func(_, rule string) string { return "law of " + rule }
	c.config.Basis = func(profile, rule string) (policy.Needs, []policy.Figure) {
		if rule != "registry" {
			return 0, nil
		}
		return policy.NeedsList | policy.NeedsRegistry, []policy.Figure{{
			Name: "valid_for", Value: profile, Basis: policy.Basis{Binding: policy.BindingLaw, Source: "art. 8", AsOf: "2026-11-22"},
		}}
	}
	r := policy.Record{Attempt: policy.Attempt{Profile: "it"}, Decision: policy.Decision{Trail: []policy.Finding{{Rule: "hold"}, {Rule: "registry"}}}}
	r.Facts.List = policy.ListFact{Known: policy.Present, Part: 300}
	r.Facts.Registry = policy.RegistryFact{Known: policy.Absent, Submission: 5}
	r.Facts.Consent = policy.ConsentFact{Known: policy.Present} // by a single change
	r.Facts.Contract = policy.ContractFact{Known: policy.Present, Part: 9}
	got, err := c.record(t.Context(), access.Scope{}, &r)
	if err != nil {
		t.Fatal(err)
	}
	want := []Finding{
		{Rule: "hold", Reason: "ok", Law: "law of hold"},
		{
			Rule: "registry", Reason: "ok", Law: "law of registry", Looked: []string{"list", "registry"},
			Figures: []Figure{{"valid_for", "it", "law", "art. 8", "2026-11-22"}},
		},
	}
	if d := cmp.Diff(want, got.Decision.Trail); d != "" {
		t.Error(d)
	}
	sources := []FactSource{{"list", 300, "import 300 by x"}, {"contract", 9, "import 9"}}
	if d := cmp.Diff(sources, got.Facts.Sources); d != "" {
		t.Error(d)
	}
	got, err = c.record(t.Context(), access.Scope{CallCentre: "callnow"}, &r)
	sources[0].Source = "import 300"
	if d := cmp.Diff(sources, got.Facts.Sources); d != "" || err != nil {
		t.Error(d, err)
	}
}
