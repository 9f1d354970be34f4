package suggest

import (
	"iter"
	"slices"

	"tregua/policy"
)

// Lists is what the learner asks of the lists in force.
type Lists interface {
	// Holders returns the open campaigns of a trunk's call centre whose lists
	// hold a number.
	Holders(trunk string, n policy.Number) []policy.CampaignID
	// CallerWord returns a caller id as the rules of a trunk name it.
	CallerWord(trunk, callerID string) string
	// Sample yields about per numbers of the lists of each of those campaigns.
	Sample(trunk string, per int) iter.Seq2[policy.CampaignID, policy.Number]
}

// sampled is how many numbers of each campaign show how its lists overlap.
const sampled = 500

// Lists tells the learner how the lists of a trunk overlap.
func (l *Learner) Lists(lists Lists, trunk string) {
	for c, n := range lists.Sample(trunk, sampled) {
		l.Listed(c, sorted(lists.Holders(trunk, n)))
	}
}

// Attempt takes what an attempt said, and reports whether it says anything: one
// without a number does not, and one that was answered from memory.
func (l *Learner) Attempt(lists Lists, r *policy.Record) bool {
	a := &r.Attempt
	if a.Called == 0 || r.Repeat.Count > 0 {
		return false
	}
	l.Add(Seen{
		CallerID: lists.CallerWord(a.Trunk, a.CallerID), Display: a.Display, Headers: a.Headers, SourcePort: a.SourcePort,
		Holders: sorted(lists.Holders(a.Trunk, a.Called)),
	})
	return true
}

func sorted(ids []policy.CampaignID) []policy.CampaignID {
	slices.Sort(ids)
	return ids
}
