package numbers

import (
	"strings"

	"github.com/nyaruka/phonenumbers"

	"tregua/policy"
)

// Form says how the numbers of a file are written.
type Form uint8

// The forms.
const (
	AnyForm  Form = iota // as people dial in the country of the plan: [Plan.Read]
	E164                 // with the calling code; the plus may be missing
	National             // without the calling code, whatever the digits begin with
)

// ReadAs reads a number of a file: as [Plan.Read] does, but where that looks
// at the first digits to tell whether they are a calling code, the form says
// it. What is written in another form is unreadable.
func (p Plan) ReadAs(f Form, s string) Result {
	if f == AnyForm || IsEmergency(p.Country, s) {
		return p.Read(s)
	}
	dialled, c := p.clean(s)
	if c != home {
		return Result{}
	}
	plus := strings.HasPrefix(dialled, "+")
	switch {
	case f == E164 && !plus:
		dialled = "+" + dialled
	case f == National && plus:
		return Result{}
	case f == National && !hasTrunkPrefix(p.Country):
		dialled = "+" + callingCode(p.Country) + dialled
	}
	return p.number(dialled)
}

// Digits reads a number of a file by the own digit path: digits behind an
// optional plus that are a valid number of the compiled plan. ok is false for
// everything else; [Plan.ReadAs] says what that is.
func (p Plan) Digits(f Form, s string) (r Result, ok bool) {
	// A short code could be one of an emergency service.
	if len(s) <= maxCode || p.Strip != "" || len(p.Prefixes) > 0 || italyPlan == nil || !isNumber(s) {
		return Result{}, false
	}
	switch {
	case f == AnyForm:
		r, ok = p.readItaly(s)
	case f == E164:
		r, ok = readCode(strings.TrimPrefix(s, "+"))
	case p.Country == "IT" && s[0] != '+':
		r, ok = italian(s), true
	}
	return r, ok && r.Reading == policy.Readable
}

// hasTrunkPrefix reports whether people dial digits before a national number
// that are not part of it, like the 0 of Germany.
func hasTrunkPrefix(country string) bool {
	return phonenumbers.GetNddPrefixForRegion(country, true) != ""
}
