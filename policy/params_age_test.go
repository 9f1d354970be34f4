package policy

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestAged: a figure is to be read again when twelve months have passed since.
func TestAged(t *testing.T) {
	t.Parallel()
	p := complete("it")
	p.Registry.ValidFor.AsOf = "2025-11-22"
	for at, want := range map[string][]string{
		"2026-11-22T00:00:00Z": nil,
		"2026-11-22T00:00:01Z": {"registry.valid_for: its source was read on 2025-11-22: look whether it still holds (a law)"},
	} {
		now, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, p.Aged(now)); diff != "" {
			t.Errorf("%s: %s", at, diff)
		}
	}
	if n := len(p.Aged(time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC))); n < 20 {
		t.Errorf("only %d of all are aged in 2028", n)
	}
}

// TestWithout: a rule that the country has no law for is not asked, and its
// section may be missing; a name that is no rule is a mistake.
func TestWithout(t *testing.T) {
	t.Parallel()
	p := complete("xx")
	p.Without, p.Blacklist = []string{"blacklist"}, PlainParams{}
	pol, err := New(Table{Veto: []Rule{fake("blacklist", BlacklistListed)}, Pace: []Rule{fake("bar", OK)}}, p)
	if err != nil {
		t.Fatal(err)
	}
	if got := describe(pol.Judge(&Attempt{}, &Facts{})); got != "allow  ok | bar:ok" {
		t.Errorf("got %s", got)
	}
	p.Without = []string{"wish"}
	if _, err := New(Table{}, p); err == nil {
		t.Error("a rule that is not there was left out")
	}
}
