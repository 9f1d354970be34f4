package call

import (
	"slices"

	"tregua/media"
	"tregua/proxy/wire"
)

// maxReinvites bounds the answered re-INVITEs that are kept for a repeat of
// their 2xx. Each is forgotten when its transaction is gone, after half a
// minute.
const maxReinvites = 8

// reinvite sends a re-INVITE on (RFC 3261 14). That of the other side may be
// under way as well: who gets one while its own waits answers 491, not we.
func (c *Call) reinvite(in Request, d *dialog) {
	s := slotOf(in.From)
	if c.under(s) != nil || c.phase != answered || d != c.winner {
		// 14.2: one at a time; and none before the first is answered (14.1).
		c.reply(in, 500, "Server Internal Error", "Retry-After: 1")
		return
	}
	next := newInvite(s, in)
	i := &next
	i.dialog = d
	c.answerInvite(i, 100, "Trying")
	edit := c.crossing(in.Msg, d, in.From)
	i.offered = c.carrySDP(in.Msg, in.From, &edit, true)
	if !c.openInvite(i, c.hop(in.From.Other(), d), in.Msg.Write(edit)) {
		c.withdraw(in.From)
		c.answerInvite(i, 500, "Server Internal Error")
		return
	}
	if k := slices.IndexFunc(c.reinvites, (*invite).acked); k >= 0 && len(c.reinvites) >= maxReinvites {
		c.do(Forget{c.reinvites[k].ref})
		c.reinvites = slices.Delete(c.reinvites, k, k+1)
	}
	c.reinvites = append(c.reinvites, i)
}

// reinviteAccepted handles a 2xx to a re-INVITE.
func (c *Call) reinviteAccepted(i *invite, m *wire.Message) {
	switch {
	case i.acked(): // a repeated 2xx: its ACK was lost (13.2.2.4)
		c.do(Send{i.won.ackHop, i.won.ack})
	case i.won != nil: // the ACK is still awaited
	case i.final: // the call is over, and the inviting side was told so
		c.stop(i.timer(TimerCancel))
		i.won = answerIn(i, m)
		c.acknowledge(i, i.won, i.dialog)
	default:
		c.refresh(i.dialog, i.from, i.msg)
		c.refresh(i.dialog, i.from.Other(), m)
		c.stop(i.timer(TimerCancel))
		c.deliver(i, answerIn(i, m), m.Status, c.back(i, m))
		c.refreshSession(m)
	}
}

// answerIn is the 2xx to a re-INVITE: its body is the offer where there was none.
func answerIn(i *invite, m *wire.Message) *answer {
	a := &answer{}
	if body, is := m.SDP(); is && !i.offered && !i.settled {
		a.offer = body
	}
	return a
}

// reinviteRefused handles a final failure: the session stays as it was (14.1).
func (c *Call) reinviteRefused(i *invite, m *wire.Message) {
	i.ref = 0 // no 2xx can follow from this transaction
	if !i.final {
		c.withdraw(i.from)
		c.do(Respond{i.tx, m.Status, c.back(i, m)})
		c.finalAnswer(i, m.Status)
	}
	c.stop(i.timer(TimerCancel))
}

// abandon ends the re-INVITEs of a call that is over: the inviting side gets
// its answer (15.1.2), the invited one a CANCEL or, when it has answered, an
// ACK.
func (c *Call) abandon() {
	for _, i := range c.reinvites {
		switch {
		case i.won != nil:
			c.delivered(i)
			c.acknowledge(i, i.won, i.dialog)
		case !i.final:
			c.answerInvite(i, 487, "Request Terminated")
			c.cancelOther(i)
		}
	}
}

// reinviteAck handles an ACK to the 2xx of a re-INVITE; false: it is for none.
func (c *Call) reinviteAck(in Request) bool {
	for _, i := range c.reinvites {
		if i.from != in.From || i.cseq != in.Msg.CSeq.N || i.won == nil {
			continue
		}
		c.delivered(i)
		if !i.acked() {
			edit := c.crossing(in.Msg, i.dialog, in.From)
			edit.CSeq = i.number
			c.carrySDP(in.Msg, in.From, &edit, false)
			c.sendAck(i.won, c.hop(in.From.Other(), i.dialog), in.Msg.Write(edit))
		}
		return true
	}
	return false
}

// sweep forgets the re-INVITEs of which nothing can come any more.
func (c *Call) sweep() {
	c.reinvites = slices.DeleteFunc(c.reinvites, func(i *invite) bool {
		return i.final && i.ref == 0 && (i.won == nil || i.acked())
	})
}

// refresh takes the target of a side from a request or 2xx that refreshes it
// (12.2.1.2, 12.2.2, RFC 6141 section 4).
func (c *Call) refresh(d *dialog, side media.Leg, m *wire.Message) {
	if !m.HasContact {
		return
	}
	p := &c.caller
	if side == media.B {
		p = &d.peer
	}
	c.stale = c.stale || p.target != m.Contact.URI
	p.target, p.implied = m.Contact.URI, false
}

// carryReinvite anchors the session description of a response to a re-INVITE. One
// that came without an offer gets it here, or early: then its PRACK has the
// answer (RFC 3262 section 5).
func (c *Call) carryReinvite(i *invite, m *wire.Message, edit *wire.Edit) {
	offer := !i.offered && !i.settled
	if !c.carrySDP(m, i.from.Other(), edit, offer) || !offer {
		return
	}
	if i.dialog.offer = ""; m.Status < 200 {
		i.dialog.offer, _ = m.SDP()
	}
}

// settles takes note that a PRACK of a side has answered an early offer.
func (c *Call) settles(from media.Leg, d *dialog) {
	d.offer = ""
	if i := c.under(slotOf(from)); c.phase == answered && i != nil {
		i.settled = true
	} else {
		d.settled = true
	}
}

// slotOf is the slot of the re-INVITEs of a side.
func slotOf(from media.Leg) slot {
	if from == media.B {
		return ofCallee
	}
	return ofCaller
}
