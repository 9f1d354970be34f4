package numbers

import (
	"slices"
	"strings"

	"tregua/policy"
)

// Plan says how the carriers behind a trunk read the user part of a
// Request-URI. It cuts nothing from what is forwarded.
type Plan struct {
	Country string // ISO 3166 code: numbers without a country code are of this country
	Strip   string // digits the carrier takes off first, once, when they are there ("9")
	// Prefixes are the tech prefixes: digits before the number that name the
	// campaign. The longest one that fits is taken.
	Prefixes []string
}

// Result is what became of a user part.
type Result struct {
	Reading   policy.Reading
	Number    policy.Number // 0 unless Readable; the leading 0 of fixed numbers is kept
	Emergency string        // the short code when Reading is Emergency
	Country   string        // ISO 3166 code of the number's country, "001" for none (universal numbers)
	Zone      string        // IANA zone of the number, the first one where it has several
	Others    string        // the further zones that it may be in, with blanks between
	Prefix    string        // the tech prefix that was taken off
}

// Validate says whether the plan can be read by: a country of the metadata, a
// strip and prefixes that can stand before a number.
func (p Plan) Validate() error { return p.validate() }

// Read reads a user part, percent escapes already decoded. Visual separators
// (RFC 3966 section 5.1.1) and parameters are put aside; a number to which they
// give another meaning is unreadable. Then, in this order: an emergency code of
// the country, as it came or after the strip; strip; tech prefix; and what is
// left as +E.164, behind the country's international prefix, as a national
// number, or as E.164 without plus, just as phonenumbers reads it. Anything but
// digits behind an optional plus is unreadable: no carrier dials letters.
func (p Plan) Read(user string) Result {
	dialled, c := p.clean(user)
	if c == routed || c == foreign && !strings.HasPrefix(dialled, "+") {
		return Result{}
	}
	rest := strings.TrimPrefix(dialled, p.Strip)
	for _, code := range [2]string{dialled, rest} {
		if IsEmergency(p.Country, code) {
			return Result{Reading: policy.Emergency, Emergency: code, Country: p.Country, Zone: CountryZone(p.Country)}
		}
	}
	prefix := p.prefix(rest)
	rest = rest[len(prefix):]
	r := p.number(rest)
	r.Prefix = prefix
	return r
}

// ReadISUP reads the called number of an ISUP message: as a user part when it
// is as dialled, else without strip and prefixes, which are not part of it.
func (p Plan) ReadISUP(n policy.ISUP) Result {
	switch n.Form {
	case policy.ISUPDialled:
		return p.Read(n.Digits)
	case policy.ISUPInternational:
		return p.number("+" + n.Digits)
	case policy.ISUPNational:
		return p.number("+" + callingCode(p.Country) + n.Digits)
	case policy.NoISUP, policy.ISUPUnreadable:
	}
	return Result{}
}

// number reads digits behind an optional plus.
func (p Plan) number(s string) Result {
	if !isNumber(s) {
		return Result{}
	}
	if r, own := p.readItaly(s); own {
		return r
	}
	return readLibrary(s, p.Country)
}

// context says where a number is dialled.
type context uint8

// The contexts.
const (
	home    context = iota // where the plan holds
	foreign                // in another country, or behind the beginning of a number
	routed                 // the carrier dials another number
)

// clean puts parameters and separators aside, and says what the parameters make
// of the number.
func (p Plan) clean(user string) (dialled string, c context) {
	dialled, params, _ := strings.Cut(user, ";")
	if params != "" {
		c = p.context(params)
	}
	if !strings.ContainsAny(dialled, "-.()") {
		return dialled, c
	}
	b := make([]byte, 0, len(dialled))
	for i := range len(dialled) {
		if !strings.ContainsRune("-.()", rune(dialled[i])) {
			b = append(b, dialled[i])
		}
	}
	return string(b), c
}

// context reads the parameters that change what is dialled: a routing number
// (RFC 4694 section 5), and a global phone-context that is not the country's own
// calling code (RFC 3966 section 5.1.5). One that is a domain names a private
// plan and says nothing about the country; no other parameter changes the number.
func (p Plan) context(params string) (c context) {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		switch name = strings.TrimSpace(name); {
		case strings.EqualFold(name, "rn"):
			return routed
		case strings.EqualFold(name, "phone-context") && strings.HasPrefix(value, "+") &&
			value[1:] != callingCode(p.Country):
			c = foreign
		}
	}
	return c
}

// prefix returns the longest tech prefix that s begins with.
func (p Plan) prefix(s string) (longest string) {
	for _, t := range p.Prefixes {
		if len(t) > len(longest) && strings.HasPrefix(s, t) {
			longest = t
		}
	}
	return longest
}

// isNumber reports whether s is digits behind an optional plus.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "+")
	return s != "" && isDigits(s)
}

func isDigits(s string) bool {
	return !slices.ContainsFunc([]byte(s), func(c byte) bool { return c < '0' || c > '9' })
}
