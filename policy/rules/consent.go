package rules

import "tregua/policy"

// consent refuses a call of a campaign that rests on consent when there is no
// consent for its principal and purpose, when it was revoked, or when it was
// not given for the campaign's channel. The fact is looked up by principal and
// purpose, so controller and purpose match by construction. The channel is the
// campaign's: a predictive dialer puts a person on the line and is an operator
// call unless the campaign says automated.
func consent() policy.Rule {
	return policy.Rule{
		Name:    "consent",
		Law:     policy.ConsentMissing.Law(),
		Reasons: []policy.Reason{policy.ConsentMissing, policy.ConsentChannel},
		Needs:   policy.NeedsConsent,
		Judge: func(_ *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			if a.Ground != policy.GroundConsent {
				return abstain("not the ground of this call")
			}
			return consentHolds(a, f)
		},
	}
}

// consentHolds says whether the consent on file covers the call: it abstains if
// so, and else refuses as rule consent does.
func consentHolds(a *policy.Attempt, f *policy.Facts) policy.Finding {
	c := &f.Consent
	switch {
	case c.Known == policy.Unknown:
		return notRead("the consents were not read")
	case c.Known == policy.Absent:
		return refuse(policy.ConsentMissing, "none for this principal and purpose")
	case c.GivenAt.IsZero():
		return refuse(policy.ConsentMissing, "its date is not known")
	case c.GivenAt.After(a.At):
		return refuse(policy.ConsentMissing, "it is dated after the call")
	case !c.RevokedAt.IsZero():
		return refuse(policy.ConsentMissing, "it was revoked")
	case !c.Channels.Covers(a.Channel):
		return refuse(policy.ConsentChannel, "")
	}
	return abstain("it holds")
}
