package suggest

import (
	"cmp"
	"slices"
	"strings"

	"tregua/policy"
	"tregua/policy/mapping"
)

// Proposal are rules for a trunk and what they make of the attempts that they
// were learnt from.
type Proposal struct {
	Rules    []Rule
	Attempts uint64 // that were given
	Kept     int    // that were looked at: all, or evenly some of them
	// Of those that were kept.
	Mapped       int
	Contradicted int // of Mapped: other campaigns' lists hold the number, and not its own
	Ambiguous    int
	Unknown      int
}

// Rule is a rule with what speaks for each of its entries.
type Rule struct {
	mapping.Rule
	Calls    int // that it decided, or that it narrowed the choice of
	Evidence []Evidence
	whose    [][]policy.CampaignID
}

// Evidence are the calls that an entry fits.
type Evidence struct {
	Calls       int
	Contradicts int // numbers that lists hold, but none of the entry's campaigns
}

// Propose returns the rules that the calls speak for; names are those of the open
// campaigns of the call centre.
func (l *Learner) Propose(names map[policy.CampaignID]string) Proposal {
	p := Proposal{Attempts: l.attempts, Kept: len(l.calls)}
	for _, header := range l.headerNames() {
		p.add(l.learn(mapping.ByHeader, header, names, func(c *call, take func(string)) { headerOf(c.Headers, header, take) }))
	}
	p.add(l.learnDisplay(names))
	p.add(l.learn(mapping.BySourcePort, "", names, func(c *call, take func(string)) {
		if c.SourcePort != 0 {
			take(mapping.Port(c.SourcePort))
		}
	}))
	p.add(l.learn(mapping.ByCallerID, "", names, func(c *call, take func(string)) { take(c.CallerID) }))
	p.Rules = append(p.Rules, Rule{Rule: mapping.Rule{By: mapping.ByList}})
	l.weighProposal(&p)
	return p
}

func (p *Proposal) add(r Rule) {
	if len(r.Entries) > 0 {
		p.Rules = append(p.Rules, r)
	}
}

// headerOf calls take with each value of a header.
func headerOf(lines, name string, take func(string)) {
	for line := range strings.SplitSeq(lines, "\n") {
		if is, value, ok := strings.Cut(line, ": "); ok && is == name {
			take(value)
		}
	}
}

// learn makes a rule of the values that say whose calls they are.
func (l *Learner) learn(by mapping.Way, header string, names map[policy.CampaignID]string, values func(*call, func(string))) Rule {
	r := Rule{Rule: mapping.Rule{By: by, Header: header}}
	for _, g := range l.groups(values) {
		if mapping.ReadValue(by, g.value) == nil && !strings.ContainsAny(g.value, "*?") {
			r.learnt(g.value, l.whose(g.calls), names)
		}
	}
	return r
}

// learnt adds an entry, if it says anything.
func (r *Rule) learnt(value string, whose []policy.CampaignID, names map[policy.CampaignID]string) {
	if len(whose) == 0 || len(whose) >= len(names) && len(names) > 1 || len(r.Entries) == mapping.MaxEntries {
		return
	}
	e := mapping.Entry{Value: value}
	for _, id := range whose {
		e.Campaigns = append(e.Campaigns, names[id])
	}
	r.Entries, r.whose = append(r.Entries, e), append(r.whose, whose)
	r.Evidence = append(r.Evidence, Evidence{})
}

// group are the calls that say one value.
type group struct {
	value string
	calls []int
}

// groups returns the calls by what they say, the most frequent value first.
func (l *Learner) groups(values func(*call, func(string))) (list []group) {
	at := map[string]int{}
	for i := range l.calls {
		values(&l.calls[i], func(value string) {
			if value == "" {
				return
			}
			place, ok := at[value]
			if !ok {
				place = len(list)
				at[value], list = place, append(list, group{value: value})
			}
			list[place].calls = append(list[place].calls, i)
		})
	}
	list = slices.DeleteFunc(list, func(g group) bool { return len(g.calls) < minCalls })
	slices.SortFunc(list, func(a, b group) int {
		return cmp.Or(cmp.Compare(len(b.calls), len(a.calls)), cmp.Compare(a.value, b.value))
	})
	return list
}

// weighProposal follows the rules for each call, as package book does, and counts.
func (l *Learner) weighProposal(p *Proposal) {
	tables := make([]*mapping.Table, len(p.Rules))
	for i := range p.Rules {
		tables[i] = mapping.NewTable(&p.Rules[i].Rule)
	}
	for i := range l.calls {
		c := &l.calls[i]
		var found mapping.Candidates
		decided := false
		for n := range p.Rules {
			r := &p.Rules[n]
			next := l.follow(r, tables[n], c, &found)
			if decided {
				continue // only what speaks for the entry is counted
			}
			found.Narrow(&next)
			if len(next.Among(nil)) > 0 {
				r.Calls++
			}
			_, decided = found.Is()
		}
		p.count(&found, l.sets[c.set])
	}
}

// follow returns what a rule says of a call and counts it for the entry.
func (l *Learner) follow(r *Rule, table *mapping.Table, c *call, found *mapping.Candidates) (next mapping.Candidates) {
	if r.By == mapping.ByList {
		for _, id := range l.sets[c.set] {
			if among := found.Among(nil); among == nil || slices.Contains(among, id) {
				next.Add(id)
			}
		}
		return named(next)
	}
	r.fitting(table, c, func(at int, ok bool) {
		if !ok {
			return
		}
		r.Evidence[at].Calls++
		if len(l.sets[c.set]) > 0 && !l.holdsAny(c.set, r.whose[at]) {
			r.Evidence[at].Contradicts++
		}
		for _, id := range r.whose[at] {
			next.Add(id)
		}
	})
	return named(next)
}

// fitting calls take with what the table finds of a call.
func (r *Rule) fitting(table *mapping.Table, c *call, take func(at int, ok bool)) {
	switch r.By { //nolint:exhaustive // prefixes are not learnt, lists have no table
	case mapping.ByCallerID:
		take(table.Find(c.CallerID))
	case mapping.ByDisplay:
		take(table.Find(c.Display))
	case mapping.BySourcePort:
		take(table.FindPort(c.SourcePort))
	case mapping.ByHeader:
		headerOf(c.Headers, r.Header, func(value string) { take(table.Find(value)) })
	}
}

// named makes what a rule names readable by Among.
func named(next mapping.Candidates) mapping.Candidates {
	var c mapping.Candidates
	c.Narrow(&next)
	return c
}

func (p *Proposal) count(found *mapping.Candidates, holders []policy.CampaignID) {
	id, ok := found.Is()
	switch {
	case ok:
		p.Mapped++
		if len(holders) > 0 && !slices.Contains(holders, id) {
			p.Contradicted++
		}
	case found.Told():
		p.Ambiguous++
	default:
		p.Unknown++
	}
}
