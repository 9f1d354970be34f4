package rules

import "tregua/policy"

// blacklist refuses a number whose holder told the principal not to call, by
// whichever list or campaign it would be called. Neither a consent, nor a
// contract, nor a clear answer of the registry lifts it (compliance.md 3.1).
func blacklist() policy.Rule {
	return policy.Rule{
		Name:    "blacklist",
		Law:     policy.BlacklistListed.Law(),
		Reasons: []policy.Reason{policy.BlacklistListed},
		Needs:   policy.NeedsBlacklist,
		Judge: func(_ *policy.Params, _ *policy.Attempt, f *policy.Facts) policy.Finding {
			switch f.Blacklist.Known {
			case policy.Absent:
				return abstain("")
			case policy.Present:
				return refuse(policy.BlacklistListed, "")
			case policy.Unknown:
			}
			return notRead("the principal's blacklist was not read")
		},
	}
}
