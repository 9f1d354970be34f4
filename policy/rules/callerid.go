package rules

import "tregua/policy"

// callerid refuses a call that hides its number or shows one that the call
// centre did not register: its own, or its principal's. So it does a number of a
// range that the country of the called person keeps callers from. Which of the
// identities of an INVITE the person sees is the carrier's choice
// (P-Asserted-Identity where it is trusted, else From), so each must stand: the
// fact is of the worst. A number that nobody answers is no number to call back
// (L. 5/2018 art. 2 c. 1).
func callerid() policy.Rule {
	return policy.Rule{
		Name:    "callerid",
		Law:     policy.CallerUnregistered.Law(),
		Reasons: []policy.Reason{policy.CallerUnregistered, policy.CallerWithheld, policy.CallerRange, policy.CallerDead},
		Needs:   policy.NeedsCaller,
		Judge: func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			c := &f.Caller
			switch {
			case c.Known == policy.Unknown:
				return notRead("the caller ids were not read")
			case c.Withheld:
				return refuse(policy.CallerWithheld, withheld(c))
			case !p.CallerID.Stands(c, a):
				return refuse(policy.CallerUnregistered, registeredFor(&p.CallerID, a, c))
			case !p.CallerID.Lawful(c.Number):
				return refuse(policy.CallerRange, "")
			case c.Dead:
				return refuse(policy.CallerDead, "")
			case c.TestedAt.IsZero():
				return abstain("nobody has called it back yet")
			}
			return abstain("")
		},
	}
}

func withheld(c *policy.CallerFact) string {
	if c.Number == 0 && c.Known == policy.Absent {
		return "no number that can be called back"
	}
	return "privacy was asked for"
}

// registeredFor says why a number does not stand for the parties of the call.
func registeredFor(p *policy.CallerIDParams, a *policy.Attempt, c *policy.CallerFact) string {
	switch {
	case c.Known == policy.Absent && c.Number == 0:
		return "digits that are no number"
	case c.Known == policy.Absent:
		return "not on file"
	case c.CallCentre != a.CallCentre:
		return "it is another call centre's"
	case !c.ROC && p.Notified.Value:
		return "not notified to the register"
	}
	return "it is another principal's"
}
