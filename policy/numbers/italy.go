package numbers

import (
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"tregua/policy"
)

// The calling code that Italy and the Vatican share, and what goes before it
// in a call from Italy.
const italyCode, italyIDD = "39", "00"

// What the digits behind +39 can be.
const (
	markIT      marks = 1 << iota // a valid number of Italy
	markVA                        // a valid number of the Vatican
	markGeneral                   // they fit the general pattern of Italy
)

// italyPlan is +39 as the library's metadata has it, compiled; nil when that
// has grown rules the own path does not know, so that all goes to the library.
var italyPlan = compileItaly()

// readItaly reads a number of +39 by the compiled plan. own is false for what
// the library has to read.
func (p Plan) readItaly(s string) (r Result, own bool) {
	if italyPlan == nil {
		return Result{}, false
	}
	switch {
	case s[0] == '+':
		return readCode(s[1:])
	case p.Country != "IT":
		return Result{}, false
	case strings.HasPrefix(s, italyIDD):
		return readCode(s[len(italyIDD):])
	case strings.HasPrefix(s, italyCode):
		// Its own calling code without plus, or a national number that begins
		// so: the calling code is read only where the whole is no number.
		if italyPlan.run(s)&markGeneral == 0 {
			s = s[len(italyCode):]
		}
	}
	return italian(s), true
}

// readCode reads digits that begin with a calling code, if that is +39.
func readCode(s string) (r Result, own bool) {
	national, is := strings.CutPrefix(s, italyCode)
	if !is {
		return Result{}, false
	}
	return italian(national), true
}

// italian reads a national number of +39.
func italian(national string) Result {
	m := italyPlan.run(national)
	if m&(markIT|markVA) == 0 {
		return Result{}
	}
	v, err := strconv.ParseUint(national, 10, 64)
	if err != nil {
		return Result{}
	}
	// The leading zeros of fixed numbers stand behind the calling code.
	code := uint64(39)
	for range national {
		code *= 10
	}
	r := Result{Reading: policy.Readable, Number: policy.Number(code + v), Country: "IT", Zone: "Europe/Rome"}
	if m&markIT == 0 {
		r.Country = "VA"
	}
	return r
}

// compileItaly compiles the library's metadata of +39.
func compileItaly() *automaton {
	italy, vatican := metadata("IT"), metadata("VA")
	if italy == nil || vatican == nil || !simple(italy) || !simple(vatican) || italy.GetLeadingDigits() != "" ||
		!slices.Equal(phonenumbers.GetRegionCodesForCountryCode(39), []string{"IT", "VA"}) {
		return nil
	}
	patterns := append(kinds(italy), kinds(vatican)...)
	own := len(patterns) / 2
	patterns = append(patterns, italy.GetGeneralDesc().GetNationalNumberPattern(),
		"(?:"+vatican.GetLeadingDigits()+`)\d*`)
	a, err := newAutomaton(patterns, func(m []bool) (is marks) {
		if anyKind(m[:own]) {
			is |= markIT
		}
		if anyKind(m[own:2*own]) && m[2*own+1] {
			is |= markVA
		}
		if m[2*own] {
			is |= markGeneral
		}
		return is
	})
	if err != nil {
		return nil
	}
	return a
}

// simple reports whether the metadata has none of the rules that the own path
// leaves out: a national prefix, local numbers, another international prefix.
func simple(m *phonenumbers.PhoneMetadata) bool {
	return m.GetNationalPrefixForParsing() == "" && m.GetInternationalPrefix() == italyIDD &&
		len(m.GetGeneralDesc().GetPossibleLength()) > 0 && len(m.GetGeneralDesc().GetPossibleLengthLocalOnly()) == 0
}

// kinds returns two patterns for each description of the metadata, the general
// one first: its digits and its lengths.
func kinds(m *phonenumbers.PhoneMetadata) (patterns []string) {
	for _, d := range []*phonenumbers.PhoneNumberDesc{
		m.GetGeneralDesc(), m.GetPremiumRate(), m.GetTollFree(),
		m.GetSharedCost(), m.GetVoip(), m.GetPersonalNumber(), m.GetPager(), m.GetUan(), m.GetVoicemail(),
		m.GetFixedLine(), m.GetMobile(),
	} {
		patterns = append(patterns, d.GetNationalNumberPattern(), lengths(d.GetPossibleLength()))
	}
	return patterns
}

// lengths returns a pattern for so many digits; no length named is any length.
func lengths(of []int32) string {
	if len(of) == 0 {
		return `\d*`
	}
	var alternatives []string
	for _, n := range of {
		if n > 0 { // -1 says that there is no such number
			alternatives = append(alternatives, `\d{`+strconv.Itoa(int(n))+`}`)
		}
	}
	return strings.Join(alternatives, "|")
}

// anyKind reports whether the general description and one of the kinds match,
// given what the patterns of kinds matched.
func anyKind(m []bool) bool {
	if !m[0] || !m[1] {
		return false
	}
	for i := 2; i < len(m); i += 2 {
		if m[i] && m[i+1] {
			return true
		}
	}
	return false
}

// metadata returns the library's metadata of a region, nil if there is none.
func metadata(region string) *phonenumbers.PhoneMetadata {
	c, err := phonenumbers.MetadataCollection()
	if err != nil {
		return nil
	}
	for _, m := range c.GetMetadata() {
		if m.GetId() == region {
			return m
		}
	}
	return nil
}
