package policy

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "append new reasons to the golden file")

// TestReasonsGolden: a code that was ever used keeps its number, slug and
// class. testdata/reasons.golden has them all; -update appends to it and
// changes nothing that is there.
func TestReasonsGolden(t *testing.T) {
	t.Parallel()
	const golden = "testdata/reasons.golden"
	b, err := os.ReadFile(golden)
	if err != nil && !*update {
		t.Fatal(err)
	}
	used := map[Reason]string{}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSuffix(line, "\n")
		var r Reason
		if _, err := fmt.Sscan(line, &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		used[r] = line
		if now := reasonLine(r); now != line {
			t.Errorf("a code is never changed or given up: was %q, is %q", line, now)
		}
	}
	for r := range Reasons() {
		if used[r] != "" {
			continue
		}
		if !*update {
			t.Errorf("%q is not in %s: run go test -update", reasonLine(r), golden)
		}
		b = append(b, reasonLine(r)+"\n"...)
	}
	if *update {
		if err := os.WriteFile(golden, b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func reasonLine(r Reason) string { return fmt.Sprintf("%d %s %s", uint16(r), r, r.Class()) }

// TestReasonTable: every row is complete, no slug stands twice, and each reads
// back.
func TestReasonTable(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for r := range Reasons() {
		if seen[r.String()] {
			t.Errorf("%s stands twice", r)
		}
		seen[r.String()] = true
		if r.Class() == ClassNone || r.Law() == "" || !strings.HasSuffix(r.Text(), ".") {
			t.Errorf("%s: class, law or text is missing", r)
		}
		if got, err := ParseReason(r.String()); got != r || err != nil {
			t.Errorf("%s reads back as %s, %v", r, got, err)
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d reasons", len(seen))
	}
}

func TestReasonUnknown(t *testing.T) {
	t.Parallel()
	for _, r := range []Reason{Reason(len(reasonTable)), Passes, NotRead} {
		if want := fmt.Sprintf("reason-%d", uint16(r)); r.String() != want || r.Class() != ClassFault || r.Status() != 0 {
			t.Errorf("got %s, %s, %d; want %s, fault, 0", r, r.Class(), r.Status(), want)
		}
	}
	if OK.String() != "ok" || OK.Class() != ClassNone {
		t.Errorf("OK is %s, %s", OK, OK.Class())
	}
	for _, s := range []string{"", "reason-1", "Registry.opposed"} {
		if r, err := ParseReason(s); err == nil {
			t.Errorf("%q reads as %s", s, r)
		}
	}
}

func TestReasonText(t *testing.T) {
	t.Parallel()
	b, err := RegistryOpposed.MarshalText()
	if string(b) != "registry.opposed" || err != nil {
		t.Errorf("got %s, %v", b, err)
	}
	var r Reason
	if err := r.UnmarshalText([]byte("hours.closed")); r != HoursClosed || err != nil {
		t.Errorf("got %s, %v", r, err)
	}
}
