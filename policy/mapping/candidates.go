package mapping

import (
	"slices"

	"tregua/policy"
)

// Candidates are the campaigns that a call may belong to, as far as the rules
// have told. The zero value leaves all of them.
type Candidates struct {
	Rests string // on which rules, for people
	told  bool
	over  bool // more of them than a rule can name together: none can be told apart
	ids   [MaxTogether]policy.CampaignID
	n     int
}

// Is returns the one candidate that is left.
func (c *Candidates) Is() (policy.CampaignID, bool) { return c.ids[0], c.told && !c.over && c.n == 1 }

// Told reports whether a rule has named candidates.
func (c *Candidates) Told() bool { return c.told }

// Among returns the candidates that are left, of all if no rule has told or they
// are too many.
func (c *Candidates) Among(all []policy.CampaignID) []policy.CampaignID {
	if c.told && !c.over {
		return c.ids[:c.n]
	}
	return all
}

// Add makes id one that a rule names.
func (c *Candidates) Add(id policy.CampaignID) {
	switch {
	case slices.Contains(c.ids[:c.n], id):
	case c.n == len(c.ids):
		c.over = true
	default:
		c.ids[c.n], c.n = id, c.n+1
	}
}

// Narrow leaves those that the next rule names too. When that is none, the rule
// says nothing: what contradicts the rules before it decides nothing.
func (c *Candidates) Narrow(next *Candidates) {
	left := *next
	if c.told && !c.over {
		left = Candidates{Rests: next.Rests}
		for _, id := range c.ids[:c.n] {
			if next.over || slices.Contains(next.ids[:next.n], id) {
				left.Add(id)
			}
		}
	}
	if left.n == 0 {
		return
	}
	if c.Rests != "" {
		left.Rests = c.Rests + ", " + left.Rests
	}
	*c, c.told = left, true
}
