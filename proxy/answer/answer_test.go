package answer

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

var update = flag.Bool("update", false, "write the golden file")

var id = policy.AttemptID{0x01, 0x93, 0x4f, 0xee, 0, 0, 0x70, 0, 0x80, 0, 0, 0, 0, 0, 0, 1}

// TestTable compares the whole table, every profile and fault answer by every
// class, with testdata/answers.golden, which a person has checked. A peer's own
// status is 408 here.
func TestTable(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for p := Generic; p <= ViciDial; p++ {
		for f := Hold; f <= Reroute; f++ {
			fmt.Fprintf(&b, "%s, %s\n", p, f)
			for c := policy.ClassMalformed; c <= policy.ClassAdmin; c++ {
				w := word(p, f, c, 408)
				fmt.Fprintf(&b, "  %-10s %d %s%s\n", c, w.status, phrase(w.status), retry(w))
			}
		}
	}
	const golden = "testdata/answers.golden"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Errorf("the table has changed (-checked +now):\n%s", d)
	}
}

func retry(w wording) string {
	if w.retry == 0 {
		return ""
	}
	return ", Retry-After " + w.retry.String()
}

// TestReasons: every reason in use has a final answer with a phrase of its own,
// and nothing but a fault is answered with 500 or 503.
func TestReasons(t *testing.T) {
	t.Parallel()
	for r := range policy.Reasons() {
		a := For(Generic, Reroute, r, id)
		if a.Status < 400 || a.Phrase == "Refused" || (a.Status/100 == 5) != (r.Class() == policy.ClassFault) {
			t.Errorf("%s: %d %s", r, a.Status, a.Phrase)
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		p    Profile
		r    policy.Reason
		want []string
	}{
		{Generic, policy.RegistryOpposed, []string{
			"X-Tregua-Reason: registry.opposed",
			"X-Tregua-Decision: 01934fee-0000-7000-8000-000000000001",
		}},
		{Asterisk, policy.HoursClosed, []string{
			"X-Tregua-Reason: hours.closed",
			"X-Tregua-Decision: 01934fee-0000-7000-8000-000000000001", "Retry-After: 3600",
		}},
		{ViciDial, policy.HoursClosed, []string{
			"X-Tregua-Reason: hours.closed",
			"X-Tregua-Decision: 01934fee-0000-7000-8000-000000000001",
		}},
	} {
		if d := cmp.Diff(tt.want, For(tt.p, Hold, tt.r, id).Lines); d != "" {
			t.Errorf("%s %s: %s", tt.p, tt.r, d)
		}
	}
}

// TestUnknown: what the table does not know is answered, and safely.
func TestUnknown(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		p    Profile
		f    FaultAnswer
		r    policy.Reason
		want int
	}{
		{Profile(99), Hold, policy.RegistryOpposed, 603},
		{Profile(99), Hold, policy.HoursClosed, 480},
		{Generic, FaultAnswer(99), policy.StoreDown, 480},
		{Generic, Hold, policy.Reason(9999), 480},
		{Generic, Reroute, policy.Reason(9999), 503},
		{Generic, Hold, policy.OK, 500},
	} {
		if got := For(tt.p, tt.f, tt.r, id).Status; got != tt.want {
			t.Errorf("%s %s %s: got %d, want %d", tt.p, tt.f, tt.r, got, tt.want)
		}
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for p := Generic; p <= ViciDial; p++ {
		if got, err := ParseProfile(p.String()); got != p || err != nil {
			t.Errorf("%s: got %s, %v", p, got, err)
		}
	}
	for _, s := range []string{"", "Generic", "profile-0"} {
		if _, err := ParseProfile(s); err == nil {
			t.Errorf("profile %q is read", s)
		}
	}
}
