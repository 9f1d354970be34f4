package sim

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"tregua/media"
	"tregua/proxy/wire"
)

// infoEvery is how far the INFOs of a caller are apart.
const infoEvery = 2500 * time.Millisecond

// caller is the calling side of one call.
type caller struct {
	*site
	plan    *plan
	id      string
	uri     string
	contact string
	tag     string
	from    string // with the tag
	cseq    uint32
	proofs  []string // lines that an answer has asked for
	invited *asking
	rung    bool
	wish    bool // to cancel
	gaveUp  bool // the CANCEL was sent
	final   int
	early   []*talk // by To tag, in order
	talks   []*talk // by 2xx
	acks    [][]byte
	heard   []int    // finals of its own requests in the call
	ringing []string // status, tag and whether there is media, of provisionals
	byed    bool     // the other side hung up
	done    func(status int)
}

// call places a call. done is told the first final status, 0 for none.
func (s *site) call(p *plan, id string, done func(int)) *caller {
	c := &caller{site: s, plan: p, id: id, done: done, cseq: 1, tag: s.agent.fresh("f")}
	c.contact = fmt.Sprintf("sip:agent%d@%s;x=%d", p.index%7, s.agent.addr, p.index)
	c.uri, c.from = fmt.Sprintf("sip:%s@%s;user=phone", p.kind.user(p.index), s.edge()),
		fmt.Sprintf(`"Call %d" <sip:0612345%03d@pbx.example>;tag=%s`, p.index, p.index%1000, c.tag)
	if s.side == media.B {
		c.uri = fmt.Sprintf("sip:0612345%03d@%s", p.index%1000, s.edge())
		c.from = fmt.Sprintf(`<sip:+%d@carrier.example>;tag=%s`, free.number(p.index), c.tag)
	}
	if p.session > 0 {
		c.proofs = []string{p.sessionLine(), "Supported: timer"}
	}
	s.callers[id] = c
	c.send()
	if p.cancelAfter >= 0 {
		s.peers.net.queue.after(p.cancelAfter, func() { c.wish = true; c.cancelOwn() })
	}
	return c
}

func (c *caller) send() {
	c.rung = false
	c.invited = c.agent.ask(c.edge(), text(c.lines(c.uri, c.cseq), c.offer()), c.response)
}

// offer is the session description of the INVITE, "" when the other side makes
// the offer.
func (c *caller) offer() string {
	if c.plan.delayed {
		return ""
	}
	return offer(c.host(), c.port(), "sendrecv")
}

func (c *caller) port() int { return 4000 + 2*c.plan.index }

// lines are those of the INVITE.
func (c *caller) lines(uri string, cseq uint32) []string {
	p := c.plan
	lines := []string{
		"INVITE " + uri + " SIP/2.0",
		fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=%s", c.agent.addr, c.agent.fresh("z9hG4bK")), "Max-Forwards: 70",
		"f: " + c.from, "To:   <" + c.uri + ">", "Call-ID: " + c.id, fmt.Sprintf("CSeq: %d INVITE", cseq),
		"Contact: <" + c.contact + ">", fmt.Sprintf("x-VENDOR-data:  call %d;Q=\"a,b\"", p.index), "Allow: INVITE, ACK, BYE, CANCEL, INFO",
	}
	if p.reliable {
		lines = append(lines, "Supported: 100rel")
	}
	if p.expires > 0 {
		lines = append(lines, fmt.Sprintf("Expires: %d", int(p.expires/time.Second)))
	}
	return append(lines, c.proofs...)
}

// cancelOwn waits for a provisional (RFC 3261 9.1).
func (c *caller) cancelOwn() {
	if !c.wish || !c.rung || c.gaveUp || c.final != 0 {
		return
	}
	c.gaveUp = true
	c.peers.seen("CANCEL")
	c.agent.ask(c.invited.to, c.invited.sibling("CANCEL", c.invited.req.RawLines(wire.HTo)[0]), func(*wire.Message) {})
}

func (c *caller) response(m *wire.Message) {
	switch {
	case m == nil:
		c.end(0)
	case m.CSeq.N != c.cseq: // of a round that is over
	case m.Status < 200:
		c.provisional(m)
	case m.Status < 300:
		c.success(m)
	case c.comesAgain(m):
	default:
		c.end(m.Status)
		c.follows(m)
	}
}

func (c *caller) provisional(m *wire.Message) {
	c.rung = true
	if m.Status > 100 && c.final == 0 {
		_, media := m.SDP()
		if rung := fmt.Sprint(m.Status, m.To.Tag, media); !c.repeated(m) {
			c.ringing = append(c.ringing, rung)
		}
	}
	if m.To.Tag != "" && m.HasContact && c.final == 0 {
		t := c.meet(m)
		t.target = m.Contact.URI
		t.routes = routesOf(m, true)
		t.provisional(m)
	}
	c.cancelOwn()
}

// repeated reports whether a reliable provisional came before (RFC 3262 4).
func (c *caller) repeated(m *wire.Message) bool {
	n := number(m, "RSeq")
	t := c.site.talk(c.id, c.tag, m.To.Tag)
	return n != 0 && t != nil && n <= t.rseq
}

// number is that of a header, 0 when there is none.
func number(m *wire.Message, header string) uint32 {
	for v := range m.Named(header) {
		v, _, _ = strings.Cut(v, ";")
		n, _ := strconv.ParseUint(strings.TrimSpace(v), 10, 32)
		return uint32(n)
	}
	return 0
}

// comesAgain sends the INVITE once more when an answer asked for something that
// the caller has (22.2, RFC 4028 section 7.1).
func (c *caller) comesAgain(m *wire.Message) bool {
	if c.plan.sulks || c.wish || c.final != 0 || c.cseq > 8 {
		return false
	}
	switch m.Status {
	case 401, 407:
		c.proofs = append(proofless(c.proofs), proof(m))
	case 422:
		c.plan.session = time.Duration(number(m, "Min-SE")) * time.Second
		c.proofs = append(sessionless(c.proofs), c.plan.sessionLine())
	default:
		return false
	}
	c.peers.seen(fmt.Sprint(m.Status, " to an INVITE, which came again"))
	c.cseq++
	c.early = nil
	n := c.cseq
	c.peers.net.queue.after(c.peers.net.between(0, 50*time.Millisecond), func() {
		if c.final == 0 && c.cseq == n {
			c.send()
		}
	})
	return true
}

func (c *caller) end(status int) {
	if c.final == 0 {
		c.final = status
		c.done(status)
	}
}

// meet returns the dialog with a phone that a response is of.
func (c *caller) meet(m *wire.Message) *talk {
	for _, t := range c.early {
		if t.tag == m.To.Tag {
			return t
		}
	}
	to := m.RawLines(wire.HTo)[0]
	t := newTalk(c.site, c.plan, c.id, c.tag, m.To.Tag)
	t.local, t.remote, t.note = c.from, to[strings.Index(to, ":")+2:], func(status int) { c.heard = append(c.heard, status) }
	t.contacts, t.base, t.port, t.cseq = []string{c.contact}, c.port(), c.port(), c.cseq
	t.bye = func() { c.byed = true }
	t.calls, t.invited = true, c.cseq
	t.target, t.routes = m.Contact.URI, routesOf(m, true)
	if c.plan.machine {
		t.last = []string{machineHeader + ": yes"}
	}
	c.early = append(c.early, t)
	return t
}

// success acknowledges a 2xx, each time it comes (13.2.2.4).
func (c *caller) success(m *wire.Message) {
	if c.plan.dumb {
		c.end(m.Status)
		return
	}
	for i, t := range c.talks {
		if t.tag == m.To.Tag {
			if c.acks[i] != nil {
				c.agent.send(t.hop(), c.acks[i])
			}
			return
		}
	}
	if len(c.talks) > 0 {
		c.peers.complain(c.id, "the caller got a second answer, of %q", m.To.Tag)
	}
	t := c.meet(m)
	t.target, t.routes = m.Contact.URI, routesOf(m, true)
	if c.plan.stubborn {
		t.target = c.uri
	}
	body := ""
	if c.plan.delayed && !t.settled {
		body = offer(c.host(), t.port, "sendrecv")
		if _, is := m.SDP(); !is {
			c.peers.complain(c.id, "the 2xx to a delayed offer has no offer")
		}
	}
	t.confirmed = true
	var ack []byte
	if !c.plan.skipsAck {
		ack = t.write("ACK", c.cseq, body)
		c.agent.send(t.hop(), ack)
	}
	c.talks, c.acks = append(c.talks, t), append(c.acks, ack)
	c.end(m.Status)
	if c.gaveUp { // it was answered while the CANCEL was under way
		t.hangup()
		return
	}
	c.chat(t, m)
}

// chat is what the caller does once it is through.
func (c *caller) chat(t *talk, m *wire.Message) {
	q := c.peers.net.queue
	for i := range c.plan.infos {
		wait := time.Duration(i+1) * infoEvery
		if c.plan.hasty {
			wait = time.Duration(i+1) * 20 * time.Millisecond
		}
		q.after(wait, t.info)
	}
	t.begin(c.plan.acts, m)
	if c.plan.talkFor >= 0 {
		q.after(c.plan.talkFor, t.hangup)
	}
}
