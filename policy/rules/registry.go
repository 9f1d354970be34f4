package rules

import "tregua/policy"

// registry holds the truth table of compliance.md 1.1 for the grounds that an
// opposition touches. A registration wipes the consents given before it; when
// it was made is not told, only when it was first seen.
func registry() policy.Rule {
	return policy.Rule{
		Name:    "registry",
		Law:     policy.RegistryOpposed.Law(),
		Reasons: []policy.Reason{policy.RegistryOpposed, policy.RegistryUnchecked, policy.RegistryStale, policy.ClockUnsynced},
		Needs:   policy.NeedsRegistry | policy.NeedsConsent | policy.NeedsList | policy.NeedsRefusal,
		Judge: func(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
			r := &f.Registry
			claimed, known := f.List.Claims(a.Ground)
			switch {
			case !known:
				return notRead("the contact lists were not read")
			case claimed != policy.GroundDirectory && claimed != policy.GroundConsent:
				return abstain("no ground that an opposition touches")
			case r.Known == policy.Unknown:
				return notRead("the registry's answers were not read")
			case r.Known == policy.Absent || r.Answer == policy.NotAsked:
				return refuse(policy.RegistryUnchecked, "")
			case r.Answer == policy.Opposed:
				if found := opposed(p, a, f, claimed); found.Reason != policy.OK {
					return found
				}
			}
			return fresh(p, a, r)
		},
	}
}

// opposed says whether the opposition forbids the call. It abstains when a
// consent outweighs it.
func opposed(p *policy.Params, a *policy.Attempt, f *policy.Facts, claimed policy.Ground) policy.Finding {
	if claimed != policy.GroundConsent {
		return refuse(policy.RegistryOpposed, "")
	}
	if f.Consent.Known == policy.Unknown {
		return notRead("the consents were not read")
	}
	since := f.Registry.AnsweredAt
	switch p.Registry.ConsentOverOpposition.Value {
	case policy.OverFirst:
		// A run whose start is not known is taken to start with its last answer.
		if !f.Registry.OpposedSince.IsZero() {
			since = f.Registry.OpposedSince
		}
	case policy.OverLatest:
	default:
		return refuse(policy.RegistryOpposed, "a consent does not outweigh it")
	}
	switch holds := consentHolds(p, a, f); {
	case holds.Reason == policy.NotRead:
		return holds
	case holds.Reason != policy.OK:
		return refuse(policy.RegistryOpposed, "no consent holds against it")
	case !f.Consent.GivenAt.After(since):
		return refuse(policy.RegistryOpposed, "the consent is not newer")
	}
	return abstain("")
}

// fresh says whether the answer is young enough to rest on.
func fresh(p *policy.Params, a *policy.Attempt, r *policy.RegistryFact) policy.Finding {
	margin := p.Clock.Margin.Value
	age := a.At.Sub(r.AnsweredAt)
	switch {
	case age > p.Registry.ValidFor.Value:
		return refuse(policy.RegistryStale, "")
	case age < -margin:
		return refuse(policy.RegistryStale, "it is dated after the call")
	case !a.Synced && age > p.Registry.ValidFor.Value-margin:
		return refuse(policy.ClockUnsynced, "the answer is about to expire")
	case r.Answer == policy.Opposed:
		return abstain("opposed, but the consent is newer; a renewal cannot be excluded")
	case r.Answer == policy.Clear:
		return abstain("clear")
	}
	return refuse(policy.RegistryUnchecked, "")
}
