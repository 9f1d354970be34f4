package tregua_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"tregua/policy"
	"tregua/policy/rules"
)

var update = flag.Bool("update", false, "write the generated part of README.md")

const (
	rulesBegin = "<!-- rules: written by go test . -update -->\n"
	rulesEnd   = "<!-- end of rules -->\n"
)

// TestReadmeRules: the table of rules in README.md is that of the program.
func TestReadmeRules(t *testing.T) {
	generated(t, rulesBegin, rulesEnd, rulesTable(rules.Table()))
}

// generated holds a part of README.md, between two lines, to what it must be, and
// writes it with -update. Tests that use it do not run at the same time.
func generated(t *testing.T, begin, end, want string) {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(text), begin)
	got, after, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		t.Fatalf("README.md has no lines %q and %q", begin, end)
	}
	if got == want {
		return
	}
	if !*update {
		t.Fatalf("what README.md says is not what the program does; run go test . -update\n%s", want)
	}
	if err := os.WriteFile("README.md", []byte(before+begin+want+end+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// rulesTable is the table in Markdown, in the order of judging.
func rulesTable(table policy.Table) string {
	var b strings.Builder
	b.WriteString("| step | rule | reasons | rests on |\n|---|---|---|---|\n")
	for _, step := range []struct {
		name  string
		rules []policy.Rule
	}{{"pass", table.Pass}, {"veto", table.Veto}, {"ground", table.Ground}, {"not now", table.NotNow}, {"pace", table.Pace}} {
		for _, r := range step.rules {
			reasons := make([]string, len(r.Reasons))
			for i, reason := range r.Reasons {
				reasons[i] = "`" + reason.String() + "`"
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", step.name, r.Name, strings.Join(reasons, " "), r.Law)
		}
	}
	return b.String()
}
