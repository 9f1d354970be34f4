package book

import (
	"slices"

	"tregua/policy"
	"tregua/policy/mapping"
	"tregua/policy/numbers"
)

// listed is a version of a list that an open campaign calls. A trunk has those of
// its call centre one behind the other: a call that is mapped by them asks all.
type listed struct {
	campaign policy.CampaignID
	version  *loadedPart
	sieve    numbers.Sieve // where a trunk maps by lists
}

// addListed gives the trunks the lists of their campaigns, by campaign: those that
// are approved, and those that wait for that. mu must be held.
func (s *Snapshot) addListed(b *Book) {
	for name, t := range s.trunks { // order: each is on its own
		byList := slices.ContainsFunc(t.Rules, func(m mapping.Rule) bool { return m.By == mapping.ByList })
		for _, id := range t.active {
			for _, l := range s.calls[id].lists {
				for i, v := range []*loadedPart{l.approved, l.pending} {
					if v == nil {
						continue
					}
					one := listed{campaign: id, version: v}
					if byList && v.err == nil {
						one.sieve = b.sieveOf(v)
					}
					t.lists[i] = append(t.lists[i], one)
				}
			}
		}
		s.trunks[name] = t
	}
}

// sieveOf returns the sieve of a list. mu must be held.
func (b *Book) sieveOf(v *loadedPart) numbers.Sieve {
	sieve, ok := b.sieves[v.ID]
	if !ok {
		if b.sieves == nil {
			b.sieves = map[uint32]numbers.Sieve{}
		}
		sieve = numbers.NewSieve(v.numbers)
		b.sieves[v.ID] = sieve
	}
	return sieve
}

// holding calls take with each of the campaigns whose lists hold n, of those among
// which it looks, nil for all: whose list is approved, or else whose list waits for
// that. It reports false when a list cannot be read and so may hold n too.
func (t *trunk) holding(among []policy.CampaignID, n policy.Number, take func(policy.CampaignID)) (ok bool) {
	if n == 0 {
		return true
	}
	key := numbers.SieveKeyOf(n)
	for _, lists := range &t.lists {
		found := false
		for i := range lists {
			l := &lists[i]
			switch {
			case !l.sieve.Passes(key) || among != nil && !slices.Contains(among, l.campaign):
			case l.version.err != nil:
				return false
			case l.version.numbers.Contains(n):
				found = true
				take(l.campaign)
			}
		}
		if found {
			return true
		}
	}
	return true
}
