package book

import (
	"strings"

	"tregua/policy"
	"tregua/policy/numbers"
)

// reading reads numbers by one dial plan: those of calls, and those in files
// and commands by the book's own, so that a number means the same everywhere.
type reading struct {
	plan numbers.Plan
	form numbers.Form // of numbers that a person wrote
}

func newReading(country, strip string, prefixes []string) (reading, error) {
	plan := numbers.Plan{Country: country, Strip: strip, Prefixes: prefixes}
	return reading{plan: plan}, plan.Validate()
}

// into reads a.User and a.ISUP into a and returns the tech prefix that was taken off.
func (r reading) into(a *policy.Attempt) (prefix string) {
	result := r.plan.Read(a.User)
	a.Reading, a.Called, a.Emergency = result.Reading, result.Number, result.Emergency
	a.Country, a.Zone, a.OtherZones = result.Country, result.Zone, result.Others
	isup := r.plan.ReadISUP(a.ISUP)
	if a.ISUPCalled = isup.Number; a.Reading == policy.Emergency && isup.Number != 0 {
		// A gateway may dial that one: a short code is no way past the rules.
		a.Reading, a.Emergency = policy.Unreadable, ""
	}
	return result.Prefix
}

// number reads a number that a person wrote, and its time zone. People group
// digits with blanks, which a user part cannot have.
func (r reading) number(text string) (n policy.Number, zone string, err error) {
	result := r.plan.ReadAs(r.form, strings.Join(strings.Fields(text), ""))
	switch result.Reading {
	case policy.Readable:
		return result.Number, result.Zone, nil
	case policy.Emergency:
		return 0, "", wrong("an emergency number: nothing can be said of it")
	case policy.Unreadable:
	}
	return 0, "", wrong("no number: write it as +39…, 0039… or as it is dialled in the country")
}
