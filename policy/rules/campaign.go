package rules

import "tregua/policy"

// campaign refuses a call that exactly one campaign does not answer for.
func campaign() policy.Rule {
	return policy.Rule{
		Name:    "campaign",
		Law:     policy.CampaignUnknown.Law(),
		Reasons: []policy.Reason{policy.CampaignUnknown, policy.CampaignAmbiguous},
		Judge: func(_ *policy.Params, a *policy.Attempt, _ *policy.Facts) policy.Finding {
			switch {
			case a.Mapping == policy.Ambiguous:
				return refuse(policy.CampaignAmbiguous, "")
			case a.Mapping != policy.Mapped || a.Campaign == 0:
				return refuse(policy.CampaignUnknown, "")
			}
			return abstain("")
		},
	}
}
