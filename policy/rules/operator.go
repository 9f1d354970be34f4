package rules

import "tregua/policy"

// operator refuses the first contact after a silent call unless an operator is
// there before the call is placed (compliance.md 1.11). The dialer's word is
// the evidence: a dial mode in which a person places each call, or the trunk's
// header. Where the profile says so the gate may keep one instead. Of several such attempts at a time one is the contact.
func operator() policy.Rule {
	return policy.Rule{
		Name:    "operator",
		Law:     policy.OperatorUnpledged.Law(),
		Reasons: []policy.Reason{policy.OperatorUnpledged, policy.OperatorClaimed},
		Needs:   policy.NeedsBar | policy.NeedsGate,
		Judge: func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			b := &f.Bar
			evidence, claim := pledge(a), policy.ClaimContact
			if evidence == "" && p.Operator.Reservation.Value && kept(&f.Gate) {
				evidence, claim = "an operator is kept by the gate", policy.ClaimOperator
			}
			switch {
			case b.Known == policy.Unknown:
				return notRead("the bars of the number were not read")
			case b.Known == policy.Absent:
				return abstain("")
			case b.Shadow:
				return abstain("a bar born in shadow")
			case !b.Pending:
				return abstain("the guarantee has ended")
			case evidence == "":
				return refuse(policy.OperatorUnpledged, "")
			case b.Claimed:
				return refuse(policy.OperatorClaimed, evidence)
			}
			return policy.Finding{Note: evidence, Claim: claim}
		},
	}
}

// pledge returns what speaks for an operator who is there already, "" if
// nothing does.
func pledge(a *policy.Attempt) string {
	switch a.DialMode {
	case policy.Preview:
		return "dial mode preview"
	case policy.Manual:
		return "dial mode manual"
	case policy.Predictive, policy.Progressive:
	}
	if a.Pledged {
		return "operator header"
	}
	return ""
}

// kept reports whether the gate keeps an operator for the call, or is still to be
// asked for one. A call that it let go by another right, or in shadow by none, has
// nobody of its own.
func kept(g *policy.GateFact) bool {
	return g.Known == policy.Present && (g.Place == policy.PlaceUnasked || g.Place == policy.PlaceReserved)
}
