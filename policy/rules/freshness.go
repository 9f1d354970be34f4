package rules

import "tregua/policy"

// freshness refuses every call of a principal whose blacklist has not been
// synchronised in time: an objection may be missing in it. A synchronisation
// that brought nothing counts (compliance.md 1.4). One that is dated after the call
// was noted before somebody set the clock back: by how much is not known, so it
// counts if it is not further away than one in the past may be. The rule stands apart
// from rule blacklist because what lifts a listed number does not lift this.
func freshness() policy.Rule {
	return policy.Rule{
		Name:    "freshness",
		Law:     policy.BlacklistStale.Law(),
		Reasons: []policy.Reason{policy.BlacklistStale},
		Needs:   policy.NeedsBlacklist,
		Judge: func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			b := &f.Blacklist
			if b.Known == policy.Unknown {
				return notRead("the principal's blacklist was not read")
			}
			age := a.At.Sub(b.Synced)
			switch {
			case b.Synced.IsZero():
				return refuse(policy.BlacklistStale, "it never was")
			case age > p.Freshness.StaleAfter.Value:
				return refuse(policy.BlacklistStale, "")
			case age < -p.Freshness.StaleAfter.Value:
				return refuse(policy.BlacklistStale, "it is dated after the call")
			}
			return abstain("")
		},
	}
}
