// Package suggest learns from past attempts by what the calls of a trunk can be
// mapped to their campaigns. The evidence are the contact lists: over many calls
// that say the same, only the lists of the campaign they are made for hold nearly
// all the numbers called. A [Learner] is given attempts one by one and keeps no
// number; what it proposes are rules of package mapping.
package suggest

import (
	"cmp"
	"encoding/binary"
	"slices"
	"strings"

	"tregua/policy"
	"tregua/policy/mapping"
)

// The measures of the evidence.
const (
	// minCalls is how many calls must say the same to be looked at.
	minCalls = 30
	// maxWrong is which share of the calls that say the same may be those of a
	// campaign that the proposal does not name.
	maxWrong = 0.01
	// maxOff is which share of them may be to numbers on no list: their campaign
	// may be one without lists.
	maxOff = 0.1
)

// Seen is what one attempt said, and whose lists hold its number.
type Seen struct {
	CallerID   string // as rules name it: the number with plus, or as it stands
	Display    string
	Headers    string // "name: value", one a line
	SourcePort uint16
	Holders    []policy.CampaignID // open campaigns of the call centre, ascending
}

// Learner gathers what attempts of one trunk say.
type Learner struct {
	limit, every, skipped int
	attempts              uint64
	sets                  [][]policy.CampaignID // of holders, by number
	numberOf              map[string]int        // of a set
	calls                 []call
	samples               map[policy.CampaignID][]int // sets that hold numbers of its lists
}

// call is an attempt as it is kept.
type call struct {
	Seen // without Holders
	set  int
}

// New returns a learner that keeps at most limit attempts: of more it takes each
// second one, then each fourth, evenly over the time.
func New(limit int) *Learner {
	return &Learner{limit: max(2, limit), every: 1, numberOf: map[string]int{}, samples: map[policy.CampaignID][]int{}}
}

// Listed tells of a number that a campaign's lists hold: all who hold it, itself
// among them. A few hundred for each campaign show how its lists overlap.
func (l *Learner) Listed(c policy.CampaignID, holders []policy.CampaignID) {
	l.samples[c] = append(l.samples[c], l.set(holders))
}

// Add takes an attempt. A dial that is repeated is no new evidence: leave out
// what was answered from memory.
func (l *Learner) Add(s Seen) {
	l.attempts++
	if l.skipped++; l.skipped < l.every {
		return
	}
	l.skipped = 0
	if len(l.calls) == l.limit {
		half := l.calls[:0]
		for i := 1; i < len(l.calls); i += 2 {
			half = append(half, l.calls[i])
		}
		l.calls, l.every = half, 2*l.every
	}
	set := l.set(s.Holders)
	s.Holders = nil
	l.calls = append(l.calls, call{s, set})
}

// set returns the number of a set of campaigns.
func (l *Learner) set(ids []policy.CampaignID) int {
	key := make([]byte, 0, 4*len(ids))
	for _, id := range ids {
		key = binary.BigEndian.AppendUint32(key, uint32(id))
	}
	n, ok := l.numberOf[string(key)]
	if !ok {
		n = len(l.sets)
		l.sets, l.numberOf[string(key)] = append(l.sets, slices.Clone(ids)), n
	}
	return n
}

// count is how many of some calls were to numbers that one set holds.
type count struct{ set, n int }

// tally counts calls by set, in the order of the sets; on are those to numbers on
// a list.
func (l *Learner) tally(calls []int) (counts []count, on int) {
	sets := make([]int, 0, len(calls))
	for _, i := range calls {
		if set := l.calls[i].set; len(l.sets[set]) > 0 {
			sets = append(sets, set)
		}
	}
	slices.Sort(sets)
	for i, set := range sets {
		if i == 0 || sets[i-1] != set {
			counts = append(counts, count{set: set})
		}
		counts[len(counts)-1].n++
	}
	return counts, len(sets)
}

// whose returns the fewest campaigns of which one makes each of the calls, up to
// maxWrong of them; nil when they are too few calls or too many campaigns.
func (l *Learner) whose(calls []int) []policy.CampaignID {
	counts, on := l.tally(calls)
	if on < minCalls || float64(len(calls)-on) > maxOff*float64(len(calls)) {
		return nil
	}
	held := l.held(counts)
	named := l.cover(counts, on, held)
	for {
		rival, ok := l.rival(counts, on, held, named)
		if len(named) > mapping.MaxTogether {
			return nil
		}
		if !ok {
			slices.Sort(named)
			return named
		}
		named = append(named, rival)
	}
}

// holder is how many calls a campaign's lists hold the numbers of.
type holder struct {
	id policy.CampaignID
	n  int
}

// held counts for each campaign the calls that its lists hold, the most first.
func (l *Learner) held(counts []count) (list []holder) {
	at := map[policy.CampaignID]int{}
	for _, c := range counts {
		for _, id := range l.sets[c.set] {
			if _, ok := at[id]; !ok {
				at[id] = len(list)
				list = append(list, holder{id: id})
			}
			list[at[id]].n += c.n
		}
	}
	slices.SortFunc(list, func(a, b holder) int { return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.id, b.id)) })
	return list
}

// cover names campaigns, the one that holds most first, until few calls are left
// that none of them holds.
func (l *Learner) cover(counts []count, on int, held []holder) (named []policy.CampaignID) {
	for len(named) <= mapping.MaxTogether {
		left := 0
		more := map[policy.CampaignID]int{}
		for _, c := range counts {
			if l.holdsAny(c.set, named) {
				continue
			}
			left += c.n
			for _, id := range l.sets[c.set] {
				more[id] += c.n
			}
		}
		if float64(left) <= maxWrong*float64(on) {
			break
		}
		best := held[0].id
		for _, h := range held {
			if more[h.id] > more[best] {
				best = h.id
			}
		}
		named = append(named, best)
	}
	return named
}

// rival returns a campaign that may make more than maxWrong of the calls beside
// the named ones. Its calls that none of those holds are seen; those behind the
// overlap of its lists with theirs are reckoned from it.
func (l *Learner) rival(counts []count, on int, held []holder, named []policy.CampaignID) (policy.CampaignID, bool) {
	for _, h := range held {
		if float64(h.n) <= maxWrong*float64(on) {
			break // it does not hold as many
		}
		if slices.Contains(named, h.id) {
			continue
		}
		seen := 0.5 // of none that was seen there may still be one
		for _, c := range counts {
			if slices.Contains(l.sets[c.set], h.id) && !l.holdsAny(c.set, named) {
				seen += float64(c.n)
			}
		}
		if apart := l.apart(h.id, named); seen > maxWrong*float64(on)*apart {
			return h.id, true
		}
	}
	return 0, false
}

// apart returns which share of a campaign's lists none of the named ones holds.
func (l *Learner) apart(id policy.CampaignID, named []policy.CampaignID) float64 {
	samples := l.samples[id]
	if len(samples) == 0 {
		return 1
	}
	n := 0
	for _, set := range samples {
		if !l.holdsAny(set, named) {
			n++
		}
	}
	return float64(n) / float64(len(samples))
}

func (l *Learner) holdsAny(set int, named []policy.CampaignID) bool {
	return slices.ContainsFunc(l.sets[set], func(id policy.CampaignID) bool { return slices.Contains(named, id) })
}

// headerNames are the headers that calls have, in order.
func (l *Learner) headerNames() []string {
	var names []string
	for i := range l.calls {
		for line := range strings.SplitSeq(l.calls[i].Headers, "\n") {
			if name, _, ok := strings.Cut(line, ": "); ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}
