package rules

import (
	"strings"
	"testing"

	"tregua/policy"
)

// TestLaw: what a rule rests on is the source of its section, in its profile only.
func TestLaw(t *testing.T) {
	t.Parallel()
	p, err := policy.New(Table(), profile(t, "it"), profile(t, "fr"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ profile, rule, want string }{
		{"fr", "hours", "decree 2022-1313"},
		{"it", "registry", "L. 5/2018"},
		{"", "registry", "L. 5/2018"},
		{"gone", "registry", ""},
		{"fr", "desk", ""},
	} {
		if got := p.Law(tt.profile, tt.rule); !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
			t.Errorf("%s of %q: %q, want %q", tt.rule, tt.profile, got, tt.want)
		}
	}
}
