package rules

import (
	"slices"

	"tregua/policy"
)

// origin refuses a national caller id that would come from abroad: carriers must
// block those (AGCOM 106/25/CONS). What can be seen here is where the call centre
// is and by which carrier it calls, so the reading is: a call centre outside of
// the country of its caller id may show it only by a trunk whose carrier is of
// that country (key country of the trunk).
func origin() policy.Rule {
	return policy.Rule{
		Name:    "origin",
		Law:     policy.OriginForeign.Law(),
		Reasons: []policy.Reason{policy.OriginForeign},
		Needs:   policy.NeedsCallCentre | policy.NeedsCaller,
		Judge: func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			id, centre := &f.Caller, &f.CallCentre
			switch {
			case len(p.Origin.Countries.Value) == 0:
				return abstain("the profile names no country")
			case id.Known == policy.Unknown || centre.Known == policy.Unknown:
				return notRead("caller id or call centre were not read")
			case !slices.Contains(p.Origin.Countries.Value, id.Country):
				return abstain("")
			case centre.Country == "" || centre.Country == id.Country:
				return abstain("") // rule callcentre asks for the country
			case a.Carrier != id.Country:
				return refuse(policy.OriginForeign, "the call centre is abroad and so is the carrier")
			}
			return abstain("by a carrier of the country")
		},
	}
}
