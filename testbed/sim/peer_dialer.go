package sim

import (
	"fmt"
	"net/netip"
	"time"

	"tregua/proxy/wire"
)

// dialer is a PBX: the callers behind one address.
type dialer struct {
	peers *peers
	agent *agent
	calls map[string]*caller
}

// infoEvery is how far the INFOs of a caller are apart.
const infoEvery = 2500 * time.Millisecond

// caller is the calling side of one call.
type caller struct {
	*dialer
	plan    *plan
	id      string
	uri     string
	contact string
	from    string
	invited *asking
	rung    bool
	wish    bool // to cancel
	gaveUp  bool // the CANCEL was sent
	final   int
	talks   []*talk // by 2xx
	acks    [][]byte
	heard   []int    // finals of its own requests in the call
	ringing []string // status, tag and whether there is media, of provisionals
	byed    bool     // the other side hung up
	done    func(status int)
}

// invite places a call. done is told the first final status, 0 for none.
func (d *dialer) invite(p *plan, id string, done func(int)) *caller {
	c := &caller{
		dialer: d, plan: p, id: id, done: done,
		uri:     fmt.Sprintf("sip:%s@%s;user=phone", p.kind.user(p.index), listeners[pbxListener]),
		contact: fmt.Sprintf("sip:agent%d@%s;x=%d", p.index%7, d.agent.addr, p.index),
		from:    fmt.Sprintf(`"Call %d" <sip:0612345%03d@pbx.example>;tag=%s`, p.index, p.index%1000, d.agent.fresh("f")),
	}
	d.calls[id] = c
	lines := []string{
		"INVITE " + c.uri + " SIP/2.0",
		fmt.Sprintf("Via: SIP/2.0/UDP %s;branch=%s", d.agent.addr, d.agent.fresh("z9hG4bK")), "Max-Forwards: 70",
		"f: " + c.from, "To:   <" + c.uri + ">", "Call-ID: " + id, "CSeq: 1 INVITE",
		"Contact: <" + c.contact + ">", fmt.Sprintf("x-VENDOR-data:  call %d;Q=\"a,b\"", p.index), "Allow: INVITE, ACK, BYE, CANCEL, INFO",
	}
	body := offer("198.51.100.7", 4000+2*p.index)
	if p.delayed {
		body = ""
	}
	c.invited = d.agent.ask(listeners[pbxListener], text(lines, body), c.response)
	if p.cancelAfter >= 0 {
		d.peers.net.queue.after(p.cancelAfter, func() { c.wish = true; c.cancel() })
	}
	return c
}

// cancel waits for a provisional (RFC 3261 9.1).
func (c *caller) cancel() {
	if !c.wish || !c.rung || c.gaveUp || c.final != 0 {
		return
	}
	c.gaveUp = true
	c.agent.ask(c.invited.to, c.invited.sibling("CANCEL", c.invited.req.RawLines(wire.HTo)[0]), func(*wire.Message) {})
}

func (c *caller) response(m *wire.Message) {
	switch {
	case m == nil:
		c.end(0)
	case m.Status < 200:
		c.rung = true
		if m.Status > 100 {
			_, media := m.SDP()
			c.ringing = append(c.ringing, fmt.Sprint(m.Status, m.To.Tag, media))
		}
		c.cancel()
	case m.Status < 300:
		c.success(m)
	default:
		c.end(m.Status)
	}
}

func (c *caller) end(status int) {
	if c.final == 0 {
		c.final = status
		c.done(status)
	}
}

// success acknowledges a 2xx, each time it comes (13.2.2.4).
func (c *caller) success(m *wire.Message) {
	if c.plan.dumb {
		c.end(m.Status)
		return
	}
	for i, t := range c.talks {
		if t.tag == m.To.Tag {
			c.agent.send(t.hop(), c.acks[i])
			return
		}
	}
	to := m.RawLines(wire.HTo)[0]
	if len(c.talks) > 0 {
		c.peers.complain(c.id, "the caller got a second answer, of %q", m.To.Tag)
	}
	t := &talk{
		agent: c.agent, peers: c.peers, callID: c.id, tag: m.To.Tag, local: c.from, remote: to[len("To: "):], contact: c.contact,
		target: m.Contact.URI, routes: routesOf(m, true), cseq: 1,
	}
	if c.plan.machine {
		t.last = []string{machineHeader + ": yes"}
	}
	if c.plan.stubborn {
		t.target = c.uri
	}
	body := ""
	if c.plan.delayed {
		body = offer("198.51.100.7", 4000+2*c.plan.index)
		if _, is := m.SDP(); !is {
			c.peers.complain(c.id, "the 2xx to a delayed offer has no offer")
		}
	}
	ack := t.write("ACK", 1, body)
	c.talks, c.acks = append(c.talks, t), append(c.acks, ack)
	c.agent.send(t.hop(), ack)
	c.end(m.Status)
	switch {
	case c.gaveUp: // it was answered while the CANCEL was under way
		t.hangup(c.note)
	default:
		c.talk(t)
	}
}

func (c *caller) note(status int) { c.heard = append(c.heard, status) }

func (c *caller) talk(t *talk) {
	q := c.peers.net.queue
	for i := range c.plan.infos {
		wait := time.Duration(i+1) * infoEvery
		if c.plan.hasty {
			wait = time.Duration(i+1) * 20 * time.Millisecond
		}
		q.after(wait, func() {
			if !t.over {
				t.ask("INFO", c.note)
			}
		})
	}
	if c.plan.talkFor >= 0 {
		q.after(c.plan.talkFor, func() { t.hangup(c.note) })
	}
}

func (d *dialer) request(x *answering, m *wire.Message, to netip.AddrPort) {
	c := d.calls[m.CallID]
	if c == nil {
		d.peers.complain(m.CallID, "a dialer got %s of a call it does not know", m.Method)
		return
	}
	if c.plan.dumb {
		return
	}
	for _, t := range c.talks {
		if t.tag == m.From.Tag {
			c.byed = t.answer(x, m, to) || c.byed
			return
		}
	}
	x.respond(481, "Call/Transaction Does Not Exist", d.agent.fresh("t"), "")
}

func (d *dialer) ack(m *wire.Message, _ netip.AddrPort) {
	d.peers.complain(m.CallID, "a dialer got an ACK")
}
