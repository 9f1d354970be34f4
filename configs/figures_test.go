package configs

import (
	"fmt"
	"strings"
	"testing"

	"tregua/policy"
	"tregua/policy/rules"
)

// TestFigures: every figure of a shipped profile is told as it is written there,
// with its source.
func TestFigures(t *testing.T) {
	t.Parallel()
	all, err := Policy{Profile: "it", Overlays: []string{"it-code"}}.All()
	if err != nil {
		t.Fatal(err)
	}
	all[0].Hours.Holidays.Value = []policy.Day{{Month: 6, Day: 24}, {Year: 2026, Month: 12, Day: 7}}
	p, err := policy.New(rules.Table(), all[0], all[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, rule := range []string{"registry", "bar", "hours", "number", "none"} {
		for _, f := range p.Figures("it+it-code", rule) {
			if f.Source == "" || f.AsOf == "" {
				t.Errorf("%s.%s has no source", rule, f.Name)
			}
			fmt.Fprintf(&got, "%s.%s %s (%s)\n", rule, f.Name, f.Value, f.Binding)
		}
	}
	want := `registry.valid_for 360h0m0s (law)
registry.consent_over_opposition first_opposed (law)
bar.days 5 (law)
bar.at_least 120h0m0s (law)
bar.scope parties (practice)
hours.weekday 09:00-20:00 (code)
hours.saturday 10:00-19:00 (code)
hours.sunday  (code)
hours.eve 10:00-19:00 (code)
hours.holiday  (code)
hours.holidays 06-24, 2026-12-07 (code)
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", &got, want)
	}
	if f := p.Figures("nowhere", "bar"); f != nil {
		t.Errorf("figures of a profile that is not there: %v", f)
	}
}
