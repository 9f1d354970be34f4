package rules

import "tregua/policy"

// number refuses what no E.164 number can be read from, and what says two: what
// cannot be judged by its number is not forwarded (design.md law 5).
func number() policy.Rule {
	return policy.Rule{
		Name:    "number",
		Law:     policy.NumberUnreadable.Law(),
		Reasons: []policy.Reason{policy.NumberUnreadable, policy.NumberContradiction},
		Judge: func(_ *policy.Params, a *policy.Attempt, _ *policy.Facts) policy.Finding {
			readable := a.Reading == policy.Readable && a.Called != 0
			switch {
			case a.Contradicts() && (readable || a.ISUPCalled != 0):
				return refuse(policy.NumberContradiction, "the ISUP in the body")
			case !readable:
				return refuse(policy.NumberUnreadable, "")
			}
			return abstain("")
		},
	}
}
