package mapping

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Table finds the entry that fits what an INVITE says: the one with that very
// value, or else the pattern that names most characters. It does not change.
type Table struct {
	exact    map[string]int
	patterns []pattern // the most telling first
	spans    []spanned // the narrowest first
}

type pattern struct {
	text  string // without the star
	open  bool   // it ended in one
	plain bool   // it has no ?
	entry int
}

type spanned struct {
	span
	entry int
}

// NewTable makes a table of the entries of a rule that is valid.
func NewTable(r *Rule) *Table {
	t := &Table{exact: map[string]int{}}
	for i, e := range r.Entries {
		text, open := strings.CutSuffix(e.Value, "*")
		switch {
		case r.By == BySourcePort:
			if s, err := readSpan(e.Value); err == nil {
				t.spans = append(t.spans, spanned{s, i})
			}
		case open || strings.Contains(text, "?"):
			t.patterns = append(t.patterns, pattern{text, open, !strings.Contains(text, "?"), i})
		default:
			t.exact[e.Value] = i
		}
	}
	slices.SortStableFunc(t.patterns, func(a, b pattern) int {
		return cmp.Or(cmp.Compare(b.named(), a.named()), cmp.Compare(len(b.text), len(a.text)), cmp.Compare(a.text, b.text))
	})
	slices.SortStableFunc(t.spans, func(a, b spanned) int {
		return cmp.Or(cmp.Compare(a.to-a.from, b.to-b.from), cmp.Compare(a.from, b.from))
	})
	return t
}

// Find returns the place of the entry that fits text.
func (t *Table) Find(text string) (entry int, ok bool) {
	if entry, ok = t.exact[text]; ok {
		return entry, true
	}
	for i := range t.patterns {
		if t.patterns[i].fits(text) {
			return t.patterns[i].entry, true
		}
	}
	return 0, false
}

// FindPort returns the place of the entry that fits a port; 0 fits none.
func (t *Table) FindPort(port uint16) (entry int, ok bool) {
	for _, s := range t.spans {
		if s.from <= port && port <= s.to {
			return s.entry, true
		}
	}
	return 0, false
}

// named is how many characters the pattern names.
func (p *pattern) named() int { return len(p.text) - strings.Count(p.text, "?") }

func (p *pattern) fits(text string) bool {
	if len(text) < len(p.text) || len(text) > len(p.text) && !p.open {
		return false
	}
	if p.plain {
		return text[:len(p.text)] == p.text
	}
	for i := range len(p.text) {
		if p.text[i] != '?' && p.text[i] != text[i] {
			return false
		}
	}
	return true
}

// Port is a port as entries write it.
func Port(port uint16) string { return strconv.FormatUint(uint64(port), 10) }
