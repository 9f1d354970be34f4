package rules

import "tregua/policy"

// list refuses a number that is on no contact list of the campaign, or on one
// that may not be used (regulation.md R01). A campaign that is open to numbers
// off its lists is held to a row all the same when there is one: where the
// number came from is then known.
func list() policy.Rule {
	return policy.Rule{
		Name: "list",
		Law:  policy.ListAbsent.Law(),
		Reasons: []policy.Reason{
			policy.ListAbsent, policy.ListOrigin, policy.ListExpired, policy.ClockUnsynced, policy.ListUnapproved,
		},
		Needs: policy.NeedsList,
		Judge: func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			l := &f.List
			switch {
			case l.Known == policy.Unknown:
				return notRead("the contact lists were not read")
			case l.Known == policy.Absent && l.Open:
				return abstain("on no list; the campaign is open to that")
			case l.Known == policy.Absent:
				return refuse(policy.ListAbsent, "")
			}
			return usable(p, a, l)
		},
	}
}

// usable says whether the row may be used. What lasts comes first: only the
// principal's word is soon had.
func usable(p *policy.Params, a *policy.Attempt, l *policy.ListFact) policy.Finding {
	switch {
	case l.Origin == policy.OriginUnknown || l.Origin == policy.OriginWeb:
		return refuse(policy.ListOrigin, "")
	case l.OtherOperator:
		return refuse(policy.ListOrigin, "a customer of another operator")
	case l.RetainUntil.IsZero():
	case !a.At.Before(l.RetainUntil):
		return refuse(policy.ListExpired, "")
	case !a.Synced && !a.At.Add(p.Clock.Margin.Value).Before(l.RetainUntil):
		// The true time may be a little after: that must do too.
		return refuse(policy.ClockUnsynced, "the list is about to end")
	}
	if !l.Approved {
		return refuse(policy.ListUnapproved, "")
	}
	return abstain("")
}
