package rules

import "tregua/policy"

// refusal leaves a person alone for a time who said "not now" to the principal
// (regulation.md R11). An objection is for ever, and rule blacklist's.
func refusal() policy.Rule {
	return policy.Rule{
		Name:    "refusal",
		Law:     policy.RefusalCooling.Law(),
		Reasons: []policy.Reason{policy.RefusalCooling, policy.ClockUnsynced},
		Needs:   policy.NeedsRefusal,
		Judge: func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			c, r := &p.Refusal, &f.Refusal
			until := r.At.Add(c.Cooling.Value)
			switch {
			case !c.Enforce:
				return abstain("the profile has no such time")
			case r.Known == policy.Unknown:
				return notRead("what the person said was not read")
			case r.Known == policy.Absent:
				return abstain("")
			case a.At.Before(until):
				return refuse(policy.RefusalCooling, "")
			case !a.Synced && a.At.Add(-p.Clock.Margin.Value).Before(until):
				// The true time may be a little before: that must do too.
				return refuse(policy.ClockUnsynced, "the time has only just ended")
			}
			return abstain("the time has ended")
		},
	}
}
