package rules

import "tregua/policy"

// contractHolds says whether a contract of the person with the principal is a
// ground: it covers the purpose, it has begun, and it has not ended or only a
// short while ago (L. 5/2018 art. 1 c. 5). Where the profile has contracts for no
// ground, there is nothing to look up. It abstains if so, and else refuses
// as rule ground does, with what is amiss; nothing on file is no news.
func contractHolds(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
	c := &f.Contract
	switch {
	case !p.Contract.Ground.Value:
		return refuse(policy.GroundNone, "")
	case c.Known == policy.Unknown:
		return notRead("the contracts were not read")
	case c.Known == policy.Absent:
		return refuse(policy.GroundNone, "")
	case c.Purpose != "" && c.Purpose != a.Purpose:
		return refuse(policy.GroundNone, "the contract is for another purpose")
	case c.From.IsZero():
		return refuse(policy.GroundNone, "the date of the contract is not known")
	case c.From.After(a.At):
		return refuse(policy.GroundNone, "the contract begins after the call")
	case !c.EndedAt.IsZero() && a.At.After(c.EndedAt.Add(p.Contract.Grace.Value)):
		return refuse(policy.GroundNone, "the contract ended too long ago")
	}
	return abstain("the contract")
}

// requestHolds says whether the person asked for this call: the request has not
// expired, and where a time was agreed on it is about that time. One that was
// met is not a fact any more. It abstains if so, and else refuses as rule ground
// does, with what is amiss.
func requestHolds(p *policy.Params, a *policy.Attempt, f *policy.Facts) policy.Finding {
	r := &f.Request
	switch {
	case r.Known == policy.Unknown:
		return notRead("the requests were not read")
	case r.Known == policy.Absent:
		return refuse(policy.GroundNone, "")
	case r.At.IsZero():
		return refuse(policy.GroundNone, "the date of the request is not known")
	case r.At.After(a.At):
		return refuse(policy.GroundNone, "the request is dated after the call")
	case !a.At.Before(r.Until):
		return refuse(policy.GroundNone, "the request has expired")
	case !r.AgreedAt.IsZero() && a.At.Sub(r.AgreedAt).Abs() > p.Request.Around.Value:
		return refuse(policy.GroundNone, "the request agrees on another time")
	}
	return abstain("the request")
}
