package mapping_test

import (
	"strings"
	"testing"

	"tregua/policy/mapping"
)

func TestReadValue(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		by          mapping.Way
		text, wrong string
	}{
		{mapping.ByCallerID, "+390612345678", ""},
		{mapping.ByCallerID, "+39061234*", ""},
		{mapping.ByCallerID, "2001", ""},
		{mapping.ByCallerID, "sales", ""},
		{mapping.ByCallerID, "0612345678", "write a number with plus and country code"},
		{mapping.ByCallerID, "061234*", "a block as +39061234*"},
		{mapping.ByCallerID, "+39061234567?", "is no caller id"},
		{mapping.ByCallerID, "+*", "is no caller id"},
		{mapping.ByHeader, "ENERGY*", ""},
		{mapping.ByHeader, "EN*GY", "a * stands at the end only"},
		{mapping.ByHeader, "", "0 bytes; write 1 to 63"},
		{mapping.ByHeader, strings.Repeat("x", 64), "64 bytes; write 1 to 63"},
		{mapping.ByDisplay, "V??????????0012*", ""},
		{mapping.ByDisplay, "a\x07", "control characters"},
		{mapping.ByDisplay, "a\xff", "is not UTF-8"},
		{mapping.BySourcePort, "5062", ""},
		{mapping.BySourcePort, "5070-5079", ""},
		{mapping.BySourcePort, "5079-5070", "is no port"},
		{mapping.BySourcePort, "0", "is no port"},
		{mapping.BySourcePort, "70000", "is no port"},
	} {
		err := mapping.ReadValue(c.by, c.text)
		if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%s %q: %v, want %q", c.by, c.text, err, c.wrong)
		}
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	entries := func(values ...string) (list []mapping.Entry) {
		for _, v := range values {
			list = append(list, mapping.Entry{Value: v, Campaigns: []string{"a/b"}})
		}
		return list
	}
	for _, c := range []struct {
		rule  mapping.Rule
		wrong string
	}{
		{mapping.Rule{By: mapping.ByList}, ""},
		{mapping.Rule{By: mapping.ByHeader, Header: "X-C"}, ""},
		{mapping.Rule{By: mapping.ByDisplay}, ""},
		{mapping.Rule{By: mapping.ByHeader}, "a header has a name"},
		{mapping.Rule{By: mapping.ByCallerID, Header: "X-C"}, "nothing else has one"},
		{mapping.Rule{By: mapping.ByCallerID}, "caller_id needs a map"},
		{mapping.Rule{By: mapping.ByList, Entries: entries("1")}, "list has no map"},
		{mapping.Rule{By: mapping.BySourcePort, Entries: entries("1", "1")}, `"1" stands twice`},
		{mapping.Rule{By: mapping.BySourcePort, Entries: []mapping.Entry{{Value: "1"}}}, `"1" has 0 campaigns`},
		{mapping.Rule{By: mapping.BySourcePort, Entries: make([]mapping.Entry, 1001)}, "1001 values are too many"},
	} {
		err := c.rule.Validate()
		if (err == nil) != (c.wrong == "") || err != nil && !strings.Contains(err.Error(), c.wrong) {
			t.Errorf("%+v: %v, want %q", c.rule, err, c.wrong)
		}
	}
}

func TestFind(t *testing.T) {
	t.Parallel()
	values := []string{"V*", "V??????????0012*", "V??????????00123*", "V??????????001234567", "ACME Energia", "AC??", "ACM?"}
	r := mapping.Rule{By: mapping.ByDisplay}
	for _, v := range values {
		r.Entries = append(r.Entries, mapping.Entry{Value: v})
	}
	table := mapping.NewTable(&r)
	for text, want := range map[string]string{
		"V1123045959001234567":  "V??????????001234567",
		"V1123045959001239999":  "V??????????00123*",
		"V1123045959001300000":  "V*",
		"V1123045959001200000":  "V??????????0012*",
		"V":                     "V*",
		"ACME Energia":          "ACME Energia",
		"ACME":                  "ACM?",
		"ACNE":                  "AC??",
		"ACNES":                 "",
		"acme energia":          "",
		"":                      "",
		"V11230459590012345678": "V??????????00123*",
	} {
		entry, ok := table.Find(text)
		got := ""
		if ok {
			got = values[entry]
		}
		if got != want {
			t.Errorf("%q fits %q, want %q", text, got, want)
		}
	}
}

func TestFindPort(t *testing.T) {
	t.Parallel()
	values := []string{"5060-5099", "5070-5079", "5062"}
	r := mapping.Rule{By: mapping.BySourcePort}
	for _, v := range values {
		r.Entries = append(r.Entries, mapping.Entry{Value: v})
	}
	table := mapping.NewTable(&r)
	for port, want := range map[uint16]int{5060: 0, 5062: 2, 5070: 1, 5079: 1, 5080: 0, 0: -1, 5100: -1} {
		got, ok := table.FindPort(port)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("port %d: entry %d, want %d", port, got, want)
		}
	}
	if text := mapping.Port(5062); text != "5062" {
		t.Errorf("port %q", text)
	}
}

// FuzzFind holds that a value without wild characters is found by itself, and
// behind a star by whatever begins with it.
func FuzzFind(f *testing.F) {
	f.Add("V11", "23", "V")
	f.Add("", "?", "*")
	f.Fuzz(func(t *testing.T, value, rest, other string) {
		if strings.ContainsAny(value, "?*") {
			return
		}
		r := mapping.Rule{By: mapping.ByDisplay, Entries: []mapping.Entry{{Value: value}, {Value: value + "*"}}}
		table := mapping.NewTable(&r)
		want := map[string]int{value: 0}
		if rest != "" {
			want[value+rest] = 1
		}
		for text, entry := range want {
			if got, ok := table.Find(text); !ok || got != entry {
				t.Errorf("%q: entry %d %t, want %d", text, got, ok, entry)
			}
		}
		if _, ok := table.Find(other); ok != strings.HasPrefix(other, value) {
			t.Errorf("%q in %q: %t", other, value, ok)
		}
	})
}
