package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestRollout: a refusal that is not enforced stands in the trail and decides
// nothing; the next one that is decides.
func TestRollout(t *testing.T) {
	t.Parallel()
	table := Table{
		Veto: []Rule{fake("first", BlacklistListed)}, NotNow: []Rule{fake("second", HoursClosed)},
		Pace: []Rule{fake("third", BarSilent)},
	}
	set := func(mode Mode, lots int, on ...RuleOn) *Rollout {
		r := &Rollout{Rules: map[RuleOn]RuleMode{}}
		for _, o := range on {
			r.Rules[o] = RuleMode{mode, lots}
		}
		return r
	}
	all := RuleOn{Rule: "first"}
	for _, tt := range []struct {
		name    string
		shipped []string
		mode    Mode
		rollout *Rollout
		lot     uint16
		want    string
	}{
		{"nothing set", nil, Enforce, nil, 0, "refuse first: first second"},
		{"a trunk in shadow", nil, Shadow, nil, 0, "allow : first? second? third?"},
		{"a bypass", nil, Bypass, set(Enforce, Lots, all), 0, "allow : first? second? third?"},
		{"a rule in shadow", nil, Enforce, set(Shadow, 0, all), 0, "refuse second: first? second"},
		{"a rule in shadow on another trunk", nil, Enforce, set(Shadow, 0, RuleOn{"first", "t2"}), 0, "refuse first: first second"},
		{"a rule in shadow here", nil, Enforce, set(Shadow, 0, RuleOn{"first", "t1"}), 0, "refuse second: first? second"},
		{"the last lot that is enforced", nil, Enforce, set(Enforce, 100, all), 99, "refuse first: first second"},
		{"the first one that is not", nil, Enforce, set(Enforce, 100, all), 100, "refuse second: first? second"},
		{"shipped in shadow", []string{"first"}, Enforce, nil, 0, "refuse second: first? second"},
		{"shipped in shadow, and enforced", []string{"first"}, Enforce, set(Enforce, Lots, all), Lots - 1, "refuse first: first second"},
		{"all in shadow", []string{"first", "second", "third"}, Enforce, nil, 0, "allow : first? second? third?"},
	} {
		params := complete("it")
		params.Shadow = tt.shipped
		p, err := New(table, params)
		if err != nil {
			t.Fatal(err)
		}
		a := Attempt{Dialled: Dialled{Trunk: "t1"}, Mode: tt.mode}
		d := p.Judge(&a, &Facts{Rollout: tt.rollout, Lot: tt.lot})
		said := []string{d.Verdict.String(), d.Rule + ":"}
		for _, f := range d.Trail {
			mark := ""
			if f.Shadow {
				mark = "?"
			}
			said = append(said, f.Rule+mark)
		}
		if diff := cmp.Diff(tt.want, strings.Join(said, " ")); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// TestRolloutTrunkFirst: what is said of a rule on this trunk goes before what is
// said of it on every trunk.
func TestRolloutTrunkFirst(t *testing.T) {
	t.Parallel()
	r := &Rollout{Rules: map[RuleOn]RuleMode{{"x", ""}: {Shadow, 0}, {"x", "t1"}: {Enforce, Lots}}}
	p := complete("it")
	for trunk, want := range map[string]bool{"t1": false, "t2": true} {
		if got := r.spares(&p, "x", &Attempt{Dialled: Dialled{Trunk: trunk}}, 0); got != want {
			t.Errorf("on %s the rule is spared: %v, want %v", trunk, got, want)
		}
	}
}

func TestTrunkModeEnds(t *testing.T) {
	t.Parallel()
	end := time.Date(2026, 11, 22, 22, 0, 0, 0, time.UTC)
	m := TrunkMode{Mode: Bypass, Until: end, Then: Shadow}
	for at, want := range map[time.Time]Mode{end.Add(-1): Bypass, end: Shadow, end.Add(time.Hour): Shadow} {
		if got := m.At(at); got != want {
			t.Errorf("at %v it is %v, want %v", at, got, want)
		}
	}
	if got := (TrunkMode{Mode: Shadow}).At(end); got != Shadow {
		t.Errorf("without an end it is %v", got)
	}
}
