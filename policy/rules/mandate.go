package rules

import "tregua/policy"

// mandate refuses a call that the principal gave the call centre no mandate for:
// none for the purpose of the campaign, none yet, or none any more. The mandate
// of a sub-contractor holds no longer than that of who hired it (GDPR art. 28(4)).
func mandate() policy.Rule {
	return policy.Rule{
		Name:    "mandate",
		Law:     policy.MandateNone.Law(),
		Reasons: []policy.Reason{policy.MandateNone},
		Needs:   policy.NeedsMandate,
		Judge: func(_ *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			m := &f.Mandate
			switch {
			case m.Known == policy.Unknown:
				return notRead("the mandates were not read")
			case m.Known == policy.Absent:
				return refuse(policy.MandateNone, "none for this purpose")
			case a.At.Before(m.From):
				return refuse(policy.MandateNone, "it has not begun")
			case !m.Until.IsZero() && !a.At.Before(m.Until):
				return refuse(policy.MandateNone, "it has ended")
			}
			return abstain("")
		},
	}
}
