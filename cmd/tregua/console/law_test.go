package console

import (
	"testing"

	"tregua/policy"
	"tregua/policy/access"
)

// TestLaw: a refusal rests on the law of the profile that judged, our own
// troubles and what the profile does not name on that of the reason.
func TestLaw(t *testing.T) {
	t.Parallel()
	c := open(t, &house{})
	c.config.Law = func(profile, rule string) string {
		if profile == "fr" && rule == "hours" {
			return "decree 2022-1313"
		}
		return ""
	}
	for name, tt := range map[string]struct {
		profile  string
		decision policy.Decision
		want     string
	}{
		"abroad":       {"fr", policy.Decision{Rule: "hours", Reason: policy.HoursClosed}, "decree 2022-1313"},
		"at home":      {"it", policy.Decision{Rule: "hours", Reason: policy.HoursClosed}, policy.HoursClosed.Law()},
		"our trouble":  {"fr", policy.Decision{Rule: "hours", Reason: policy.StoreFailed.Reason()}, policy.StoreFailed.Reason().Law()},
		"let through":  {"fr", policy.Decision{Verdict: policy.Allow, Rule: "hours"}, ""},
		"another rule": {"fr", policy.Decision{Rule: "bar", Reason: policy.BarSilent}, policy.BarSilent.Law()},
	} {
		if got := c.law(tt.profile, &tt.decision); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		r, err := c.record(t.Context(), access.Scope{Role: access.Auditor}, &policy.Record{Attempt: policy.Attempt{Profile: tt.profile}, Decision: tt.decision})
		if err != nil || r.Decision.Law != tt.want {
			t.Errorf("%s: the record says %q, %v, want %q", name, r.Decision.Law, err, tt.want)
		}
	}
}
