package sim

import (
	"net/netip"
	"strings"
	"time"

	"tregua/proxy/wire"
)

// session is what one peer knows of the session in a dialog.
type session struct {
	base      int     // the port that its media began at
	port      int     // where it is now
	settled   bool    // offer and answer were exchanged before the 2xx
	rseq      uint32  // of the last reliable provisional
	mine      *change // its own re-INVITE or UPDATE that waits for an answer
	offered   *answering
	accepted  []byte // the 2xx to that
	transfers bool   // it has asked for a transfer, and hears of it
	refreshed int
	unsure    bool // the call ended while a change was under way
}

// change is a re-INVITE or UPDATE of a peer.
type change struct {
	deed    deed
	port    int // of its media then
	cseq    uint32
	contact string // that it gives up when the change is refused; "" none
	more    []string
	tries   int
	ack     []byte
	over    bool // it has its final
	stopped bool // it was cancelled
	settled bool // offer and answer were exchanged before the 2xx
	asking  *asking
}

// direction is that of the media behind a change.
func (c *change) direction() string {
	if c.deed == holds {
		return "sendonly"
	}
	return "sendrecv"
}

// moved is where media goes when it moves.
func (t *talk) moved() int { return t.base + 20000*((t.port-t.base)/20000%2+1) }

// mediaOf is where a peer wants its media.
func mediaOf(t *talk) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr(t.host()), uint16(t.port))
}

// busy reports whether a change is under way (14.1).
func (t *talk) busy() bool { return t.mine != nil || t.offered != nil }

// reinvite changes the session (14.1), later when another change is under way.
func (t *talk) reinvite(c *change) {
	if t.busy() {
		if c.tries++; c.tries < 6 {
			t.afterwards(400*time.Millisecond, func() { t.reinvite(c) })
		}
		return
	}
	t.peers.seen("re-INVITE: " + c.deed.String())
	t.cseq++
	c.cseq, c.port, c.over, c.settled = t.cseq, t.port, false, false
	switch c.deed {
	case moves, crosses:
		c.port = t.moved()
	case retargets:
		t.relocate(c)
	default: // media stays where it is
	}
	body := offer(t.host(), c.port, c.direction())
	if c.deed == asksOffer {
		body = ""
	}
	t.mine = c
	raw := t.write("INVITE", c.cseq, body, c.more...)
	n := c.cseq
	c.asking = t.agent.ask(t.hop(), raw, func(m *wire.Message) {
		if m == nil || m.CSeq.N == n {
			t.reinviteAnswered(c, m)
		}
	})
}

// otherContact is another address of this side.
func (t *talk) otherContact() string {
	first, rest, _ := strings.Cut(t.contacts[0], ";")
	if rest != "" {
		rest = ";" + rest
	}
	return first + rest + ";at=" + string(rune('a'+len(t.contacts)))
}

// relocate gives this side another address with a change.
func (t *talk) relocate(c *change) {
	c.contact = t.otherContact()
	t.contacts = append(t.contacts, c.contact)
}

// stay takes back the address of a change that was refused.
func (t *talk) stay(c *change) {
	if c.contact != "" {
		t.contacts = append(t.contacts, t.contacts[0]) // the last is in force
	}
}

func (t *talk) reinviteAnswered(c *change, m *wire.Message) {
	switch {
	case m == nil:
		t.changed(c)
		t.note(0)
		t.hangup()
	case m.Status < 200:
		t.answersEarly(c, m)
		if c.deed == cancels && !c.stopped {
			c.stopped = true
			t.peers.seen("CANCEL of a re-INVITE")
			t.agent.ask(c.asking.to, c.asking.sibling("CANCEL", "To: "+t.remote), func(*wire.Message) {})
		}
	case m.Status < 300 && c.ack != nil && c.over:
		t.agent.send(t.hop(), c.ack)
	case m.Status < 300:
		t.accept(c, m)
	case c.over:
	default:
		t.changed(c)
		t.refused(c, m)
	}
}

// changed ends a change of this side's.
func (t *talk) changed(c *change) {
	c.over = true
	if t.mine == c {
		t.mine = nil
	}
}

func (t *talk) accept(c *change, m *wire.Message) {
	t.changed(c)
	t.port, t.target = c.port, m.Contact.URI
	body := ""
	if c.deed == asksOffer && !c.settled {
		body = offer(t.host(), t.port, "sendrecv")
	}
	c.ack = t.write("ACK", c.cseq, body)
	t.agent.send(t.hop(), c.ack)
	t.note(m.Status)
}

// refused leaves the session as it was, or tries again (14.1).
func (t *talk) refused(c *change, m *wire.Message) {
	t.stay(c)
	c.tries++
	switch {
	case (m.Status == 401 || m.Status == 407) && c.tries < 6:
		t.peers.seen("challenged re-INVITE, which came again")
		c.more = append(proofless(c.more), proof(m))
		t.afterwards(0, func() { t.reinvite(c) })
	case m.Status == 491 && c.tries < 6:
		t.peers.seen("491")
		lo, hi := time.Duration(0), 2*time.Second
		if t.calls {
			lo, hi = 2100*time.Millisecond, 4*time.Second
		}
		t.afterwards(t.peers.net.between(lo, hi), func() { t.reinvite(c) })
	case m.Status == 408 || m.Status == 481:
		t.note(m.Status)
		t.hangup()
	default:
		t.note(m.Status)
	}
}

// reinvited takes a re-INVITE of the other side (14.2).
func (t *talk) reinvited(x *answering, m *wire.Message) {
	switch {
	case t.mine != nil:
		x.respond(491, "Request Pending", "", "")
		return
	case t.offered != nil:
		x.respond(500, "Server Internal Error", "", "", "Retry-After: 1")
		return
	case t.plan.refuses:
		t.peers.seen("488 to a re-INVITE")
		x.respond(488, "Not Acceptable Here", "", "")
		return
	}
	t.offered, t.accepted = x, nil
	_, offers := m.SDP()
	if t.plan.offersEarly && !offers && t.fork != nil {
		t.fork.offerEarly(x, m)
		return
	}
	wait := t.peers.net.between(0, 100*time.Millisecond)
	if t.plan.ponders > 0 {
		wait = t.plan.ponders
		x.respond(180, "Ringing", "", "", "Contact: <"+t.contact()+">")
	}
	t.peers.net.queue.after(wait, func() {
		if t.offered == x && t.accepted == nil && !t.over {
			t.agree(x, m)
		}
	})
}

// agree accepts a re-INVITE; its 2xx is repeated until the ACK comes.
func (t *talk) agree(x *answering, m *wire.Message) {
	if m.HasContact {
		t.target = m.Contact.URI
	}
	if t.plan.wanders {
		t.contacts = append(t.contacts, t.otherContact())
	}
	body := t.reply(m)
	if t.fork != nil && t.fork.rel.of == m.CSeq.N { // it was said in the provisional
		body = ""
	}
	t.accepted = x.respond(200, "OK", "", body, t.replyLines(m)...)
	q := t.peers.net.queue
	end := q.now + 64*t1
	var repeat func(time.Duration)
	repeat = func(wait time.Duration) {
		q.after(wait, func() {
			switch {
			case t.offered != x:
			case q.now >= end:
				t.offered = nil
				t.hangup()
			default:
				t.agent.send(x.to, t.accepted)
				repeat(min(2*wait, t2))
			}
		})
	}
	repeat(t1)
}

// reply is the answer to an offer, or the offer where there was none.
func (t *talk) reply(m *wire.Message) string {
	direction := "sendrecv"
	if body, _ := m.SDP(); strings.Contains(body, "a=sendonly") {
		direction = "recvonly"
	}
	return offer(t.host(), t.port, direction)
}

func (t *talk) replyLines(m *wire.Message) []string {
	lines := []string{"Contact: <" + t.contact() + ">"}
	if number(m, "Session-Expires") > 0 {
		lines = append(lines, t.plan.sessionLine())
	}
	return lines
}

// refuse answers the re-INVITE that waits.
func (t *talk) refuse(status int) {
	if x := t.offered; x != nil && t.accepted == nil {
		t.offered = nil
		x.respond(status, "No", "", "")
	}
}

// acked takes the ACK to a 2xx of this side.
func (t *talk) acked(m *wire.Message, to netip.AddrPort) {
	if t.fork != nil && m.CSeq.N == t.invited {
		t.fork.acked(m, to)
		return
	}
	if t.offered == nil || t.accepted == nil || m.CSeq.N != t.offered.req.CSeq.N {
		return // a repeat
	}
	t.offered = nil
	t.checkWay(m, to)
}
