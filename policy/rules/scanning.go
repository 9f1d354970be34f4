package rules

import "tregua/policy"

// scanning refuses the numbers of a list that looks generated. What it looks
// like was told at its import (policy.ScanningParams).
func scanning() policy.Rule {
	return policy.Rule{
		Name:    "scanning",
		Law:     policy.NumberScanned.Law(),
		Reasons: []policy.Reason{policy.NumberScanned},
		Needs:   policy.NeedsList,
		Judge: func(_ *policy.Params, _ *policy.Attempt, f *policy.Facts) policy.Finding {
			switch {
			case f.List.Known == policy.Unknown:
				return notRead("the contact lists were not read")
			case f.List.Known == policy.Present && f.List.Scanned:
				return refuse(policy.NumberScanned, "")
			}
			return abstain("")
		},
	}
}
