package book

import (
	"iter"
	"slices"

	"tregua/policy"
	"tregua/policy/mapping"
)

// campaign finds the campaign of an attempt by the rules of its trunk, and says
// what that rests on. The first rule that names one campaign decides; one that
// names several leaves the choice among them to the rules behind it.
func (s *Snapshot) campaign(t *trunk, a *policy.Attempt, prefix string) (policy.CampaignID, policy.Mapping, string) {
	var c mapping.Candidates
	for i := range t.rules {
		next, deaf := s.follow(t, &t.rules[i], a, prefix, &c)
		if deaf != "" {
			return 0, policy.Unmapped, deaf
		}
		c.Narrow(&next)
		if id, ok := c.Is(); ok {
			return id, policy.Mapped, c.Rests
		}
	}
	if c.Told() {
		return fallTo(t.several, policy.Ambiguous, c.Rests+", ambiguous", c.Rests)
	}
	switch {
	case t.Default != "" || t.Otherwise != OtherwiseOnly || len(t.active) == 0:
		return fallTo(t.unmapped, policy.Unmapped, "otherwise", "")
	case len(t.active) > 1:
		return fallTo(t.several, policy.Ambiguous, "ambiguous", "")
	}
	return t.active[0], policy.Mapped, "only"
}

// fallTo returns a campaign that is named for such calls, or that there is none.
func fallTo(id policy.CampaignID, why policy.Mapping, rests, without string) (policy.CampaignID, policy.Mapping, string) {
	if id != 0 {
		return id, policy.Mapped, rests
	}
	return 0, why, without
}

// follow returns the candidates that a rule names; none: it says nothing. Nowhere
// is what the attempt says when that leads to no open campaign or when a list
// cannot be read: then no other rule may decide.
func (s *Snapshot) follow(t *trunk, r *rule, a *policy.Attempt, prefix string, c *mapping.Candidates) (next mapping.Candidates, nowhere string) {
	if r.By == mapping.ByList {
		if !t.holding(c.Among(nil), a.Called, next.Add) {
			return mapping.Candidates{}, "list"
		}
		next.Rests = "list"
		return next, ""
	}
	r.says(t, a, prefix, func(m *meaning) {
		if len(m.campaigns) == 0 {
			nowhere = m.rests
		}
		for _, id := range m.campaigns {
			next.Add(id)
		}
		next.Rests = m.rests
	})
	return next, nowhere
}

// Holders returns the open campaigns of a trunk's call centre whose lists hold a
// number, by name; none when a list of them cannot be read.
func (s *Snapshot) Holders(trunk string, n policy.Number) (ids []policy.CampaignID) {
	t := s.trunks[trunk]
	if !t.holding(nil, n, func(id policy.CampaignID) { ids = append(ids, id) }) {
		return nil
	}
	return slices.Compact(ids)
}

// CallerWord returns a caller id as the rules of a trunk name it.
func (s *Snapshot) CallerWord(trunk, callerID string) string {
	t, ok := s.trunks[trunk]
	if !ok {
		return callerID
	}
	return t.callerID(callerID)
}

// Sample yields about per numbers of the lists of each open campaign of a trunk's
// call centre, evenly over them.
func (s *Snapshot) Sample(trunk string, per int) iter.Seq2[policy.CampaignID, policy.Number] {
	return func(yield func(policy.CampaignID, policy.Number) bool) {
		for _, id := range s.trunks[trunk].active {
			for n := range s.calls[id].sample(per) {
				if !yield(id, n) {
					return
				}
			}
		}
	}
}

// sample yields about per numbers of the lists.
func (of *campaignLists) sample(per int) iter.Seq[policy.Number] {
	var versions []*loadedPart
	all := 0
	for _, l := range of.lists {
		for _, v := range []*loadedPart{l.approved, l.pending} {
			if v != nil && v.err == nil {
				versions, all = append(versions, v), all+v.numbers.Len()
			}
		}
	}
	every := max(1, all/max(1, per))
	return func(yield func(policy.Number) bool) {
		i := 0
		for _, v := range versions {
			for n := range v.numbers.Each() {
				if i++; i%every == 0 && !yield(n) {
					return
				}
			}
		}
	}
}
