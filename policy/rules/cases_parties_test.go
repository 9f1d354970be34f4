package rules

import (
	"strconv"
	"strings"

	"tregua/policy"
)

// setParties sets who calls: mandate and call centre.
func (s *setting) setParties(key, v string) (err error) {
	m, c := &s.facts.Mandate, &s.facts.CallCentre
	switch key {
	case "mandate":
		*m = policy.MandateFact{}
		if m.Known, err = enum(v, policy.Unknown, policy.Absent); err != nil {
			m.Known = policy.Present
			m.From, err = readTime(v)
		}
	case "ends":
		m.Until, err = readTime(v)
	case "centre":
		*c = policy.CallCentreFact{}
		if c.Known, err = enum(v, policy.Unknown, policy.Absent); err != nil {
			*c, err = policy.CallCentreFact{Known: policy.Present, Country: v, ROC: "12345"}, nil
		}
	case "country":
		c.Country = v
	case "outside":
		c.Outside = v == "yes"
	case "roc":
		c.ROC = v
	case "notice":
		c.NoticeAt, err = readTime(v)
	case "entered":
		c.Since, err = readTime(v)
	default:
		return s.setCaller(key, v)
	}
	return err
}

// setCaller sets the caller id, and what the call is judged for beside it.
func (s *setting) setCaller(key, v string) (err error) {
	c := &s.facts.Caller
	switch key {
	case "caller":
		*c = policy.CallerFact{}
		if c.Known, err = enum(v, policy.Unknown, policy.Absent); err != nil {
			*c, err = policy.CallerFact{Known: policy.Present, Country: "IT", CallCentre: 1, Principal: 1, ROC: true}, nil
		}
		c.Number = 39061234567
	case "number":
		c.Number = 0
		if v != "none" {
			var n uint64
			n, err = strconv.ParseUint(v, 10, 64)
			c.Number = policy.Number(n)
		}
	case "withheld":
		c.Withheld = v == "yes"
	case "shown":
		c.Country = v
	case "whose":
		c.CallCentre = policy.CallCentreID(v[0] - '0')
	case "for":
		c.Principal = policy.PrincipalID(v[0] - '0')
	case "notified":
		c.ROC = v == "yes"
	case "tested":
		c.TestedAt, err = readTime(v)
	case "dead":
		c.Dead = v == "yes"
	default:
		return s.setTrade(key, v)
	}
	return err
}

func (s *setting) setTrade(key, v string) error {
	switch key {
	case "carrier":
		s.attempt.Carrier = v
	case "countries":
		s.params.Origin.Countries.Value = strings.FieldsFunc(v, func(r rune) bool { return r == ',' })
	case "sector":
		s.attempt.Sector = v
	case "purpose":
		s.attempt.Purpose = v
	case "banned":
		s.params.Sector.Banned.Value = []string{v}
	case "grace":
		s.params.CallCentre.Grace.Value = 0
	default:
		return errNoWord
	}
	return nil
}
