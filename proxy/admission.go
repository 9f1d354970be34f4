package proxy

import (
	"bytes"
	"cmp"
	"net/netip"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/numbers"
	"tregua/proxy/wire"
)

// NoTrunk is the trunk of a source that no trunk has.
const NoTrunk = -1

// Verdict is what becomes of a datagram before anything of it is read but its
// start line and whether its To has a tag.
type Verdict uint8

// The verdicts. The zero value lets nothing in.
const (
	Dropped   Verdict = iota // an unknown source, and their bucket is empty: be silent
	Unknown                  // an unknown source, within their bucket: an answer may be built
	Keepalive                // white space only (RFC 5626 section 4.4.1): be silent
	TooLarge                 // more than MaxDatagram: be silent
	OverRate                 // a new INVITE over the trunk's rate: to be refused without state
	Admitted
)

// AdmissionConfig is what admission knows.
type AdmissionConfig struct {
	Trunks      []TrunkAdmission // by trunk index
	Sources     []Source
	MaxDatagram int  // bytes; 0: no cap but UDP's own
	Unknown     Rate // of all unknown sources together; zero: they are dropped
}

// Source says that what a listener gets from addresses within Prefix is of a
// trunk. The longest prefix counts; of equal ones the first.
type Source struct {
	Listener int
	Prefix   netip.Prefix
	Trunk    int
}

// TrunkAdmission is what a trunk may send.
type TrunkAdmission struct {
	Invites   Rate     // new INVITEs (limits.cps); zero: no limit
	Country   string   // ISO 3166 code of its dial plan
	Strip     string   // digits the carrier takes off first
	Emergency []string // short codes of the trunk's country
}

// Admission decides which datagrams are read at all. It may be used from any
// goroutine: what changes are the levels of its buckets, one for each trunk
// and one for all strangers, so that nothing grows with the number of sources.
type Admission struct {
	prefixes    map[sourceKey]int
	bits        []int // lengths that occur, longest first; IPv4 and IPv6 alike
	trunks      []trunkGate
	strangers   bucket
	maxDatagram int
}

type sourceKey struct {
	listener int
	prefix   netip.Prefix
}

type trunkGate struct {
	limited   bool
	invites   bucket
	emergency map[string]struct{} // as it came and with the strip before it
	plan      numbers.Plan
}

// NewAdmission makes an Admission with full buckets.
func NewAdmission(c AdmissionConfig) *Admission {
	a := &Admission{
		prefixes:    make(map[sourceKey]int, len(c.Sources)),
		trunks:      make([]trunkGate, len(c.Trunks)),
		maxDatagram: c.MaxDatagram,
	}
	for _, s := range c.Sources {
		prefix := netip.PrefixFrom(s.Prefix.Addr().Unmap(), s.Prefix.Bits()).Masked()
		key := sourceKey{s.Listener, prefix}
		if _, ok := a.prefixes[key]; !ok {
			a.prefixes[key] = s.Trunk
		}
		a.bits = append(a.bits, prefix.Bits())
	}
	slices.SortFunc(a.bits, func(x, y int) int { return cmp.Compare(y, x) })
	a.bits = slices.Compact(a.bits)
	for i, t := range c.Trunks {
		g := &a.trunks[i]
		g.limited = t.Invites.PerSecond > 0
		g.invites.set(t.Invites)
		g.plan = numbers.Plan{Country: t.Country, Strip: t.Strip}
		g.emergency = make(map[string]struct{}, 2*len(t.Emergency))
		for _, code := range t.Emergency {
			g.emergency[code] = struct{}{}
			g.emergency[t.Strip+code] = struct{}{}
		}
	}
	a.strangers.set(c.Unknown)
	return a
}

// Admit says whose datagram it is and what becomes of it. Now is Mono. An
// INVITE of a trunk to an emergency code passes whatever the buckets say;
// responses, in-dialog requests and every method but INVITE are not limited.
// An unknown source has no trunk that could carry a call, so to it emergency
// codes mean nothing: otherwise "112" would be the key to every flood.
func (a *Admission) Admit(now time.Duration, listener int, from netip.Addr, datagram []byte) (trunk int, v Verdict) {
	trunk = a.trunkOf(listener, from.Unmap().WithZone(""))
	switch {
	case blank(datagram):
		return trunk, Keepalive
	case trunk == NoTrunk && !a.strangers.take(now):
		return trunk, Dropped
	case a.maxDatagram > 0 && len(datagram) > a.maxDatagram:
		return trunk, TooLarge
	case trunk == NoTrunk:
		return trunk, Unknown
	}
	return trunk, a.admitInvite(now, trunk, datagram)
}

func (a *Admission) admitInvite(now time.Duration, trunk int, datagram []byte) Verdict {
	if trunk >= len(a.trunks) || !a.trunks[trunk].limited {
		return Admitted
	}
	method, uri, _, _ := wire.Peek(datagram)
	if string(method) != "INVITE" || hasToTag(datagram) || isEmergency(&a.trunks[trunk], uri) {
		return Admitted
	}
	if !a.trunks[trunk].invites.take(now) {
		return OverRate
	}
	return Admitted
}

// Emergency reports whether a Request-URI of a trunk names an emergency code,
// as it came or after the trunk's strip.
func (a *Admission) Emergency(trunk int, uri string) bool {
	return trunk >= 0 && trunk < len(a.trunks) && isEmergency(&a.trunks[trunk], uri)
}

// isEmergency says of a Request-URI what the dial plan says; the plan itself is
// asked only about the few that have parameters, which can make of a code the
// end of a longer number.
func isEmergency[S ~string | ~[]byte](g *trunkGate, uri S) bool {
	dialled := dialledDigits(uri, new(digits))
	if _, ok := g.emergency[string(dialled)]; !ok || len(dialled) == 0 {
		return false
	}
	return index(uri, ';') < 0 || g.plan.Read(dialledOf(string(uri))).Reading == policy.Emergency
}

func (a *Admission) trunkOf(listener int, from netip.Addr) int {
	for _, bits := range a.bits {
		prefix, err := from.Prefix(bits)
		if err != nil {
			continue // longer than an IPv4 address
		}
		if trunk, ok := a.prefixes[sourceKey{listener, prefix}]; ok {
			return trunk
		}
	}
	return NoTrunk
}

// blank reports whether there is nothing but line ends, spaces and zero bytes.
func blank(datagram []byte) bool {
	for _, c := range datagram {
		if c != '\r' && c != '\n' && c != ' ' && c != 0 {
			return false
		}
	}
	return true
}

// hasToTag reports whether the To line has a tag, that is, whether a request
// is of a dialog (RFC 3261 section 12.2). On all that wire.Read accepts, the
// two agree.
func hasToTag(datagram []byte) bool {
	for len(datagram) > 0 {
		end := bytes.Index(datagram, []byte("\r\n"))
		if end < 0 {
			end = len(datagram)
		}
		if value, ok := toValue(datagram[:end]); ok {
			// The value goes on in folded lines; the scan ends by itself.
			return tagged(datagram[end-len(value):])
		}
		datagram = datagram[min(end+2, len(datagram)):]
		if bytes.HasPrefix(datagram, []byte("\r\n")) {
			return false
		}
	}
	return false
}

// toValue returns what stands behind the colon of a To line.
func toValue(line []byte) ([]byte, bool) {
	colon := bytes.IndexByte(line, ':')
	if colon <= 0 {
		return nil, false
	}
	name := bytes.TrimRight(line[:colon], " \t")
	if !bytes.EqualFold(name, []byte("To")) && !bytes.EqualFold(name, []byte("t")) {
		return nil, false
	}
	return line[colon+1:], true
}

// tagged looks for ;tag= outside of quotes and angle brackets, up to the end
// of the header.
func tagged(value []byte) bool {
	inside := false
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '"' && !inside:
			i = closingQuote(value, i)
		case c == '<' || c == '>':
			inside = c == '<'
		case c == '\r' && !folded(value[i:]):
			return false
		case c == ';' && !inside && isTag(value[i+1:]):
			return true
		}
	}
	return false
}

// closingQuote is where the quoted string ends that begins at i.
func closingQuote(value []byte, i int) int {
	for i++; i < len(value) && value[i] != '"'; i++ {
		if value[i] == '\\' {
			i++
		}
	}
	return i
}

// folded reports whether the line that ends here goes on (RFC 3261 section
// 7.3.1).
func folded(rest []byte) bool {
	return len(rest) > 2 && rest[1] == '\n' && (rest[2] == ' ' || rest[2] == '\t')
}

// isTag reports whether a parameter is called tag.
func isTag(param []byte) bool {
	param = bytes.TrimLeft(param, " \t\r\n")
	if len(param) < 3 || !bytes.EqualFold(param[:3], []byte("tag")) {
		return false
	}
	param = bytes.TrimLeft(param[3:], " \t\r\n")
	return len(param) > 0 && param[0] == '='
}
