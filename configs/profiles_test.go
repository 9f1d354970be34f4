package configs

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/policy"
)

// TestProfiles: every file in profiles/ reads, bears its own name, and is
// complete, or is so when laid over the profile it is named after.
func TestProfiles(t *testing.T) {
	t.Parallel()
	if want := []string{"de", "es", "fr", "gb", "it", "it-code", "it-strict", "us"}; !slices.Equal(Profiles(), want) {
		t.Errorf("got %q, want %q", Profiles(), want)
	}
	for _, name := range Profiles() {
		raw, err := profile(name)
		if err != nil {
			t.Fatal(err)
		}
		if raw.Name != name {
			t.Errorf("%s.yaml bears the name %q", name, raw.Name)
		}
		p := Policy{Profile: name}
		if base, _, is := strings.Cut(name, "-"); is {
			p = Policy{Profile: base, Overlays: []string{name}}
		}
		if _, err := p.Params(); err != nil {
			t.Error(err)
		}
	}
}

// TestItaly holds the figures of the shipped profiles against the page of
// sources, so that none changes unseen.
func TestItaly(t *testing.T) {
	t.Parallel()
	law, err := Policy{Profile: "it"}.Params()
	if err != nil {
		t.Fatal(err)
	}
	if law.Registry.ValidFor.Value != 15*24*time.Hour || law.Registry.ConsentOverOpposition.Value != policy.OverFirst ||
		law.Clock.Margin.Value != 5*time.Minute || law.Hours.Enforce {
		t.Errorf("got %+v", law)
	}
	b := law.Bar
	if b.Zone.String() != "Europe/Rome" || b.Days.Value != 5 || b.AtLeast.Value != 120*time.Hour ||
		b.Scope.Value != policy.ScopeParties || law.Operator.Months.Value != 24 ||
		law.Silent.Limit.Value != 3*time.Second || law.Silent.HungUp.Value != policy.HungUpApart {
		t.Errorf("got %+v, %+v, %+v", b, law.Operator, law.Silent)
	}
	for _, b := range []policy.Basis{b.Basis, b.Days.Basis, b.AtLeast.Basis, law.Operator.Basis, law.Silent.Basis, law.Silent.Limit.Basis} {
		if b.Binding != policy.BindingLaw {
			t.Errorf("%q binds by %s", b.Source, b.Binding)
		}
	}
	strict, err := Policy{Profile: "it", Overlays: []string{"it-strict"}}.Params()
	if err != nil {
		t.Fatal(err)
	}
	if strict.Silent.HungUp.Value != policy.HungUpSilent || strict.Silent.Limit != law.Silent.Limit ||
		strict.Operator != law.Operator || strict.Bar.Days != law.Bar.Days {
		t.Errorf("got %+v", strict.Silent)
	}
	code, err := Policy{Profile: "it", Overlays: []string{"it-code"}}.Params()
	if err != nil {
		t.Fatal(err)
	}
	h := code.Hours
	if !h.Enforce || h.Binding != policy.BindingCode || h.Zone != "Europe/Rome" || h.Calendar != "IT" {
		t.Errorf("got %+v", h)
	}
	for _, tt := range []struct {
		day  string
		got  policy.Windows
		want []policy.Window
	}{
		{"weekday", h.Weekday, []policy.Window{{From: 9 * 3600, To: 20 * 3600}}},
		{"saturday", h.Saturday, []policy.Window{{From: 10 * 3600, To: 19 * 3600}}},
		{"eve", h.Eve, []policy.Window{{From: 10 * 3600, To: 19 * 3600}}},
		{"sunday", h.Sunday, nil},
		{"holiday", h.Holiday, nil},
	} {
		if !slices.Equal(tt.got.Value, tt.want) {
			t.Errorf("%s: got %v, want %v", tt.day, tt.got.Value, tt.want)
		}
	}
	if code.Name != "it+it-code" || code.Registry != law.Registry {
		t.Errorf("the overlay changes more than hours: %+v", code)
	}
}

func TestParams(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	own := "name: own\nregistry:\n  {binding: practice, source: ours, as_of: 2026-11-22,\n" +
		"   valid_for: {value: 240h, binding: practice, source: ours, as_of: 2026-11-22},\n" +
		"   consent_over_opposition: {value: never, binding: practice, source: ours, as_of: 2026-11-22}}\n"
	for _, tt := range []struct {
		name   string
		policy Policy
		want   string // in the error; "" for none
	}{
		{"a file over a profile", Policy{Profile: "it", Overlays: []string{file("own.yaml", own)}}, ""},
		{"no such profile", Policy{Profile: "xx", Overlays: nil}, `policy profile "xx": use one of de, es, fr, gb, it, it-code, it-strict, us`},
		{"no such overlay", Policy{Profile: "it", Overlays: []string{"xx"}}, `policy profile "xx": use one of de, es, fr, gb, it, it-code, it-strict, us, or the path of a .yaml file`},
		{"no such file", Policy{Profile: "it", Overlays: []string{filepath.Join(dir, "none.yaml")}}, "no such file"},
		{"an overlay alone", Policy{Profile: "it-code", Overlays: nil}, "policy it-code: clock: binding: missing"},
		{"an unknown key", Policy{Profile: "it", Overlays: []string{file("key.yaml", "name: x\nhour: {}\n")}}, `key.yaml": [2:1] unknown field "hour"`},
		{"a duration without unit", Policy{Profile: "it", Overlays: []string{file("unit.yaml", "name: x\nregistry: {valid_for: {value: 15}}\n")}}, "time.Duration"},
		{"no name", Policy{Profile: "it", Overlays: []string{file("name.yaml", "country: IT\n")}}, "name: missing"},
		{
			"a figure without source",
			Policy{Profile: "it", Overlays: []string{file("src.yaml", strings.Replace(own, "value: 240h, binding: practice, source: ours", "value: 240h, binding: practice", 1))}},
			"policy it+own: registry.valid_for: source: missing",
		},
		{
			"a section without source",
			Policy{Profile: "it", Overlays: []string{file("section.yaml", "name: x\nhours: {enforce: true}\n")}},
			"policy it+x: hours: binding: missing; use law, code or practice",
		},
		{"all mistakes", Policy{Profile: "it", Overlays: []string{"xx", "yy"}}, `"yy"`},
	} {
		got, err := tt.policy.Params()
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case tt.want == "" && got.Registry.ValidFor.Value != 240*time.Hour:
			t.Errorf("%s: got %+v", tt.name, got.Registry)
		case tt.want != "" && err != nil && strings.Contains(err.Error(), "\n>"):
			t.Errorf("%s: the error prints the source: %v", tt.name, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: got %v, want %q", tt.name, err, tt.want)
		}
	}
}
