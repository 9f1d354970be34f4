package disposition

import (
	"strings"
	"testing"
)

// TestCodes looks codes up, in a mapping of a call centre's own on top of that of
// its dialer.
func TestCodes(t *testing.T) {
	t.Parallel()
	own, _ := ReadyMade("vicidial")
	for code, k := range map[string]Kind{"wn": WrongPerson, "Non  interessato": KO, "SALE": Other, "ok": Denial} {
		if err := own.Set(code, k); err != nil {
			t.Fatal(err)
		}
	}
	plain, _ := ReadyMade("vicidial")
	for _, c := range []struct {
		codes Codes
		code  string
		want  Kind
	}{
		{plain, "SALE", OK},
		{plain, "ni", KO},
		{plain, "DNC", Denial},
		{plain, "DNCL", Other}, // the dialer's own list, nobody said anything
		{plain, " callbk ", Callback},
		{plain, "WN", None},
		{plain, "denial", Denial}, // our own words stand for themselves
		{own, "WN", WrongPerson},
		{own, "non interessato", KO},
		{own, "SALE", Other}, // what the call centre says counts more than its dialer
		{own, "OK", Denial},
		{Codes{}, "DNC", None},
		{Codes{}, "wrong_person", WrongPerson},
		{Codes{}, "none", None},
	} {
		folded, err := Fold(c.code)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.codes.Kind(folded); got != c.want {
			t.Errorf("%q is %s, want %s", c.code, got, c.want)
		}
	}
}

func TestBadCodes(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"": "empty", "  ": "empty", strings.Repeat("x", 65): "64 at most", "A=B": "not = and ;", "A;": "not = and ;",
		"A\x00B": "not = and ;", "A\xffB": "not = and ;", "A\u202eB": "not = and ;",
	} {
		if _, err := Fold(code); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", code, err, want)
		}
	}
	var c Codes
	if err := c.Set("X", ParseKind("sale")); err == nil || !strings.Contains(err.Error(), "ok, ko, denial, callback, wrong_person or other") {
		t.Errorf("a kind that there is not: %v", err)
	}
}

// FuzzCodes: what is kept of codes is read back as it was, and each code means
// what it was said to mean.
func FuzzCodes(f *testing.F) {
	f.Add("SALE", uint8(OK), "Non interessato", uint8(KO))
	f.Add("é", uint8(Denial), "ß", uint8(Other))
	f.Fuzz(func(t *testing.T, a string, x uint8, b string, y uint8) {
		var c Codes
		if c.Set(a, Kind(x%7)) != nil || c.Set(b, Kind(y%7)) != nil {
			return
		}
		back, err := ParseCodes(c.String())
		if err != nil || back.String() != c.String() {
			t.Fatalf("%q is read as %q: %v", c, back, err)
		}
		folded, err := Fold(b)
		if err != nil || back.Kind(folded) != Kind(y%7) {
			t.Errorf("%q means %s, want %s: %v", b, back.Kind(folded), Kind(y%7), err)
		}
	})
}
