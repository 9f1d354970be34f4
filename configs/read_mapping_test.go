package configs

import (
	"fmt"
	"net/netip"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"tregua/policy/mapping"
)

// TestMapping: by what a trunk finds the campaign, in the order of the file.
func TestMapping(t *testing.T) {
	t.Parallel()
	const file = `
listen: [{name: all, bind: "udp:192.0.2.1:5060"}]
trunks:
  - name: d
    side: pbx
    peers: [198.51.100.10]
    call_centre: ccx
    numbers: {country: IT, prefixes: {"77": a/b}}
    mode: enforce
    campaign: [%s]
  - {name: c, side: carrier, peers: ["sip:198.51.100.1"]}
routes: [{from: d, to: [c]}]
`
	for steps, want := range map[string]Trunk{
		"by: prefix": {Mapping: []mapping.Rule{{By: mapping.ByPrefix}}},
		"{by: list}, {by: prefix}, {otherwise: only}":                      {Mapping: []mapping.Rule{{By: mapping.ByList}, {By: mapping.ByPrefix}}, Otherwise: OtherwiseOnly},
		"{by: prefix}, {ambiguous: a/b}, {otherwise: a/c}":                 {Mapping: []mapping.Rule{{By: mapping.ByPrefix}}, Default: "a/c", Ambiguous: "a/b"},
		"{by: prefix}, {otherwise: refuse}, {ambiguous: refuse}":           {Mapping: []mapping.Rule{{By: mapping.ByPrefix}}},
		"{by: header, name: X-C}, {by: header, name: X-D}, {by: prefix}":   {Mapping: []mapping.Rule{{By: mapping.ByHeader, Header: "X-C"}, {By: mapping.ByHeader, Header: "X-D"}, {By: mapping.ByPrefix}}},
		`{by: prefix}, {by: caller_id, map: {"+39*": [a/b, a/c], 1: a/d}}`: {Mapping: []mapping.Rule{{By: mapping.ByPrefix}, {By: mapping.ByCallerID, Entries: []mapping.Entry{{Value: "+39*", Campaigns: []string{"a/b", "a/c"}}, {Value: "1", Campaigns: []string{"a/d"}}}}}},
	} {
		c, err := Parse("t.yaml", fmt.Appendf(nil, file, steps))
		if err != nil {
			t.Errorf("%s: %v", steps, err)
			continue
		}
		got := c.Trunks[0]
		is := Trunk{Mapping: got.Mapping, Otherwise: got.Otherwise, Default: got.Default, Ambiguous: got.Ambiguous}
		if diff := cmp.Diff(want, is, cmpopts.EquateComparable(netip.AddrPort{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", steps, diff)
		}
		if err := got.Mapping[0].Validate(); err != nil {
			t.Errorf("%s: what was read is no rule: %v", steps, err)
		}
	}
}
