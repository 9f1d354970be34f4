package rules

import "tregua/policy"

// number refuses what no E.164 number can be read from: what cannot be judged
// by its number is not forwarded (design.md law 5).
func number() policy.Rule {
	return policy.Rule{
		Name:    "number",
		Law:     policy.NumberUnreadable.Law(),
		Reasons: []policy.Reason{policy.NumberUnreadable},
		Judge: func(_ *policy.Params, a *policy.Attempt, _ *policy.Facts) policy.Finding {
			if a.Reading != policy.Readable || a.Called == 0 {
				return refuse(policy.NumberUnreadable, "")
			}
			return abstain("")
		},
	}
}
