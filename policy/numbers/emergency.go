package numbers

import (
	"fmt"
	"slices"

	"github.com/nyaruka/phonenumbers"
)

// shortest and longest code of an emergency service.
const minCode, maxCode = 2, 6

// IsEmergency reports whether s, digits only, is an emergency code of the
// country: one of our list, or one of phonenumbers' short number metadata.
func IsEmergency(country, s string) bool {
	if len(s) < minCode || len(s) > maxCode || !isDigits(s) {
		return false
	}
	return slices.Contains(emergencyCodes[country], s) || phonenumbers.IsEmergencyNumber(s, country)
}

// EmergencyCodes returns every emergency code of the country, sorted: for those
// who must know one before a number can be read. The library's metadata holds
// none of more than four digits.
func EmergencyCodes(country string) []string {
	codes := slices.Clone(emergencyCodes[country])
	for digits, first := 2, 10; digits <= 4; digits, first = digits+1, first*10 {
		for n := range first * 10 {
			if s := fmt.Sprintf("%0*d", digits, n); IsEmergency(country, s) {
				codes = append(codes, s)
			}
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// emergencyCodes are the codes per country that pass besides those of the
// library. A code stands here when a person in danger may dial it; services of
// information do not.
var emergencyCodes = map[string][]string{
	// Piano nazionale di numerazione, AGCOM delibera 8/15/CIR: emergency
	// (112, 113, 114, 115, 118) and public utility services.
	"IT": {
		"112",    // numero unico europeo di emergenza
		"113",    // Polizia di Stato
		"114",    // emergenza infanzia
		"115",    // Vigili del fuoco
		"117",    // Guardia di finanza
		"118",    // emergenza sanitaria
		"1515",   // Carabinieri forestali: forest fires
		"1522",   // violence and stalking
		"1530",   // Guardia costiera: emergency at sea
		"116000", // missing children (Decision 2007/116/EC)
		"116117", // medical care out of hours (Decision 2009/884/EC)
	},
	"VA": {"112", "113", "115", "118"}, // served by the Italian network
	"SM": {"112", "113", "115", "118"}, // 112 since the common European number holds there too
	// Art. L33-1 CPCE, décision ARCEP 05-1085: emergency calls.
	"FR": {"15", "17", "18", "112", "114", "115", "119", "191", "196", "116000", "116117"},
	"GB": {"999", "112", "101", "111", "116000"}, // Ofcom numbering plan; 101 police, 111 health
	"US": {"911", "112", "988"},                  // 47 CFR 9.4, 52.200 (988: crisis line)
	"ES": {"112", "061", "062", "080", "085", "088", "091", "092", "016", "116000"},
	"DE": {"110", "112", "116000", "116117"}, // § 164 TKG, NotrufV
}
