package rules

import "tregua/policy"

// frequency refuses a person who was called as often as may be: over all
// numbers and lists, at one principal. What has not rung yet counts until it is
// known that it will not. It stands in the last step because the call that it
// lets go takes its place among those that are counted. A call by contract, on
// request or of service has a cap of its own, see [exemptions].
func frequency() policy.Rule {
	return policy.Rule{
		Name:    "frequency",
		Law:     policy.FrequencyAttempts.Law(),
		Reasons: []policy.Reason{policy.FrequencyAttempts, policy.FrequencyContacts},
		Needs:   policy.NeedsRings,
		Judge: func(p *policy.Params, _ *policy.Attempt, f *policy.Facts) policy.Finding {
			c, r := &p.Frequency, &f.Rings
			switch {
			case !c.Enforce:
				return abstain("the profile has no caps")
			case r.Known == policy.Unknown:
				return notRead("what reached the person was not counted")
			case reached(r.Useful, c.Contacts):
				return refuse(policy.FrequencyContacts, "")
			case reached(r.Month, c.Month):
				return refuse(policy.FrequencyAttempts, "in 30 days")
			case reached(r.Today, c.Day):
				return refuse(policy.FrequencyAttempts, "today")
			}
			return abstain("")
		},
	}
}

// reached reports whether n is as many as may be.
func reached(n int, limit policy.CountParam) bool { return limit.Value > 0 && n >= limit.Value }
