package rules

import (
	"slices"

	"tregua/policy"
)

// sector refuses what the law forbids a trade. Some may not telephone at all.
// Others need that the person asked, or a consent that is theirs alone: one whose
// purpose is the sector; neither the directory nor a contract is enough, and the
// number that is shown must be one of the country (D.L. 21/2026 for energy).
// Whether the request or the consent holds is for their own rules to say.
func sector() policy.Rule {
	return policy.Rule{
		Name:    "sector",
		Law:     "D.L. 21/2026",
		Reasons: []policy.Reason{policy.SectorUnasked, policy.SectorBanned, policy.CallerUnregistered},
		Needs:   policy.NeedsCaller | policy.NeedsList,
		Judge: func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			switch {
			case a.Sector == "":
				return abstain("the campaign names no sector")
			case slices.Contains(p.Sector.Banned.Value, a.Sector):
				return refuse(policy.SectorBanned, "")
			case !slices.Contains(p.Sector.Asked.Value, a.Sector):
				return abstain("")
			}
			return asked(p, a, f)
		},
	}
}

// asked refuses a call of a trade that only who asked may be called by. The row
// of a list says on what a call rests before its campaign does.
func asked(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
	claimed, known := f.List.Claims(a.Ground)
	switch {
	case !known:
		return notRead("the contact lists were not read")
	case claimed == policy.GroundConsent && a.Purpose != a.Sector:
		return refuse(policy.SectorUnasked, "a consent for another purpose")
	case claimed != policy.GroundConsent && claimed != policy.GroundRequest:
		return refuse(policy.SectorUnasked, "")
	case f.Caller.Known == policy.Unknown:
		return notRead("the caller ids were not read")
	case f.Caller.Country != p.Country:
		return refuse(policy.CallerUnregistered, "no number of the country")
	}
	return abstain("")
}
