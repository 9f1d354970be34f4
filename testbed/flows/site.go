package flows

import (
	"fmt"
	"iter"
	"net/netip"
	"strings"

	"tregua/testbed/sipp"
)

// Site returns a site whose config has a pair of trunks for each flow, and one
// more where there are parties C and D. Its files are in dir.
func Site(dir, program string, list []Flow) (*sipp.Site, error) {
	s := &sipp.Site{Dir: dir, Program: program, Web: netip.MustParseAddrPort("127.0.0.1:25064")}
	var registry, blacklist strings.Builder
	registry.WriteString("number,answer\n")
	blacklist.WriteString("number\n")
	for f, p := range places(list) {
		fmt.Fprintf(&registry, "%s,clear\n%s,opposed\n", p.other(""), p.other("opposed"))
		if answer := numbers[f.Dial].registry; answer != "" {
			fmt.Fprintf(&registry, "%s,%s\n", p.Number, answer)
		}
		if f.Dial == "blacklist" {
			fmt.Fprintf(&blacklist, "%s\n", p.Number)
		}
	}
	return s, s.Write(map[string]string{
		"tregua.yaml": config(dir, s.Web, list), "data.yaml": data, "registry.csv": registry.String(), "blacklist.csv": blacklist.String(),
	})
}

func config(dir string, web netip.AddrPort, list []Flow) string {
	var trunks, routes strings.Builder
	for f, p := range places(list) {
		pairs := []string{"AB"}
		if f.second() {
			pairs = append(pairs, "CD")
		}
		for _, pair := range pairs {
			name, listen := fmt.Sprintf("%d-%d%s", p.N, p.Try, strings.ToLower(pair)), ""
			if f.IPv6 {
				listen = "6"
			}
			fmt.Fprintf(&trunks, "  - {name: pbx-%s, side: pbx, listen: pbx%s, peers: [\"%s\"], profile: generic, call_centre: callnow, "+
				"numbers: {country: IT}, campaign: [{otherwise: only}], silent_call: {mode: off}, dial_mode: predictive%s}\n",
				name, listen, p.party[pair[0]].Addr(), more(f.PBX))
			fmt.Fprintf(&trunks, "  - {name: telco-%s, side: carrier, listen: carrier%s, peers: [\"sip:%s\"]%s}\n", name, listen, p.party[pair[1]], more(f.Telco))
			fmt.Fprintf(&routes, "  - {from: pbx-%s, to: [telco-%s]}\n", name, name)
		}
	}
	return fmt.Sprintf(`node: {id: 1, name: flows, data: data, keys: keys}
listen:
  - {name: pbx, bind: "udp:%s"}
  - {name: carrier, bind: "udp:%s"}
  - {name: pbx6, bind: "udp:%s"}
  - {name: carrier6, bind: "udp:%s"}
trunks:
%sroutes:
%spolicy: {profile: it, overlays: []}
store: {sync: off}
media: {ports: 26000-31999}
admin: {listen: "unix:%s/admin.sock", metrics: "%s"}
`, us4[0], us4[1], us6[0], us6[1], trunks.String(), routes.String(), dir, web)
}

// places yields the places of all flows. IPv6 has but one address on the
// loopback device, and so one place.
func places(list []Flow) iter.Seq2[*Flow, Place] {
	return func(yield func(*Flow, Place) bool) {
		for i := range list {
			for try := range Tries {
				if list[i].IPv6 && try > 0 {
					break
				}
				if !yield(&list[i], PlaceOf(i+1, try, &list[i])) {
					return
				}
			}
		}
	}
}

func more(lines []string) (text string) {
	if len(lines) > 0 {
		return ", " + strings.Join(lines, ", ")
	}
	return ""
}

// second reports whether a flow needs a second pair of trunks.
func (f *Flow) second() bool {
	for _, s := range f.Steps {
		if s.From == 'C' || s.From == 'D' {
			return true
		}
	}
	return false
}

const data = `principals:
  - {name: acme}
call_centres:
  - {name: callnow, country: IT, roc: 12345}
mandates:
  - {principal: acme, call_centre: callnow, from: 2020-01-01, purposes: energy}
caller_ids:
  - {number: "0212345678", call_centre: callnow, roc: true}
  - {number: "+3933310xxxxx", call_centre: callnow, roc: true}
accounts:
  - {name: rpo, principal: acme}
campaigns:
  - {name: energia, principal: acme, call_centre: callnow, account: rpo, purpose: energy, channel: operator, ground: directory, off_list: allow}
`
