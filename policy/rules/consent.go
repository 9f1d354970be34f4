package rules

import "tregua/policy"

// consent refuses a call that rests on consent when there is no consent for its
// principal and purpose, when it was revoked, when it was not freely given or
// nobody can show how, when it was not given for the campaign's channel, and,
// where the profile has an end for it, when it is too old (regulation.md R04 to
// R08). The fact is looked up by principal and purpose, so controller and
// purpose match by construction. The channel is the campaign's: a predictive
// dialer puts a person on the line and is an operator call unless the campaign
// says automated.
func consent() policy.Rule {
	return policy.Rule{
		Name: "consent",
		Law:  policy.ConsentMissing.Law(),
		Reasons: []policy.Reason{
			policy.ConsentMissing, policy.ConsentBundled, policy.ConsentProvenance, policy.ProviderSuspended,
			policy.ConsentChannel, policy.ConsentOld,
		},
		Needs: policy.NeedsConsent | policy.NeedsList | policy.NeedsRefusal,
		Judge: func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			claimed, known := f.List.Claims(a.Ground)
			switch {
			case !known:
				return notRead("the contact lists were not read")
			case claimed != policy.GroundConsent:
				return abstain("not the ground of this call")
			}
			return consentHolds(p, a, f)
		},
	}
}

// consentHolds says whether the consent on file covers the call: it abstains if
// so, and else refuses as rule consent does.
func consentHolds(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
	if found := consentStands(p, a, f); found.Reason != policy.OK {
		return found
	}
	c := &f.Consent
	if found := consentProven(p, c); found.Reason != policy.OK {
		return found
	}
	end, warn := p.Consent.EndMonths.Value, p.Consent.WarnMonths.Value
	switch {
	case !c.Channels.Covers(a.Channel):
		return refuse(policy.ConsentChannel, "")
	case end > 0 && a.At.After(c.GivenAt.AddDate(0, end, 0)):
		return refuse(policy.ConsentOld, "")
	case warn > 0 && a.At.After(c.GivenAt.AddDate(0, warn, 0)):
		return abstain("it holds, but it is old")
	}
	return abstain("it holds")
}

// consentStands says whether a consent was given and nothing was said since that
// takes it back. To call somebody who refused in order to be consented again is
// marketing too (Cass. 11019/2021).
func consentStands(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
	c, r := &f.Consent, &f.Refusal
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
	case !p.Consent.RefusalEnds.Value || r.Known == policy.Absent:
		return abstain("")
	case r.Known == policy.Unknown:
		return notRead("the refusals were not read")
	case !c.GivenAt.After(r.At):
		return refuse(policy.ConsentMissing, "the person has refused since")
	}
	return abstain("")
}

// consentProven says whether the consent was freely given, and whether whoever
// calls can show it (GDPR art. 7).
func consentProven(p *policy.Params, c *policy.ConsentFact) policy.Finding {
	switch {
	case c.OtherOperator:
		return refuse(policy.ConsentMissing, "it is of another operator's customer")
	case c.Bundled:
		return refuse(policy.ConsentBundled, "with other purposes or controllers")
	case c.Conditional:
		return refuse(policy.ConsentBundled, "something was had for it alone")
	case c.Broken:
		return refuse(policy.ConsentProvenance, "a step of its way is missing")
	case int(c.Hops) > p.Consent.MaxHops.Value:
		return refuse(policy.ConsentProvenance, "it was handed on too often")
	case c.Evidence == "":
		return refuse(policy.ConsentProvenance, "no evidence is on file")
	case !c.SuspendedSince.IsZero():
		return refuse(policy.ProviderSuspended, "")
	}
	return abstain("")
}
