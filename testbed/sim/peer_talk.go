package sim

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"tregua/proxy/wire"
)

// talk is a dialog as one peer has it (RFC 3261 section 12).
type talk struct {
	*site
	plan          *plan
	callID        string
	own, tag      string // of this side and the other
	local, remote string // From and To of requests, tags included
	contacts      []string
	target        string // URI of the other
	routes        []string
	last          []string // lines of its BYE
	cseq, seen    uint32
	invited       uint32 // the number of the INVITE that opened it
	fork          *fork  // whose it is, nil: of a caller
	calls         bool
	confirmed     bool
	over          bool // hung up, by whomever
	left          bool // by this side
	deaf          bool // the peer has crashed: answers nothing any more
	lost          bool // the peer has forgotten the dialog: 481
	guards        bool // it challenges, as the plan says
	rounds        map[string]int
	note          func(status int) // of the final to a request of its own
	bye           func()           // the other side hung up

	session
}

func newTalk(s *site, p *plan, callID, own, tag string) *talk {
	t := &talk{site: s, plan: p, callID: callID, own: own, tag: tag, rounds: map[string]int{}}
	s.talks[talkKey{callID, own, tag}] = t
	return t
}

// contact is the URI of this side.
func (t *talk) contact() string { return t.contacts[len(t.contacts)-1] }

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
		uri = uriOf(t.routes[0])
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

// uriOf is what stands between the angle brackets of a line.
func uriOf(line string) string {
	_, uri, _ := strings.Cut(line, "<")
	uri, _, _ = strings.Cut(uri, ">")
	return uri
}

func (t *talk) write(method string, cseq uint32, body string, more ...string) []byte {
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
		lines = append(lines, "Contact: <"+t.contact()+">")
	}
	return text(append(lines, more...), body)
}

// ask sends a request of the dialog, again with a proof when it is challenged;
// on gets its final, nil for none.
func (t *talk) ask(method, body string, on func(*wire.Message), more ...string) {
	t.peers.seen(method)
	t.cseq++
	t.agent.ask(t.hop(), t.write(method, t.cseq, body, more...), func(m *wire.Message) {
		switch {
		case m == nil:
			on(nil)
		case m.Status < 200:
		case (m.Status == 401 || m.Status == 407) && !t.plan.sulks && t.rounds[method] < 4:
			t.rounds[method]++
			t.peers.seen(fmt.Sprintf("%d to %s, which came again", m.Status, method))
			t.peers.net.queue.after(t.plan.hesitates, func() {
				t.ask(method, body, on, append(proofless(more), proof(m))...)
			})
		default:
			on(m)
		}
	})
}

// told notes the final of a request.
func (t *talk) told(m *wire.Message) {
	if m == nil {
		t.note(0)
		return
	}
	t.note(m.Status)
}

func (t *talk) info() {
	if !t.over {
		t.ask("INFO", "", t.told)
	}
}

// hangup sends a BYE, once: again when another request of this side has overtaken
// it (12.2.2), or when it reached nobody, because nobody can be reached now.
// Nothing else would end such a call.
func (t *talk) hangup() {
	if t.over {
		return
	}
	t.unsure = t.busy()
	t.over, t.left = true, true
	t.leave(6)
}

func (t *talk) leave(tries int) {
	t.ask("BYE", "", func(m *wire.Message) {
		t.told(m)
		late := m != nil && m.Status == 500
		if tries > 0 && (late || t.peers.net.cfg.Cuts > 0 && (m == nil || m.Status == 408)) {
			t.peers.net.queue.after(10*time.Second, func() { t.leave(tries - 1) })
		}
	})
}

// request takes a request of the other side.
func (t *talk) request(x *answering, m *wire.Message, to netip.AddrPort) {
	switch {
	case t.deaf:
		return
	case t.lost, t.over && m.Method != "BYE" && !(m.Method == "NOTIFY" && t.transfers):
		x.respond(481, "Call/Transaction Does Not Exist", "", "")
		return
	case m.CSeq.N <= t.seen: // 12.2.2
		x.respond(500, "Server Internal Error", "", "")
		return
	}
	t.seen = m.CSeq.N
	t.checkWay(m, to)
	if t.guards {
		if status, line := t.plan.guard(m.Method, t.rounds["from "+m.Method], m); status != 0 {
			t.rounds["from "+m.Method]++
			x.respond(status, "Unauthorized", "", "", line)
			return
		}
	}
	t.serve(x, m)
}

func (t *talk) serve(x *answering, m *wire.Message) {
	switch m.Method {
	case "INVITE":
		t.reinvited(x, m)
	case "UPDATE":
		t.updated(x, m)
	case "PRACK":
		t.pracked(x, m)
	case "REFER":
		t.referred(x, m)
	case "BYE":
		t.unsure = t.unsure || t.busy()
		t.refuse(487) // 15.1.2
		x.respond(200, "OK", "", "")
		if !t.over {
			t.over = true
			t.bye()
		}
	default:
		x.respond(200, "OK", "", "")
	}
}

// checkWay sees whether a request came where the dialog wants it: for one of the
// contacts that this side has given, at the first route, with the route in it, or
// at the contact. A strict route takes the Request-URI for itself (16.4).
func (t *talk) checkWay(m *wire.Message, to netip.AddrPort) {
	uri, first := m.URI, m.URI
	if rr := m.RawLines(wire.HRoute); len(rr) > 0 {
		first = uriOf(rr[0])
		if t.strict() {
			uri, first = uriOf(rr[len(rr)-1]), m.URI
		}
	}
	if !slices.Contains(t.contacts, uri) {
		t.peers.complain(t.callID, "%s for %q, the contact is %q", m.Method, uri, t.contacts)
	}
	if t.fork != nil && t.plan.recordRoute && !strings.Contains(first, ";n=1") { // the last that the responses name
		t.peers.complain(t.callID, "%s takes the route %q first", m.Method, first)
	}
	if !strings.Contains(first, to.String()) {
		t.peers.complain(t.callID, "%s came to %s, it belongs to %s", m.Method, to, first)
	}
}

// strict reports whether a strict router stands before this side.
func (t *talk) strict() bool { return t.fork != nil && t.plan.strict }

// offer is a session description of a peer.
func offer(host string, port int, direction string) string {
	return fmt.Sprintf("v=0\r\no=- %d 1 IN IP4 %s\r\ns=call\r\nc=IN IP4 %s\r\nt=0 0\r\n"+
		"m=audio %d RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"+
		"a=rtcp:%d IN IP4 %s\r\na=candidate:1 1 UDP 2130706431 %s %d typ host\r\na=%s\r\n",
		port, host, host, port, port+1, host, host, port, direction)
}

// afterwards lets do happen while the talk lasts.
func (t *talk) afterwards(d time.Duration, do func()) {
	t.peers.net.queue.after(d, func() {
		if !t.over && !t.deaf {
			do()
		}
	})
}
