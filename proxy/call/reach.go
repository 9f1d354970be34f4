package call

import (
	"net/netip"
	"slices"

	"tregua/media"
	"tregua/proxy/wire"
)

// hop returns the way to a side within a dialog: its first route, or else its
// target, when that is an address; otherwise, and where the caller sits behind
// a NAT, the way the first message came or went.
func (c *Call) hop(to media.Leg, d *dialog) wire.Hop {
	hop, p := c.legs[to].Hop, c.caller
	if to == media.B {
		p = d.peer
	}
	if p.implied && len(p.routes) == 0 {
		return hop
	}
	if a, ok := Reach(p.target, p.routes); ok && !(to == media.A && a.Addr() != hop.Remote.Addr()) {
		hop.Remote = a
	}
	return hop
}

// Reach returns the address that a request for a target goes to: that of the
// first of its Route lines, or else of the target. ok is false when that is a
// name.
func Reach(target string, routes []string) (to netip.AddrPort, ok bool) {
	if len(routes) > 0 {
		target = routeURI(routes[0])
	}
	u, err := wire.ParseURI(target)
	if err != nil {
		return netip.AddrPort{}, false
	}
	return u.AddrPort()
}

// Way returns the Request-URI and the Route lines of a request for a target. A
// first router that is strict (RFC 2543) takes the Request-URI for itself, and
// finds the target as the last route (RFC 3261 12.2.1.1).
func Way(target string, routes []string) (uri string, lines []string) {
	if len(routes) == 0 {
		return target, nil
	}
	first := routeURI(routes[0])
	u, err := wire.ParseURI(first)
	if _, loose := u.Params.Get("lr"); loose || err != nil {
		return target, routes
	}
	return first, append(slices.Clone(routes[1:]), "Route: <"+target+">")
}

func routeURI(line string) string {
	as, err := wire.ParseNameAddrs(wire.Line{Text: line}.Value())
	if err != nil || len(as) == 0 {
		return ""
	}
	return as[0].URI
}

// RoutesOf returns the Route lines for requests to the sender of m: its
// Record-Route in order for a request, in reverse for a response (12.1).
func RoutesOf(m *wire.Message) []string {
	var lines []string
	for v := range m.Values(wire.HRecordRoute) {
		as, err := wire.ParseNameAddrs(v)
		if err != nil {
			continue
		}
		for _, a := range as {
			lines = append(lines, "Route: "+a.Text)
		}
	}
	if !m.IsRequest() {
		slices.Reverse(lines)
	}
	return lines
}

func remoteTag(m *wire.Message, from media.Leg) string {
	if from == media.A {
		return m.To.Tag
	}
	return m.From.Tag
}

func headerValue(m *wire.Message, h wire.Header) string {
	for v := range m.Values(h) {
		return v
	}
	return ""
}
