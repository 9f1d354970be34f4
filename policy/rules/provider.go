package rules

import "tregua/policy"

// provider refuses a number that only a suspended provider speaks for
// (compliance.md 1.5). A row of somebody else would be the fact.
func provider() policy.Rule {
	return policy.Rule{
		Name:    "provider",
		Law:     policy.ProviderSuspended.Law(),
		Reasons: []policy.Reason{policy.ProviderSuspended},
		Needs:   policy.NeedsList,
		Judge: func(_ *policy.Params, _ *policy.Attempt, f *policy.Facts) policy.Finding {
			switch {
			case f.List.Known == policy.Unknown:
				return notRead("the contact lists were not read")
			case f.List.Known == policy.Present && !f.List.SuspendedSince.IsZero():
				return refuse(policy.ProviderSuspended, "")
			}
			return abstain("")
		},
	}
}
