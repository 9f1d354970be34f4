package rules

import (
	"strconv"
	"time"

	"tregua/policy"
)

// setRings sets what reached the person, and the figures of rules frequency and
// refusal. rings=N rang today, and month=N besides.
func (s *setting) setRings(key, v string) (err error) {
	r, p := &s.facts.Rings, &s.params
	switch key {
	case "rings":
		*r = policy.RingsFact{}
		if r.Today, err = strconv.Atoi(v); err == nil { // enum would take a number for a value
			r.Known, r.Month = policy.Present, r.Today
			break
		}
		r.Known, err = enum(v, policy.Unknown, policy.Absent)
	case "before":
		var n int
		n, err = strconv.Atoi(v)
		r.Known, r.Month = policy.Present, r.Today+n
	case "useful":
		r.Known = policy.Present
		r.Useful, err = strconv.Atoi(v)
	case "cap":
		p.Frequency.Enforce = true
		p.Frequency.Day.Value, err = strconv.Atoi(v)
	case "cap-month":
		p.Frequency.Month.Value, err = strconv.Atoi(v)
	case "cap-contacts":
		p.Frequency.Contacts.Value, err = strconv.Atoi(v)
	case "cap-own":
		p.Frequency.Own.Value, err = strconv.Atoi(v)
	case "enforce":
		p.Refusal.Enforce = v == "refusal"
	case "cooling":
		p.Refusal.Enforce = true
		p.Refusal.Cooling.Basis = p.Refusal.Basis
		p.Refusal.Cooling.Value, err = time.ParseDuration(v)
	default:
		return errNoWord
	}
	return err
}
