package rules

import "tregua/policy"

// hold refuses a number about which a complaint is being looked into: until it
// is settled the number is kept and not used (compliance.md 1.6, regulation.md
// R26).
func hold() policy.Rule {
	return policy.Rule{
		Name:    "hold",
		Law:     policy.HoldComplaint.Law(),
		Reasons: []policy.Reason{policy.HoldComplaint},
		Needs:   policy.NeedsHold,
		Judge: func(_ *policy.Params, _ *policy.Attempt, f *policy.Facts) policy.Finding {
			switch f.Hold.Known {
			case policy.Absent:
				return abstain("")
			case policy.Present:
				return refuse(policy.HoldComplaint, "")
			case policy.Unknown:
			}
			return notRead("the holds were not read")
		},
	}
}
