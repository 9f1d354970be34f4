package rules

import "tregua/policy"

// ground refuses a call for which no legal ground is claimed. Whether the one
// that is claimed holds is for registry and consent to say.
func ground() policy.Rule {
	return policy.Rule{
		Name:    "ground",
		Law:     policy.GroundNone.Law(),
		Reasons: []policy.Reason{policy.GroundNone},
		Judge: func(_ *policy.Params, a *policy.Attempt, _ *policy.Facts) policy.Finding {
			switch a.Ground {
			case policy.GroundDirectory:
				return abstain("directory")
			case policy.GroundConsent:
				return abstain("consent")
			case policy.NoGround, policy.GroundContract, policy.GroundRequest:
			}
			return refuse(policy.GroundNone, "")
		},
	}
}
