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

// TestTrunkModeLoosens: whatever enforces less at any time to come does, also when
// that is only behind the end of a bypass.
func TestTrunkModeLoosens(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	set := func(m Mode, then Mode) TrunkMode { return TrunkMode{Mode: m, Then: then} }
	bypass := func(hours time.Duration, then Mode) TrunkMode {
		return TrunkMode{Mode: Bypass, Until: now.Add(hours * time.Hour), Then: then}
	}
	for _, tt := range []struct {
		name     string
		old, new TrunkMode
		want     bool
	}{
		{"enforce again", set(Enforce, Enforce), set(Enforce, Enforce), false},
		{"enforce, then shadow", set(Enforce, Enforce), set(Shadow, Enforce), true},
		{"enforce, then a bypass", set(Enforce, Enforce), bypass(2, Enforce), true},
		{"shadow, then enforce", set(Shadow, Enforce), set(Enforce, Enforce), false},
		{"shadow again", set(Shadow, Enforce), set(Shadow, Enforce), false},
		{"shadow, then a bypass", set(Shadow, Shadow), bypass(2, Shadow), true},
		{"a bypass that ends sooner", bypass(2, Enforce), bypass(1, Enforce), false},
		{"a bypass that ends later", bypass(1, Enforce), bypass(2, Enforce), true},
		{"a bypass that is over, and another", bypass(-1, Enforce), bypass(1, Enforce), true},
		{"a bypass that is over, then enforce", bypass(-1, Shadow), set(Enforce, Shadow), false},
		{"a bypass before enforce, then shadow", bypass(2, Enforce), set(Shadow, Enforce), true},
		{"a bypass before shadow, then shadow", bypass(2, Shadow), set(Shadow, Shadow), false},
		{"enforce that is over, then what came behind it", TrunkMode{Mode: Enforce, Until: now.Add(-1), Then: Shadow}, set(Shadow, Shadow), false},
		{"a bypass, then enforce", bypass(2, Shadow), set(Enforce, Shadow), false},
	} {
		if got := tt.new.Loosens(tt.old, now); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestRolloutLoosens: fewer numbers than before is looser, by what is said of the
// trunk, of every trunk, or of nothing.
func TestRolloutLoosens(t *testing.T) {
	t.Parallel()
	r := &Rollout{Rules: map[RuleOn]RuleMode{{"x", ""}: {Enforce, 500}, {"x", "t1"}: {Shadow, Lots}}}
	for _, tt := range []struct {
		name    string
		of      *Rollout
		on      RuleOn
		m       RuleMode
		shipped bool
		want    bool
	}{
		{"as it is", r, RuleOn{"x", ""}, RuleMode{Enforce, 500}, false, false},
		{"a lot less", r, RuleOn{"x", ""}, RuleMode{Enforce, 499}, false, true},
		{"a lot more", r, RuleOn{"x", ""}, RuleMode{Enforce, 501}, false, false},
		{"shadow", r, RuleOn{"x", ""}, RuleMode{Shadow, Lots}, false, true},
		{"a trunk in shadow", r, RuleOn{"x", "t1"}, RuleMode{Enforce, 1}, false, false},
		{"a trunk of which nothing is said", r, RuleOn{"x", "t2"}, RuleMode{Enforce, 499}, false, true},
		{"nothing is said, and all", nil, RuleOn{"x", ""}, RuleMode{Enforce, Lots}, false, false},
		{"nothing is said, and all but one", r, RuleOn{"y", "t1"}, RuleMode{Enforce, Lots - 1}, false, true},
		{"shipped in shadow", nil, RuleOn{"x", ""}, RuleMode{Shadow, 0}, true, false},
		{"shipped in shadow, and said", r, RuleOn{"x", ""}, RuleMode{Shadow, 0}, true, true},
	} {
		if got := tt.of.Loosens(tt.on, tt.m, tt.shipped); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
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
