package rules

import "tregua/policy"

// emergency lets every call to an emergency number pass. It needs no fact, so
// that it holds when the store is gone (design.md law 9).
func emergency() policy.Rule {
	return policy.Rule{
		Name: "emergency",
		Law:  "Directive (EU) 2018/1972 art. 109; D.Lgs. 259/2003",
		Judge: func(_ *policy.Params, a *policy.Attempt, _ *policy.Facts) policy.Finding {
			if a.Reading == policy.Emergency {
				return policy.Finding{Reason: policy.Passes, Note: "a short code of the country"}
			}
			return abstain("")
		},
	}
}
