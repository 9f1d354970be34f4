package rules

import "tregua/policy"

// ground refuses a call for which no legal ground is claimed: by the row of the
// contact list if it names one, else by the campaign. Whether directory or
// consent holds is for registry and consent to say, and whether the law knows a
// ground in the directory at all for the profile; a contract or a request is a
// ground by being on file, claimed or not (exemptions). The data of another
// operator's customer is never one (compliance.md 1.14).
func ground() policy.Rule {
	return policy.Rule{
		Name:    "ground",
		Law:     policy.GroundNone.Law(),
		Reasons: []policy.Reason{policy.GroundNone},
		Needs:   policy.NeedsList,
		Judge: func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			claimed, known := f.List.Claims(a.Ground)
			switch {
			case !known:
				return notRead("the contact lists were not read")
			case claimed == policy.GroundDirectory && !p.Ground.Directory.Value:
				return refuse(policy.GroundNone, "the directory is none in this country")
			case claimed == policy.GroundDirectory && f.List.Known == policy.Present && f.List.OtherOperator:
				return refuse(policy.GroundNone, "the row is of another operator's customer")
			case claimed == policy.GroundDirectory:
				return abstain("directory")
			case claimed == policy.GroundConsent:
				return abstain("consent")
			}
			return refuse(policy.GroundNone, "")
		},
	}
}
