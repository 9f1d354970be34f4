package rules

import "tregua/policy"

// callcentre refuses the calls of a call centre that is not in the register of
// operators or that calls from outside of the Union without its notice
// (D.L. 83/2012 art. 24-bis). In the days after it was entered it says so in
// shadow: what stands on paper can be entered meanwhile.
func callcentre() policy.Rule {
	return policy.Rule{
		Name:    "callcentre",
		Law:     policy.CallCentreUnregistered.Law(),
		Reasons: []policy.Reason{policy.CallCentreUnregistered},
		Needs:   policy.NeedsCallCentre,
		Judge: func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			c := &f.CallCentre
			if c.Known == policy.Unknown {
				return notRead("the register of call centres was not read")
			}
			missing := unregistered(a, c)
			switch {
			case missing != "":
				found := refuse(policy.CallCentreUnregistered, missing)
				found.Shadow = a.At.Before(c.Since.Add(p.CallCentre.Grace.Value))
				return found
			case c.Outside:
				// Nobody but the operator can say it; the trail reminds of it.
				return abstain("outside of the Union: the operator says from which country (art. 24-bis)")
			}
			return abstain("")
		},
	}
}

// unregistered says what a call centre lacks, "" for nothing.
func unregistered(a *policy.Attempt, c *policy.CallCentreFact) string {
	switch {
	case c.Known == policy.Absent || c.ROC == "":
		return "no number in the register"
	case c.Country == "":
		return "its country is not said"
	case c.Outside && (c.NoticeAt.IsZero() || a.At.Before(c.NoticeAt)):
		return "outside of the Union, and no notice was given"
	}
	return ""
}
