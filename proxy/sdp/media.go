package sdp

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// Direction says which way media flows, seen from who sent the description
// (RFC 8866 section 6.7).
type Direction uint8

// The directions. SendRecv is the default.
const (
	SendRecv Direction = iota
	SendOnly
	RecvOnly
	Inactive
)

var directions = [...]string{SendRecv: "sendrecv", SendOnly: "sendonly", RecvOnly: "recvonly", Inactive: "inactive"}

// String returns the attribute that says so.
func (d Direction) String() string {
	if int(d) < len(directions) {
		return directions[d]
	}
	return "unknown"
}

// Media is one m-line with what holds for it.
type Media struct {
	Kind  string // "audio", "video", …
	Proto string // "RTP/AVP", …
	// Addr is where the sender wants RTP: c= and the port of m=. Port 0 is a
	// refused m-line. The address is not valid when c= has a domain name; it
	// is 0.0.0.0 or :: on old-style hold (RFC 3264 section 8.4).
	Addr netip.AddrPort
	// RTCP is where the sender wants RTCP: a=rtcp (RFC 3605), otherwise the
	// port behind that of RTP; not valid when the m-line is refused.
	RTCP      netip.AddrPort
	RTCPMux   bool // a=rtcp-mux, RFC 5761
	Crypto    bool // a=crypto (RFC 4568): SRTP, whatever Proto says
	Direction Direction
	Formats   []string // the payload types as they stand in the m-line
	// Encodings are the names of a=rtpmap for each of Formats, as
	// "telephone-event/8000"; "" without one, nil when there is none at all.
	Encodings []string
}

// encoding enters the value of an a=rtpmap attribute (RFC 8866 section 6.6).
func (m *Media) encoding(value string) {
	format, name, _ := strings.Cut(value, " ")
	i := slices.Index(m.Formats, format)
	if i < 0 {
		return
	}
	if m.Encodings == nil {
		m.Encodings = make([]string, len(m.Formats))
	}
	m.Encodings[i] = strings.TrimSpace(name)
}

// Media returns the m-lines in their order.
func (d *Description) Media() []Media {
	list := make([]Media, 0, len(d.parts)-1)
	for i := range d.parts[1:] {
		list = append(list, d.parts[i+1].media)
	}
	return list
}

// mline reads the value of an m= line (RFC 8866 section 5.14) without its
// address.
func mline(value string) (m Media, port uint16, ok bool) {
	fields, ok := words(value)
	if !ok || len(fields) < 4 {
		return m, 0, false
	}
	number, count, counted := strings.Cut(fields[1], "/")
	port, ok = decimal(number)
	if counted {
		_, valid := decimal(count)
		ok = ok && valid
	}
	return Media{Kind: fields[0], Proto: fields[2], Formats: fields[3:]}, port, ok
}

// words cuts a value at single spaces; spaces at its end are seen and harmless.
func words(value string) (fields []string, ok bool) {
	fields = strings.Split(strings.TrimRight(value, " "), " ")
	return fields, !slices.Contains(fields, "")
}

// withPort returns the value of an m= line, which mline has read, with another
// port. A count of ports goes: one pair is anchored.
func withPort(value string, port uint16) string {
	kind, rest, _ := strings.Cut(value, " ")
	_, rest, _ = strings.Cut(rest, " ")
	return kind + " " + strconv.Itoa(int(port)) + " " + rest
}

// connection reads the value of a c= line (RFC 8866 section 5.7). The address
// is not valid when it is a domain name.
func connection(value string) (addr netip.Addr, ok bool) {
	fields, ok := words(value)
	if !ok || len(fields) != 3 || fields[0] != "IN" || fields[1] != "IP4" && fields[1] != "IP6" {
		return addr, false
	}
	host, _, _ := strings.Cut(fields[2], "/") // a TTL or a count, for multicast
	addr, _ = netip.ParseAddr(host)
	return addr, host != "" && (!addr.IsValid() || addr.Is4() == (fields[1] == "IP4"))
}

// connectionTo returns the value of a c= line.
func connectionTo(addr netip.Addr) string {
	if addr = addr.Unmap().WithZone(""); addr.Is4() {
		return "IN IP4 " + addr.String()
	}
	return "IN IP6 " + addr.String()
}

// rtcp reads the value of an a=rtcp attribute (RFC 3605 section 2.1). Without
// an address of its own it is at base.
func rtcp(value string, base netip.Addr) (netip.AddrPort, bool) {
	number, rest, own := strings.Cut(value, " ")
	port, ok := decimal(number)
	if own && ok {
		base, ok = connection(rest)
	}
	return netip.AddrPortFrom(base, port), ok
}

// decimal reads 1*DIGIT up to 65535.
func decimal(s string) (uint16, bool) {
	n, err := strconv.ParseUint(s, 10, 16)
	return uint16(n), err == nil
}
