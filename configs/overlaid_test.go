package configs

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestOverlaid: an overlay changes the profiles of its country and no name.
func TestOverlaid(t *testing.T) {
	t.Parallel()
	all, err := Policy{Profile: "it"}.All()
	if err != nil {
		t.Fatal(err)
	}
	code, err := os.ReadFile("profiles/it-code.yaml")
	if err != nil {
		t.Fatal(err)
	}
	over, made, err := Overlaid(all, code)
	if err != nil {
		t.Fatal(err)
	}
	if !over[0].Hours.Enforce || all[0].Hours.Enforce {
		t.Errorf("hours are enforced: %v over, %v below", over[0].Hours.Enforce, all[0].Hours.Enforce)
	}
	for i := range all {
		if over[i].Name != all[i].Name || i > 0 && over[i].Hours.Enforce != all[i].Hours.Enforce {
			t.Errorf("profile %s became %s, hours enforced: %v", all[i].Name, over[i].Name, over[i].Hours.Enforce)
		}
	}
	if want := []string{"frequency"}; !slices.Equal(made, want) {
		t.Errorf("facts are made with figures of %q, want %q", made, want)
	}
	for name, c := range map[string]struct{ text, want string }{
		"no country is the first": {"name: x\nshadow: [hours]\n", ""},
		"a country that is not":   {"name: x\ncountry: PT\n", "no profile in force is of country PT"},
		"a key that is not":       {"name: x\nhuors: {}\n", `unknown field "huors"`},
		"no sense":                {"name: x\ncountry: FR\nhold: {binding: law, source: x, as_of: never}\n", `policy fr+x: hold: as_of "never"`},
	} {
		over, _, err := Overlaid(all, []byte(c.text))
		if c.want == "" && (err != nil || !slices.Equal(over[0].Shadow, []string{"hours"})) || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
