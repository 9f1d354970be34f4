package rules

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"tregua/policy"
)

var update = flag.Bool("update", false, "write the generated part of README.md")

const (
	exemptBegin = "<!-- exemptions: written by go test ./policy/rules -update -->\n"
	exemptEnd   = "<!-- end of exemptions -->\n"
)

// TestReadmeExemptions: the table that people read is that of the program. It
// has a row of every rule that anything lifts, so that a cell which is filled
// by mistake shows.
func TestReadmeExemptions(t *testing.T) {
	t.Parallel()
	const readme = "../../README.md"
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(text), exemptBegin)
	got, after, ok2 := strings.Cut(rest, exemptEnd)
	if !ok1 || !ok2 {
		t.Fatalf("README.md has no lines %q and %q", exemptBegin, exemptEnd)
	}
	want := exemptionsTable()
	if got == want {
		return
	}
	if !*update {
		t.Fatalf("the exemptions in README.md are not those of the program; if they are meant, run go test ./policy/rules -update\n%s", want)
	}
	if err := os.WriteFile(readme, []byte(before+exemptBegin+want+exemptEnd+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func exemptionsTable() string {
	var b strings.Builder
	b.WriteString("| rule | a contract lifts it | a request of the person | a service campaign |\n|---|---|---|---|\n")
	words := map[lift]string{
		never: "no", always: "yes", newer: "if it is newer", agreed: "at the time agreed on", unlessAll: "unless the person meant these too", ownCap: "up to its own cap",
	}
	for _, r := range Table().Rules() {
		for _, e := range exemptions {
			if e.rule == r.Name && e.any() {
				fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", e.rule, words[e.contract], words[e.request], words[e.service])
			}
		}
	}
	return b.String()
}

// TestUnreadKeepsShadow: a refusal in shadow stays one when what might lift it
// was not read.
func TestUnreadKeepsShadow(t *testing.T) {
	t.Parallel()
	r := (&exemption{contract: always}).around(policy.Rule{Judge: func(*policy.Params, *policy.Attempt, *policy.Facts) policy.Finding {
		return policy.Finding{Reason: policy.HoldComplaint, Shadow: true}
	}})
	found := r.Judge(&policy.Params{Contract: policy.ContractParams{Ground: policy.SwitchParam{Value: true}}}, &policy.Attempt{}, &policy.Facts{})
	if found.Reason != policy.NotRead || !found.Shadow {
		t.Errorf("got %+v", found)
	}
}
