package numbers

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"tregua/policy"
)

// readLibrary reads digits behind an optional plus by the library. It takes 10
// to 20 µs.
func readLibrary(s, country string) Result {
	n, err := phonenumbers.Parse(s, country)
	if err != nil || !phonenumbers.IsValidNumber(n) {
		return Result{}
	}
	e164 := phonenumbers.Format(n, phonenumbers.E164)[1:]
	v, err := strconv.ParseUint(e164, 10, 64)
	if err != nil {
		return Result{}
	}
	zones := zonesOf(n, e164)
	r := Result{Reading: policy.Readable, Number: policy.Number(v), Country: phonenumbers.GetRegionCodeForNumber(n)}
	if len(zones) > 0 {
		r.Zone, r.Others = zones[0], further(zones[1:])
	}
	return r
}

// zonesOf returns the zones that a number may be in, the likeliest first: those of
// its area. A number of no area, as a mobile one in most countries, may be in any
// zone of its country.
func zonesOf(n *phonenumbers.PhoneNumber, e164 string) []string {
	zones, code := prefixZones(e164), n.GetCountryCode()
	all := prefixZones(strconv.Itoa(int(code)))
	if len(all) < 2 && len(zones) > 0 {
		return zones // what kind of number it is costs as much as to read it
	}
	switch kind := phonenumbers.GetNumberType(n); {
	case len(zones) > 0 && (kind == phonenumbers.FIXED_LINE || kind == phonenumbers.FIXED_LINE_OR_MOBILE):
		return zones
	case len(zones) > 0 && kind == phonenumbers.MOBILE && phonenumbers.GEO_MOBILE_COUNTRIES[code]:
		return zones
	}
	zones = slices.Clone(zones) // the metadata's own
	for _, z := range all {
		if !slices.Contains(zones, z) {
			zones = append(zones, z)
		}
	}
	return zones
}

// further joins the zones after the first one. The clock of the Vatican, which the
// metadata gives to every number of +39, is that of Rome.
func further(zones []string) string {
	if len(zones) == 1 && zones[0] == "Europe/Vatican" {
		return ""
	}
	return strings.Join(zones, " ")
}

// CountryZone returns the first IANA zone of a country of ISO 3166, "" if none is
// known.
func CountryZone(country string) string {
	if zones := prefixZones(callingCode(country)); len(zones) > 0 {
		return zones[0]
	}
	return ""
}

// prefixZones returns the zones of the longest prefix of the digits that has any.
func prefixZones(digits string) []string {
	z, err := phonenumbers.GetTimezonesForPrefix(digits)
	if err != nil || len(z) == 0 || z[0] == phonenumbers.UNKNOWN_TIMEZONE {
		return nil
	}
	return z
}

// callingCode returns the calling code of a country, "" if it is not known.
func callingCode(country string) string {
	if c := phonenumbers.GetCountryCodeForRegion(country); c != 0 {
		return strconv.Itoa(c)
	}
	return ""
}

func (p Plan) validate() error {
	var errs []error
	if callingCode(p.Country) == "" {
		errs = append(errs, fmt.Errorf("country %q: use an ISO 3166 code like IT", p.Country))
	}
	seen := map[string]bool{}
	for _, t := range p.Prefixes {
		switch {
		case t == "":
			errs = append(errs, errors.New("prefixes: one is empty"))
		case seen[t]:
			errs = append(errs, fmt.Errorf("prefixes: %q is given twice", t))
		}
		seen[t] = true
	}
	return errors.Join(errs...)
}
