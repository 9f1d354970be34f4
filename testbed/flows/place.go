package flows

import (
	"fmt"
	"net/netip"
	"strings"
)

// numbers are the kinds of numbers that a flow dials, by the digits before a
// running number of five, and what the registry says of them.
var numbers = map[string]struct{ digits, registry string }{
	"":          {"+3933310", "clear"},
	"opposed":   {"+3933320", "opposed"},
	"blacklist": {"+3933330", "clear"},
	"unchecked": {"+3933340", ""},
	"nonsense":  {"anna", ""},
	"emergency": {"112", ""},
}

// Place is where a flow happens: addresses and numbers that no other flow has,
// so that all may run at once.
type Place struct {
	N, Try int    // of the flow, from 1; from 0
	Number string // user part that is dialled
	Us     [2]netip.AddrPort
	party  map[byte]netip.AddrPort
}

// us are the addresses of tregua towards PBXs and carriers.
var (
	us4 = [2]netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:25060"), netip.MustParseAddrPort("127.0.0.1:25062")}
	us6 = [2]netip.AddrPort{netip.MustParseAddrPort("[::1]:25060"), netip.MustParseAddrPort("[::1]:25062")}
)

// Tries is how many places a flow has: a call must not meet what is left of the
// one before.
const Tries = 3

// PlaceOf returns the place of the nth flow, from 1 to 250, at a try below Tries.
func PlaceOf(n, try int, f *Flow) Place {
	p := Place{N: n, Try: try, Us: us4, Number: numbers[f.Dial].digits, party: map[byte]netip.AddrPort{}}
	if p.Number != "112" {
		p.Number += fmt.Sprintf("%05d", p.running())
	}
	for i, party := range []byte("ABCD") {
		p.party[party] = netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, byte(try + 1), byte(i + 1), byte(n)}), 5060)
		if f.IPv6 {
			p.Us = us6
			p.party[party] = netip.AddrPortFrom(netip.IPv6Loopback(), uint16(5070+i))
		}
	}
	return p
}

// running is a number that no other place has.
func (p *Place) running() int { return 1000*p.Try + p.N }

// other is a second number of a kind, that no other flow has.
func (p *Place) other(kind string) string {
	return fmt.Sprintf("%s%05d", numbers[kind].digits, 500+p.running())
}

// host is the address of a party as a URI has it.
func (p *Place) host(party byte) string { return uriHost(p.party[party].Addr()) }

func uriHost(a netip.Addr) string {
	if a.Is6() {
		return "[" + a.String() + "]"
	}
	return a.String()
}

// usFor is ours as a party sees it.
func (p *Place) usFor(party byte) netip.AddrPort {
	if party == 'A' || party == 'C' {
		return p.Us[0]
	}
	return p.Us[1]
}

// CallID is that of the call of a party: A and B have one, C and D the second.
func (p *Place) CallID(party byte) string {
	if party == 'A' || party == 'B' {
		return fmt.Sprintf("flow%d@testbed", p.running())
	}
	return fmt.Sprintf("flow%d-2@testbed", p.running())
}

// fill puts the addresses into a line of a flow.
func (p *Place) fill(line string, me byte) string {
	return strings.NewReplacer(
		"{a}", p.host('A'), "{b}", p.host('B'), "{c}", p.host('C'), "{d}", p.host('D'),
		"{me}", p.party[me].Addr().String(), "{n}", p.Number, "{us}", uriHost(p.Us[0].Addr()),
		"{escaped}", fmt.Sprintf("%%%02X%s", p.Number[0], p.Number[1:]), "{n2}", p.other(""), "{opposed}", p.other("opposed"),
		"{national}", strings.TrimPrefix(p.other("opposed"), "+39"),
		"{call}", p.CallID('A'), "{call2}", p.CallID('C'),
	).Replace(line)
}
