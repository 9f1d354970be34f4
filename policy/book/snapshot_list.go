package book

import (
	"strings"
	"time"

	"tregua/policy"
)

// contactList is a list with its versions.
type contactList struct {
	id       policy.ListID
	ends     time.Time   // zero: without an end
	approved *loadedPart // nil: none
	pending  *loadedPart // newer, and not approved; nil: none
}

// campaignLists is what a campaign may call.
type campaignLists struct {
	open  bool // numbers on no list too
	lists []*contactList
}

// addLists joins lists, versions and campaigns.
func (s *Snapshot) addLists(b *Book) {
	for id, row := range b.entities.rows[kindList] {
		s.contacts[policy.ListID(id)] = &contactList{id: policy.ListID(id), ends: row.RetainUntil.time()}
	}
	for _, p := range b.parts {
		l := s.contacts[policy.ListID(p.Scope)]
		if p.Kind != Lists || l == nil {
			continue
		}
		switch approved := b.entities.rows[kindList][p.Scope].Approved; {
		case p.ID == approved:
			l.approved = b.loaded[p.ID]
		case p.ID > approved:
			l.pending = b.loaded[p.ID]
		}
	}
	for id, row := range b.entities.rows[kindCampaign] {
		principal, _, _ := strings.Cut(row.Name, "/")
		of := &campaignLists{open: row.OffList}
		for name := range strings.FieldsSeq(row.Lists) {
			if l := s.contacts[policy.ListID(b.entities.ids[kindList][principal+"/"+name])]; l != nil {
				of.lists = append(of.lists, l)
			}
		}
		s.calls[policy.CampaignID(id)] = of
	}
}

// listsOf returns the lists of a campaign, in order.
func (s *Snapshot) listsOf(c policy.CampaignID) (ids []policy.ListID) {
	for _, l := range s.calls[c].lists {
		ids = append(ids, l.id)
	}
	return ids
}

// List returns the row of the campaign's lists that holds n: the best one, or
// else the nearest miss. It reads nothing but those lists. A version that is
// not approved is a miss where only listed numbers may be called, and nothing at
// all where others may be. The fact is unknown when c is not known, or when no
// row may be used and a list could not be read.
func (s *Snapshot) List(c policy.CampaignID, n policy.Number) policy.ListFact {
	of := s.calls[c]
	if of == nil {
		return policy.ListFact{}
	}
	best := policy.ListFact{Known: policy.Absent, Open: of.open}
	broken := false
	for _, l := range of.lists {
		if l.approved != nil {
			broken = s.better(&best, l, l.approved, n) || broken
		}
		if l.pending != nil && !of.open {
			s.better(&best, l, l.pending, n)
		}
	}
	if broken && usable(&best) < whollyUsable {
		return policy.ListFact{}
	}
	return best
}

// better puts the row of n in a version in the place of best, if it is better,
// and reports whether the version could not be read.
func (s *Snapshot) better(best *policy.ListFact, l *contactList, version *loadedPart, n policy.Number) (broken bool) {
	if version.err != nil {
		return true
	}
	place, ok := version.numbers.Find(n)
	if !ok {
		return false
	}
	line, tag := version.list.row(place)
	f := policy.ListFact{
		Known: policy.Present, Open: best.Open, List: l.id, Part: version.ID, Row: line,
		Origin: version.list.origin, Ground: tag.ground, Provider: tag.provider, OtherOperator: tag.other,
		Approved: version == l.approved, Scanned: version.list.manifest.Scanned,
		RetainUntil:    earlier(l.ends, version.list.manifest.RetainUntil),
		SuspendedSince: s.SuspendedSince(tag.provider),
	}
	if was, is := usable(best), usable(&f); is > was || is == was && lasts(&f, best) {
		*best = f
	}
	return false
}

// whollyUsable is the usability of a row that nothing but time speaks against.
const whollyUsable = 5

// usable says how near a row is to one that may be called: what only needs a
// person's word is nearest, what is never a ground farthest.
func usable(f *policy.ListFact) int {
	switch {
	case f.Known != policy.Present:
		return 0
	case f.Origin == policy.OriginUnknown || f.Origin == policy.OriginWeb || f.OtherOperator:
		return 1
	case f.Scanned:
		return 2
	case !f.SuspendedSince.IsZero():
		return 3
	case !f.Approved:
		return 4
	}
	return whollyUsable
}

// lasts reports whether a ends after b.
func lasts(a, b *policy.ListFact) bool {
	return b.Known == policy.Present && !b.RetainUntil.IsZero() &&
		(a.RetainUntil.IsZero() || a.RetainUntil.After(b.RetainUntil))
}

// earlier returns the earlier end, zero being none: who shortens the life of a
// list shortens that of the version that was approved, who lengthens it does not.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// SuspendedSince returns since when a provider is suspended, zero if it is not.
func (s *Snapshot) SuspendedSince(p policy.ProviderID) time.Time {
	if p == 0 {
		return time.Time{}
	}
	return s.entities.rows[kindProvider][uint32(p)].Suspended.time()
}
