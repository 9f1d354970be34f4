package rules

import "tregua/policy"

// gate refuses a call for which no operator would be there: it says for the ratio
// gate that there was no place in time (compliance.md 3.5). It stands last, because a
// place is taken only for a call that goes; nothing lifts it.
func gate() policy.Rule {
	return policy.Rule{
		Name:    "gate",
		Law:     policy.GateThrottled.Law(),
		Reasons: []policy.Reason{policy.GateThrottled},
		Needs:   policy.NeedsGate,
		Judge: func(p *policy.Params, _ *policy.Attempt, f *policy.Facts) policy.Finding {
			g := &f.Gate
			switch {
			case !p.Gate.Enforce:
				return abstain("the profile has no limit")
			case g.Known == policy.Unknown:
				return notRead("the gate was not asked")
			case g.Known == policy.Absent:
				return abstain("nobody waits for an operator, or nobody can see it")
			case g.Place == policy.NoPlace:
				return refuse(policy.GateThrottled, g.Level.String())
			case g.Place == policy.PlaceUnasked:
				return abstain("")
			}
			return abstain(g.Place.String())
		},
	}
}
