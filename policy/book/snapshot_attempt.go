package book

import "tregua/policy"

// Attempt makes an attempt of what an INVITE says: the number by the trunk's
// dial plan, the campaign by the trunk's mapping. A trunk that the book does
// not know leads to no campaign; its number is read by the plan of the book,
// so that an emergency call is known as one.
func (s *Snapshot) Attempt(d policy.Dialled) policy.Attempt {
	a := policy.Attempt{Dialled: d, Profile: s.judgedBy(0, "")}
	t, ok := s.trunks[d.Trunk]
	if !ok {
		s.reading.into(&a)
		return a
	}
	a.DialMode, a.CallCentre, a.Mode = t.DialMode, t.callCentre, t.mode.At(d.At)
	prefix := t.reading.into(&a)
	var id policy.CampaignID
	id, a.Mapping, a.MappedBy = s.campaign(&t, &a, prefix)
	if a.Mapping == policy.Mapped {
		s.assign(&a, s.campaigns[id])
	}
	return a
}

// AttemptFor returns the attempt as if d had been dialled for the campaign c:
// d.User is a number as people write it, d.Trunk is not looked at. Where d names
// no caller it is one of the call centre's numbers that may be shown, if there is
// one, and the carrier is one of the country.
func (s *Snapshot) AttemptFor(c Campaign, d policy.Dialled) policy.Attempt {
	a := policy.Attempt{Dialled: d, Mapping: policy.Mapped}
	s.reading.into(&a)
	s.assign(&a, c)
	if a.CallerID == "" {
		a.CallerID = s.parties.shown(s.reading.plan, s.callerIDs(a.Profile), &a).String()
	}
	a.Carrier = s.reading.plan.Country
	return a
}

func (s *Snapshot) assign(a *policy.Attempt, c Campaign) {
	a.Campaign, a.CampaignName = c.ID, c.Name
	a.Principal, a.CallCentre, a.Account, a.Group = c.Principal, c.CallCentre, c.Account, c.Group
	a.Purpose, a.Channel, a.Ground, a.Sector, a.Service = c.Purpose, c.Channel, c.Ground, c.Sector, c.Service
	a.Profile = s.judgedBy(c.Principal, a.Country)
}
