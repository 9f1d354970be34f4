package sim

import (
	"fmt"
	"net/netip"
	"time"

	"tregua/proxy/wire"
)

// carrier is the network behind one address: a forking proxy and the phones.
type carrier struct {
	peers *peers
	agent *agent
	calls map[string]*callee
}

// callee is the called side of one call.
type callee struct {
	*carrier
	plan      *plan
	id        string
	invite    *answering
	forks     [2]*fork
	cancelled bool
	final     int
	heard     []int // finals of its own requests in the call
	byed      bool
	ringing   []string // as the caller must hear it
}

// fork is one phone that rings.
type fork struct {
	*callee
	tag  string
	talk *talk
	ok   []byte
	ackd bool
}

func (c *carrier) request(x *answering, m *wire.Message, to netip.AddrPort) {
	switch {
	case m.Method == "INVITE" && m.To.Tag == "":
		c.invited(x, m)
	case m.Method == "CANCEL":
		c.cancel(x, m)
	default:
		c.inDialog(x, m, to)
	}
}

func (c *carrier) invited(x *answering, m *wire.Message) {
	p := c.peers.plans[m.CallID]
	if p == nil || c.calls[m.CallID] != nil {
		c.peers.complain(m.CallID, "a carrier got a second INVITE, or one of nobody")
		return
	}
	y := &callee{carrier: c, plan: p, id: m.CallID, invite: x}
	c.calls[m.CallID] = y
	for i := range y.forks {
		y.forks[i] = &fork{callee: y, tag: c.agent.fresh("c")}
	}
	for _, s := range p.steps {
		c.peers.net.queue.after(s.after, func() { y.step(s) })
	}
}

func (y *callee) step(s step) {
	f := y.forks[s.fork]
	if s.status == 200 && f.ok == nil && (y.final == 200 || !y.cancelled && y.final == 0) {
		f.answer()
		return
	}
	if y.final != 0 || y.cancelled {
		return
	}
	switch {
	case s.status == 100:
		y.invite.respond(100, "Trying", "", "")
	case s.status < 200:
		body := ""
		if s.sdp && !y.plan.delayed {
			body = f.offer()
		}
		y.ringing = append(y.ringing, fmt.Sprint(s.status, f.tag, body != ""))
		y.invite.respond(s.status, "Ringing", f.tag, body, f.lines()...)
	default:
		y.fail(s.status)
	}
}

func (y *callee) fail(status int) {
	y.final = status
	var lines []string
	if status == 302 {
		lines = []string{"Contact: <sip:elsewhere@10.9.9.9>"}
	}
	y.invite.respond(status, "No", y.forks[0].tag, "", lines...)
}

func (f *fork) port() int { return int(f.agent.addr.Port()) + 10 + f.index() }

func (f *fork) index() int {
	if f.forks[1] == f {
		return 1
	}
	return 0
}

func (f *fork) contact() string {
	return fmt.Sprintf("sip:phone%d@%s:%d", f.index(), f.agent.addr.Addr(), f.port())
}

func (f *fork) offer() string { return offer("203.0.113.9", 6000+4*f.plan.index+2*f.index()) }

// lines are Contact and Record-Route of the phone's responses.
func (f *fork) lines() []string {
	lines := []string{"Contact: <" + f.contact() + ">"}
	if f.plan.automaton {
		lines[0] += ";automata"
	}
	if f.plan.recordRoute {
		lines = append(lines, "Record-Route: <sip:"+f.agent.addr.String()+";lr;n=2>", "Record-Route: <sip:"+f.agent.addr.String()+";lr;n=1>")
	}
	return lines
}

// answer picks up. The 2xx is repeated until its ACK (13.3.1.4).
func (f *fork) answer() {
	f.final = 200
	m := f.invite.req
	f.talk = &talk{
		agent: f.agent, peers: f.peers, callID: f.id, local: "<" + f.plan.to(m) + ">;tag=" + f.tag,
		remote: m.From.Text, contact: f.contact(), target: m.Contact.URI, routes: routesOf(m, false), seen: m.CSeq.N,
		cseq: 100 * uint32(f.index()+1),
	}
	f.ok = f.invite.respond(200, "OK", f.tag, f.offer(), f.lines()...)
	q := f.peers.net.queue
	f.repeat(t1, q.now+64*t1)
}

// to is the URI of an INVITE's To.
func (p *plan) to(m *wire.Message) string { return m.To.URI }

func (f *fork) repeat(wait, end time.Duration) {
	q := f.peers.net.queue
	q.after(wait, func() {
		switch {
		case f.ackd || f.talk.deaf:
		case q.now >= end: // no ACK: the callee hangs up
			f.talk.hangup(f.note)
		default:
			f.agent.send(f.invite.to, f.ok)
			f.repeat(min(2*wait, t2), end)
		}
	})
}

func (y *callee) note(status int) { y.heard = append(y.heard, status) }

func (c *carrier) ack(m *wire.Message, to netip.AddrPort) {
	y := c.calls[m.CallID]
	if y == nil {
		return
	}
	for _, f := range y.forks {
		if f.tag != m.To.Tag {
			continue
		}
		switch {
		case f.talk == nil || m.CSeq.N != y.invite.req.CSeq.N:
			c.peers.complain(m.CallID, "ACK %d for a phone that did not answer", m.CSeq.N)
		case !f.ackd:
			f.ackd = true
			f.acked(m, to)
		}
		return
	}
	c.peers.complain(m.CallID, "ACK for the tag %q, which no phone has", m.To.Tag)
}

func (f *fork) acked(m *wire.Message, to netip.AddrPort) {
	if _, is := m.SDP(); f.plan.delayed && !is {
		f.peers.complain(m.CallID, "the ACK to an offer has no answer")
	}
	if m.URI != f.contact() {
		f.peers.complain(m.CallID, "ACK for %q, the contact is %q", m.URI, f.contact())
	}
	f.talk.checkHop(m, to)
	q := f.peers.net.queue
	f.talk.challenges = f.plan.challenges
	if f.plan.deaf {
		f.talk.deaf = true
		return
	}
	if f.plan.forgets {
		f.talk.lost = true
		return
	}
	for i := range f.plan.calleeInfos {
		q.after(time.Duration(i+1)*1700*time.Millisecond, func() {
			if !f.talk.over {
				f.talk.ask("INFO", f.note)
			}
		})
	}
	if f.plan.hangupAfter >= 0 {
		q.after(f.plan.hangupAfter, func() { f.talk.hangup(f.note) })
	}
}

// cancel answers the CANCEL and ends the INVITE, as the plan has it.
func (c *carrier) cancel(x *answering, m *wire.Message) {
	y := c.calls[m.CallID]
	if y == nil || y.invite.req.Via.Branch != m.Via.Branch {
		x.respond(481, "Call/Transaction Does Not Exist", c.agent.fresh("c"), "")
		return
	}
	x.respond(200, "OK", y.forks[0].tag, "")
	if y.final != 0 || y.cancelled {
		return
	}
	y.cancelled = true
	q := c.peers.net.queue
	switch y.plan.cancel {
	case obeys:
		q.after(c.peers.net.between(0, 300*time.Millisecond), func() { y.fail(487) })
	case tooLate:
		q.after(c.peers.net.between(0, 300*time.Millisecond), y.forks[0].answer)
	case ignores:
		q.after(45*time.Second, y.forks[0].answer)
	case neverMind:
	}
}

func (c *carrier) inDialog(x *answering, m *wire.Message, to netip.AddrPort) {
	if y := c.calls[m.CallID]; y != nil {
		for _, f := range y.forks {
			if f.tag == m.To.Tag && f.talk != nil {
				y.byed = f.talk.answer(x, m, to) || y.byed
				return
			}
		}
	}
	x.respond(481, "Call/Transaction Does Not Exist", "", "")
}
