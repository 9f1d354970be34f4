package configs

import (
	"strings"
	"testing"

	"tregua/policy/handoff"
)

func TestHandoff(t *testing.T) {
	t.Parallel()
	const hook = "name: crm, webhook: 'https://crm.example/calls', secret_file: crm.secret"
	cases := map[string]struct{ sink, want string }{
		"webhook":        {hook, ""},
		"folder":         {"name: cdr, folder: /srv/cdr, format: cdr", ""},
		"tenant":         {hook + ", scope: {principal: acme, call_centre: callnow}, numbers: whole, call_id: told, format: hourly", ""},
		"loopback":       {"name: crm, webhook: 'http://127.0.0.1:8080/', secret_file: s", ""},
		"no name":        {"folder: /srv/cdr", "name it once"},
		"nothing":        {"name: crm", "one of the two"},
		"both":           {hook + ", folder: /srv", "one of the two"},
		"no secret":      {"name: crm, webhook: 'https://crm.example/'", "secret_file"},
		"clear text":     {"name: crm, webhook: 'http://crm.example/', secret_file: s", "is not https"},
		"no URL":         {"name: crm, webhook: crm, secret_file: s", "is no URL"},
		"cdr by webhook": {hook + ", format: cdr", "is for folders"},
		"all numbers":    {hook + ", numbers: whole", "to a tenant only"},
		"all Call-IDs":   {hook + ", call_id: told", "to a tenant only"},
		"own folder":     {"name: f, folder: data/ledger/x", "tregua's own"},
		"its data":       {"name: f, folder: data", "a folder of their own"},
		"taken folder":   {"name: f, folder: in/x", "a folder of their own"},
		"twice":          {hook + "}, {" + hook, "duplicate name"},
		"batch":          {hook + ", batch: 0", "1 to 1000"},
		"word":           {hook + ", numbers: plain", "masked"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Replace(small, "\nnode:", "\nhandoff: [{"+c.sink+"}]\ndispositions: [{folder: in, call_centre: callnow}]\nnode:", 1)
			got, err := Parse("tregua.yaml", []byte(text))
			switch {
			case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%v, want %q", err, c.want)
			case name == "tenant" && (got.Handoff[0].Format != handoff.Hourly || got.Handoff[0].CallCentre != "callnow" || !got.Handoff[0].Numbers):
				t.Errorf("it reads as %+v", got.Handoff[0])
			}
		})
	}
}

const small = `
node: {data: data, keys: keys}
listen: [{name: all, bind: "udp:127.0.0.1:5060"}]
trunks:
  - {name: dialer-1, side: pbx, peers: [127.0.0.1], call_centre: callnow, numbers: {country: IT}, mode: enforce}
  - {name: telco-a, side: carrier, peers: ["sip:127.0.0.2:5064"]}
routes: [{from: dialer-1, to: [telco-a]}]
`
