package book

import (
	"maps"
	"slices"
	"strings"

	"tregua/policy"
	"tregua/policy/mapping"
)

// rule is a mapping.Rule resolved against the entities of a snapshot.
type rule struct {
	mapping.Rule
	table *mapping.Table
	// said are the entries; of prefixes and codes by what is said.
	said  []meaning
	words map[string]meaning
}

// meaning is what one value says.
type meaning struct {
	campaigns []policy.CampaignID // none: it leads nowhere
	rests     string              // on what, for people
}

// rule resolves one rule of a trunk.
func (s *Snapshot) rule(t *trunk, m *mapping.Rule) rule {
	r := rule{Rule: *m, words: map[string]meaning{}}
	lead := func(value string, names []string) meaning {
		is := meaning{s.open(t, names), strings.Join(strings.Fields(m.By.String()+" "+m.Header), " ") + " " + value}
		if len(is.campaigns) == 0 {
			t.nowhere = append(t.nowhere, is.rests)
		}
		return is
	}
	switch {
	case m.By == mapping.ByPrefix:
		for _, digits := range slices.Sorted(maps.Keys(t.Prefixes)) {
			r.words[digits] = lead(digits, []string{t.Prefixes[digits]})
		}
	case m.Coded():
		for code, id := range s.codes(t.callCentre) { // order: a map again
			r.words[code] = meaning{[]policy.CampaignID{id}, strings.Join(strings.Fields(m.By.String()+" "+m.Header), " ") + " " + code}
		}
	default:
		r.table = mapping.NewTable(m)
		for _, e := range m.Entries {
			r.said = append(r.said, lead(e.Value, e.Campaigns))
		}
	}
	return r
}

// says calls take with each meaning that the rule finds in what an INVITE says;
// prefix is the tech prefix of its number.
func (r *rule) says(t *trunk, a *policy.Attempt, prefix string, take func(*meaning)) {
	switch r.By {
	case mapping.ByPrefix:
		r.word(prefix, take)
	case mapping.ByCallerID:
		r.word(t.callerID(a.CallerID), take)
	case mapping.ByDisplay:
		r.word(a.Display, take)
	case mapping.ByHeader:
		for line := range strings.SplitSeq(a.Headers, "\n") {
			if name, value, ok := strings.Cut(line, ": "); ok && strings.EqualFold(name, r.Header) {
				r.word(value, take)
			}
		}
	case mapping.BySourcePort:
		if at, ok := r.table.FindPort(a.SourcePort); ok {
			take(&r.said[at])
		}
	case mapping.ByList: // see holding
	}
}

// word looks up one text.
func (r *rule) word(text string, take func(*meaning)) {
	if text == "" {
		return
	}
	if r.table == nil {
		if m, ok := r.words[text]; ok {
			take(&m)
		}
		return
	}
	if at, ok := r.table.Find(text); ok {
		take(&r.said[at])
	}
}

// callerID returns a caller id as rules name it: the number with plus, or what
// stands in the header when no number can be read from it.
func (t *trunk) callerID(text string) string {
	plan := t.reading.plan
	plan.Strip, plan.Prefixes = "", nil // they belong to called numbers
	if r := plan.Read(text); r.Reading == policy.Readable {
		return r.Number.String()
	}
	return text
}
