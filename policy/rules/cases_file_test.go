package rules

import (
	"os"
	"slices"
	"strings"
	"testing"

	"tregua/policy"
)

// aCase is one line of a file of cases.
type aCase struct {
	line  int
	words []string // those that are given for it, then its own
	want  string
}

// casesOf reads the cases of a rule.
func casesOf(t *testing.T, rule string) (all []aCase) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + rule + ".txt")
	if err != nil {
		t.Fatalf("a rule has a file of cases: %v", err)
	}
	var given []string
	for i, line := range strings.Split(string(b), "\n") {
		words, want, isCase := strings.Cut(line, "->")
		fields := strings.Fields(words)
		switch {
		case strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "":
		case !isCase && fields[0] == "given":
			given = append(given, fields[1:]...)
		case !isCase:
			t.Fatalf("%s.txt: line %d: no arrow and no given: %s", rule, i+1, line)
		default:
			all = append(all, aCase{i + 1, slices.Concat(given, fields), strings.TrimSpace(want)})
		}
	}
	return all
}

// setting returns what the case is judged by. Move changes the figures of each
// profile that it names, nil leaves them.
func (c *aCase) setting(t *testing.T, move func(*policy.Params)) *setting {
	t.Helper()
	s := plain(t)
	if move != nil {
		move(&s.params)
	}
	for _, w := range c.words {
		if err := s.set(w); err != nil {
			t.Fatalf("line %d: %s: %v", c.line, w, err)
		}
		if move != nil && strings.HasPrefix(w, "profile=") {
			move(&s.params)
		}
	}
	return s
}
