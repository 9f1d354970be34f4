package rules

import (
	"tregua/policy"
	bars "tregua/policy/bar"
)

// setBar sets a bar by the time at which the silent call was answered: by
// default one of the attempt's own parties, after which no operator has spoken
// with the person.
func (s *setting) setBar(key, v string) (err error) {
	b := &s.silent
	switch key {
	case "bar":
		*b, s.facts.Bar = bars.Bar{}, policy.BarFact{}
		if s.facts.Bar.Known, err = enum(v, policy.Unknown, policy.Absent); err != nil {
			*b = bars.Bar{CallCentre: 1, Principal: 1}
			b.At, err = readTime(v)
			b.Until = bars.Until(b.At, &s.params.Bar)
		}
	case "born":
		b.Shadow = v == "shadow"
	case "pending":
		b.Met = v == "no"
	case "of":
		if v == "others" {
			b.CallCentre, b.Principal = 2, 2
		}
	case "scope":
		err = s.params.Bar.Scope.Value.UnmarshalText([]byte(v))
	case "claimed":
		s.facts.Bar.Claimed = v == "yes"
	default:
		return errNoWord
	}
	return err
}

// settle makes of the words what a desk makes of what it remembers.
func (s *setting) settle() {
	if !s.fresh {
		s.facts.Blacklist.Synced = s.attempt.At
	}
	if !s.silent.At.IsZero() {
		claimed := s.facts.Bar.Claimed
		s.facts.Bar = bars.Bars{s.silent}.Fact(s.attempt.At, &s.attempt, &s.params)
		s.facts.Bar.Claimed = claimed
	}
}
