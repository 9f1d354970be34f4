package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"tregua/proxy/wire"
)

// talk is a dialog as one peer has it (RFC 3261 section 12).
type talk struct {
	agent         *agent
	peers         *peers
	callID        string
	tag           string // of the other side
	local, remote string // From and To of requests, tags included
	contact       string // URI of this side
	target        string // URI of the other
	routes        []string
	last          []string // lines of its BYE
	cseq, seen    uint32
	over          bool // hung up, by whomever
	deaf          bool // the peer has crashed: answers nothing any more
	challenges    bool // the next BYE gets 407
	lost          bool // the peer has forgotten the dialog: 481
}

// routesOf returns the route set that a message gives.
func routesOf(m *wire.Message, reverse bool) []string {
	routes := m.RawLines(wire.HRecordRoute)
	for i, l := range routes {
		_, v, _ := strings.Cut(l, ":")
		routes[i] = "Route:" + v
	}
	if reverse {
		slices.Reverse(routes)
	}
	return routes
}

// hop is where requests of the dialog go: the first route or the target.
func (t *talk) hop() netip.AddrPort {
	uri := t.target
	if len(t.routes) > 0 {
		_, uri, _ = strings.Cut(t.routes[0], "<")
		uri, _, _ = strings.Cut(uri, ">")
	}
	u, err := wire.ParseURI(uri)
	if err != nil {
		t.peers.complain(t.callID, "a peer was given the target %q", uri)
		return t.agent.addr
	}
	a, err := netip.ParseAddr(u.Host)
	if err != nil {
		t.peers.complain(t.callID, "a peer was given the target %q", uri)
		return t.agent.addr
	}
	port := u.Port
	if port == 0 {
		port = 5060
	}
	return netip.AddrPortFrom(a, port)
}

func (t *talk) write(method string, cseq uint32, body string) []byte {
	lines := []string{
		method + " " + t.target + " SIP/2.0",
		fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=%s", t.agent.addr, t.agent.fresh("z9hG4bK")), "Max-Forwards: 70",
		"From: " + t.local, "To: " + t.remote, "Call-ID: " + t.callID, fmt.Sprintf("CSeq: %d %s", cseq, method),
	}
	lines = append(lines, t.routes...)
	if method == "BYE" {
		lines = append(lines, t.last...)
	}
	if method != "ACK" && method != "BYE" {
		lines = append(lines, "Contact: <"+t.contact+">")
	}
	return text(lines, body)
}

// ask sends a request of the dialog; on gets the status of its final, 0 for none.
func (t *talk) ask(method string, on func(status int)) {
	t.cseq++
	t.agent.ask(t.hop(), t.write(method, t.cseq, ""), func(m *wire.Message) {
		switch {
		case m == nil:
			on(0)
		case m.Status >= 200:
			on(m.Status)
		}
	})
}

// hangup sends a BYE, once.
func (t *talk) hangup(on func(status int)) {
	if t.over {
		return
	}
	t.over = true
	t.ask("BYE", on)
}

// answer takes a request of the other side; bye is true when it ends the talk.
func (t *talk) answer(x *answering, m *wire.Message, to netip.AddrPort) (bye bool) {
	switch {
	case t.deaf:
		return false
	case t.lost || t.over && m.Method != "BYE":
		x.respond(481, "Call/Transaction Does Not Exist", "", "")
		return false
	case m.URI != t.contact:
		t.peers.complain(t.callID, "%s for %q, the contact is %q", m.Method, m.URI, t.contact)
	case m.CSeq.N <= t.seen: // 12.2.2
		x.respond(500, "Server Internal Error", "", "")
		return false
	}
	t.seen = m.CSeq.N
	t.checkHop(m, to)
	if m.Method == "BYE" && t.challenges {
		t.challenges = false
		x.respond(407, "Proxy Authentication Required", "", "", `Proxy-Authenticate: Digest realm="carrier", nonce="1"`)
		return false
	}
	x.respond(200, "OK", "", "")
	if m.Method != "BYE" {
		return false
	}
	bye, t.over = !t.over, true
	return bye
}

// checkHop sees whether a request came where the dialog wants it: at the first
// route, with the route in it, or at the contact.
func (t *talk) checkHop(m *wire.Message, to netip.AddrPort) {
	want := t.contact
	if rr := m.RawLines(wire.HRoute); len(rr) > 0 {
		want = rr[0]
	}
	if !strings.Contains(want, to.String()) {
		t.peers.complain(t.callID, "%s came to %s, it belongs to %s", m.Method, to, want)
	}
}

// offer is a session description of a peer.
func offer(host string, port int) string {
	return fmt.Sprintf("v=0\r\no=- %d 1 IN IP4 %s\r\ns=call\r\nc=IN IP4 %s\r\nt=0 0\r\n"+
		"m=audio %d RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"+
		"a=rtcp:%d IN IP4 %s\r\na=candidate:1 1 UDP 2130706431 %s %d typ host\r\na=sendrecv\r\n",
		port, host, host, port, port+1, host, host, port)
}
