package rules

import (
	"strconv"
	"time"

	"tregua/policy"
)

// setGround sets what is on file of the person but consents: a fact by its date,
// or by absent or unknown.
func (s *setting) setGround(key, v string) (err error) {
	f := &s.facts
	switch key {
	case "service":
		s.attempt.Service = v == "yes"
	case "purpose":
		s.attempt.Purpose = v
	case "contract":
		f.Contract = policy.ContractFact{}
		f.Contract.Known, f.Contract.From, err = dated(v)
	case "ended":
		f.Contract.EndedAt, err = readTime(v)
	case "covers":
		f.Contract.Purpose = v
	case "request":
		f.Request = policy.RequestFact{}
		f.Request.Known, f.Request.At, err = dated(v)
		f.Request.Until = f.Request.At.Add(7 * 24 * time.Hour)
	case "until":
		f.Request.Until, err = readTime(v)
	case "agreed":
		f.Request.AgreedAt, err = readTime(v)
	case "refusal":
		f.Refusal = policy.RefusalFact{}
		f.Refusal.Known, f.Refusal.At, err = dated(v)
	case "hold":
		f.Hold = policy.HoldFact{}
		f.Hold.Known, f.Hold.Since, err = dated(v)
	case "listed":
		f.Blacklist.Known, f.Blacklist.Since, err = dated(v)
	case "all":
		f.Blacklist.All = v == "yes"
	case "synchronised":
		s.fresh = true
		if f.Blacklist.Synced, err = readTime(v); v == "never" {
			err = nil
		}
	case "row":
		f.List.Known = policy.Present
		f.List.Ground, err = enum(v, policy.NoGround, policy.GroundDirectory, policy.GroundConsent, policy.GroundContract, policy.GroundRequest)
	case "row_of":
		f.List.OtherOperator = v == "other_operator"
	default:
		return errNoWord
	}
	return err
}

// setConsent sets how a consent came about.
func (s *setting) setConsent(key, v string) (err error) {
	c, p := &s.facts.Consent, &s.params.Consent
	switch key {
	case "bundled":
		c.Bundled = v == "yes"
	case "conditional":
		c.Conditional = v == "yes"
	case "broken":
		c.Broken = v == "yes"
	case "evidence":
		c.Evidence = v
	case "hops":
		var n uint64
		n, err = strconv.ParseUint(v, 10, 8)
		c.Hops = uint8(n)
	case "suspended":
		c.Provider = 1
		c.SuspendedSince, err = readTime(v)
	case "consent_of":
		c.OtherOperator = v == "other_operator"
	case "end_months":
		p.EndMonths.Value, err = strconv.Atoi(v)
	case "warn_months":
		p.WarnMonths.Value, err = strconv.Atoi(v)
	case "refusal_ends":
		p.RefusalEnds.Value = v == "yes"
	default:
		return errNoWord
	}
	return err
}

// dated reads the date of a fact that is there, or that it is not; "undated" is
// one that is there and has no date.
func dated(v string) (policy.Known, time.Time, error) {
	if v == "undated" {
		return policy.Present, time.Time{}, nil
	}
	if k, err := enum(v, policy.Unknown, policy.Absent); err == nil {
		return k, time.Time{}, nil
	}
	at, err := readTime(v)
	return policy.Present, at, err
}
