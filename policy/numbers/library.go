package numbers

import (
	"errors"
	"fmt"
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
	zones := prefixZones(e164)
	if len(zones) == 0 {
		zones = prefixZones(strconv.Itoa(int(n.GetCountryCode())))
	}
	r := Result{Reading: policy.Readable, Number: policy.Number(v), Country: phonenumbers.GetRegionCodeForNumber(n)}
	if len(zones) > 0 {
		r.Zone, r.Others = zones[0], further(zones[1:])
	}
	return r
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
