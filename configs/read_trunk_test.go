package configs

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTrunkKeys: what a trunk says of its flows, and what is wrong with it.
func TestTrunkKeys(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ pbx, carrier, wrong string }{
		{"target: \"sip:198.51.100.10:5080\", options: answer, methods: [MESSAGE, INFO]", "redirect: follow, ringing: untold, auth: {user: us, password: \"a b\"}, country: IT", ""},
		{"target: \"sip:198.51.100.11\"", "", "trunks[0].target: 198.51.100.11 is none of its peers, so its answers would not be let in; add it there"},
		{"methods: [INVITE]", "", `trunks[0].methods[0]: unknown value "INVITE"; use MESSAGE or INFO or NOTIFY or PUBLISH`},
		{"options: maybe", "", `trunks[0].options: unknown value "maybe"; use relay or answer`},
		{"auth: {user: a, password: b}", "", "trunks[0].auth: belongs to trunks of side carrier; remove it here"},
		{"country: IT", "", "trunks[0].country: belongs to trunks of side carrier; remove it here"},
		{"", "country: it", "trunks[1].country: \"it\" is no country; write two capital letters of ISO 3166, as IT"},
		{"redirect: follow", "", "trunks[0].redirect: belongs to trunks of side carrier; remove it here"},
		{"ringing: untold", "", "trunks[0].ringing: belongs to trunks of side carrier; remove it here"},
		{"", "ringing: never", `trunks[1].ringing: unknown value "never"; use told or untold`},
		{"", "auth: {user: a}", "trunks[1].auth: wants both or none; write as {user: NAME, password: SECRET}"},
		{"", "auth: {user: a, password: \"x\\ny\"}", "trunks[1].auth.password: it holds a control character; write it as the carrier gave it"},
		{"", "target: \"sip:198.51.100.1\"", "trunks[1].target: belongs to trunks of side pbx; remove it here"},
		{"", "methods: [MESSAGE]", "trunks[1].methods: belongs to trunks of side pbx; remove it here"},
	} {
		got, err := Parse("t.yaml", fmt.Appendf(nil, `
listen: [{name: all, bind: "udp:192.0.2.1:5060"}]
trunks:
  - {name: d, side: pbx, peers: [198.51.100.10], call_centre: ccx, numbers: {country: IT}, mode: enforce, %s}
  - {name: c, side: carrier, peers: ["sip:198.51.100.1"], %s}
routes: [{from: d, to: [c]}]
`, c.pbx, c.carrier))
		if c.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%s | %s\n got %v\nwant %s", c.pbx, c.carrier, err, c.wrong)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s | %s: %v", c.pbx, c.carrier, err)
			continue
		}
		d, k := got.Trunks[0], got.Trunks[1]
		is := fmt.Sprint(d.Target, d.AnswerOptions, d.Methods, k.Follow, k.Mute, k.User, "/", k.Password, k.Country)
		if diff := cmp.Diff("198.51.100.10:5080 true [MESSAGE INFO] true trueus/a bIT", is); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
