package numbers

import (
	"strings"

	"tregua/policy"
)

// National returns n as it is dialled in the country of the plan, or as +E.164
// when it is of another one. Without strip and prefixes, [Plan.Read] reads what
// comes out as n again.
func (p Plan) National(n policy.Number) string {
	plain := Plan{Country: p.Country}
	if national, ok := strings.CutPrefix(n.String(), "+"+callingCode(p.Country)); ok {
		// Some countries put a 0 before it, the trunk prefix. In Italy a 0 is a
		// part of the number.
		for _, dialled := range [2]string{"0" + national, national} {
			if plain.Read(dialled).Number == n {
				return dialled
			}
		}
	}
	return n.String()
}
