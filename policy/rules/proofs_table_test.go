package rules

import (
	"slices"
	"testing"
	"time"

	"tregua/policy"
)

// steps are the steps of a table, to be changed in place.
func steps(t *policy.Table) []*[]policy.Rule {
	return []*[]policy.Rule{&t.Pass, &t.Veto, &t.Ground, &t.NotNow, &t.Pace}
}

// without returns the table without a rule.
func without(rule string) policy.Table {
	t := Table()
	for _, step := range steps(&t) {
		*step = slices.DeleteFunc(*step, func(r policy.Rule) bool { return r.Name == rule })
	}
	return t
}

// decide judges a setting by a table.
func decide(t *testing.T, table policy.Table, s *setting) policy.Decision {
	t.Helper()
	p, err := policy.New(table, s.params)
	if err != nil {
		t.Fatal(err)
	}
	return p.Judge(&s.attempt, &s.facts)
}

// TestEveryRuleCounts: for every rule there is a case in its file that only this
// rule answers: without its line in the table the call has another verdict.
func TestEveryRuleCounts(t *testing.T) {
	t.Parallel()
	table := Table()
	for _, r := range table.Rules() {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			less := without(r.Name)
			if slices.ContainsFunc(casesOf(t, r.Name), func(c aCase) bool {
				s := c.setting(t, nil)
				with := decide(t, table, s)
				return with.Rule == r.Name && decide(t, less, s).Verdict != with.Verdict
			}) {
				return
			}
			t.Errorf("no case of testdata/%s.txt is judged otherwise without the rule: add a call that only it refuses", r.Name)
		})
	}
}

// columns are those of the table of exemptions, each with what makes it hold: a
// request that is as new as can be and for this very time, and an old one.
func columns(e *exemption) []column {
	return []column{
		{"contract", e.contract, []func(*setting){func(s *setting) {
			s.facts.Contract = policy.ContractFact{Known: policy.Present, From: s.attempt.At.AddDate(-1, 0, 0)}
		}}},
		{"request", e.request, []func(*setting){
			func(s *setting) {
				at := s.attempt.At
				s.facts.Request = policy.RequestFact{Known: policy.Present, At: at, Until: at.Add(time.Hour), AgreedAt: at}
			},
			func(s *setting) {
				at := s.attempt.At
				s.facts.Request = policy.RequestFact{Known: policy.Present, At: at.AddDate(-9, 0, 0), Until: at.Add(time.Hour)}
			},
		}},
		{"service", e.service, []func(*setting){func(s *setting) { s.attempt.Service = true }}},
	}
}

type column struct {
	name string
	cell lift
	hold []func(*setting)
}

// TestExemptions holds every cell of the table of exemptions, both ways, over
// every call that a case of the rule's file refuses: where the table says no,
// nothing is lifted; where it says yes, everything is; where it names a
// condition, there are calls on both sides of it.
func TestExemptions(t *testing.T) {
	t.Parallel()
	for _, r := range Table().Rules() {
		if r.Name == "emergency" {
			continue // it refuses nothing
		}
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			at := slices.IndexFunc(exemptions[:], func(e exemption) bool { return e.rule == r.Name })
			if at < 0 {
				t.Fatal("the table of exemptions has no row of the rule: what lifts it?")
			}
			for _, c := range columns(&exemptions[at]) {
				lifted, kept := tryCell(t, r, &c)
				switch {
				case c.cell == never && len(lifted) > 0:
					t.Errorf("%s lifts lines %v, and the table says no", c.name, lifted)
				case c.cell == always && len(kept) > 0:
					t.Errorf("%s leaves lines %v, and the table says yes", c.name, kept)
				case c.cell != never && len(lifted) == 0:
					t.Errorf("%s lifts no case of the file", c.name)
				case len(kept) == 0 && c.cell != always:
					t.Errorf("%s fails in no case of the file", c.name)
				}
			}
		})
	}
}

// tryCell judges every call that the rule refuses by itself once more with what
// may lift it, and returns the lines of those that were lifted, and the others.
func tryCell(t *testing.T, r policy.Rule, c *column) (lifted, kept []int) {
	t.Helper()
	for _, line := range casesOf(t, r.Name) {
		s := line.setting(t, nil)
		s.attempt.Service = false
		s.facts.Contract = policy.ContractFact{Known: policy.Absent}
		s.facts.Request = policy.RequestFact{Known: policy.Absent}
		if r.Judge(&s.params, &s.attempt, &s.facts).Reason == policy.OK {
			continue
		}
		for _, hold := range c.hold {
			with := *s
			hold(&with)
			lifts := r.Judge(&with.params, &with.attempt, &with.facts).Reason == policy.OK
			if c.name == "contract" && !s.params.Contract.Ground.Value {
				if lifts {
					t.Errorf("line %d: a contract lifts it where it is no ground", line.line)
				}
				continue
			}
			if lifts {
				lifted = append(lifted, line.line)
			} else {
				kept = append(kept, line.line)
			}
		}
	}
	return lifted, kept
}
