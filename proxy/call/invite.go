package call

import (
	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// maxDialogs bounds the early dialogs of a call: more forks than this are not
// a phone network but an attack or a fault.
const maxDialogs = 16

func (c *Call) judged(j Judged) {
	if j.Anchor.ID != 0 { // the media of a call that was redirected stays
		c.anchor = j.Anchor
	}
	switch {
	case j.Refusal != nil && !c.invite.final && !j.Refusal.Open && c.next():
	case j.Refusal != nil:
		c.answerInvite(&c.invite, j.Refusal.Status, j.Refusal.Phrase, j.Refusal.Lines...)
		if j.Refusal.Open {
			c.finish(policy.OutcomeRefused, j.Refusal.Reason, policy.Tregua)
		} else if c.anchor.ID != 0 {
			c.do(Drop{c.anchor.ID})
		}
		c.phase = over
	case c.invite.final: // cancelled or kicked while the policy was asked
		c.phase = calling
		c.finish(policy.OutcomeCancelled, c.ending.Reason, c.ending.EndedBy)
	default:
		c.forward()
	}
}

// forward sends the INVITE to the callee.
func (c *Call) forward() {
	m, b := c.invite.msg, c.legs[media.B]
	edit := wire.Edit{
		URI:             c.uri,
		Vias:            []string{c.via(media.B)},
		Contact:         wire.ContactLine(m, b.Face.Host, b.Face.Port, b.Token),
		MaxForwards:     m.HopsLeft(),
		SetRoutes:       true,
		SetRecordRoutes: true,
		Drop:            c.legs[media.A].Private,
	}
	c.number(m, media.A, &edit)
	c.invite.offered = c.carrySDP(m, media.A, &edit, true)
	if !c.openInvite(&c.invite, b.Hop, m.Write(edit)) { // what we write we must be able to read: a fault of ours
		c.answerInvite(&c.invite, 500, "Server Internal Error")
		c.finish(policy.OutcomeFailed, policy.DataBad, policy.Tregua)
		return
	}
	c.phase = calling
	c.ending.Forwarded = c.now
}

// tried takes note of a provisional of the callee, which may have crossed the
// CANCEL: the phone rang all the same.
func (c *Call) tried(status int) {
	if c.ending.Tried == 0 {
		c.ending.Tried = c.now
	}
	c.ending.Rang = c.ending.Rang || status >= 180
}

// rings takes note of a provisional of the callee.
func (c *Call) rings(m *wire.Message) {
	if m.To.Tag != "" {
		c.dialogFor(m)
	}
	if c.ending.Ringing == 0 && m.Status >= 180 {
		c.ending.Ringing = c.now
	}
}

func (c *Call) success(r Response) {
	d := c.dialogFor(r.Msg)
	switch {
	case d.ack != nil: // a repeated 2xx: its ACK was lost (13.2.2.4)
		c.do(Send{d.ackHop, d.ack})
	case d == c.winner: // the caller's ACK is still awaited
	case c.invite.final || c.invite.cancelled:
		c.surplus(d, r)
	default:
		c.win(d, r)
	}
}

// win relays the first 2xx.
func (c *Call) win(d *dialog, r Response) {
	c.confirm(d, r.Msg)
	c.winner = d
	c.phase = answered
	c.ending.Answered = r.At
	raw := c.back(&c.invite, r.Msg)
	c.beginWatch(r.Msg)
	c.deliver(&c.invite, &d.answer, r.Msg.Status, raw)
	c.refreshSession(r.Msg)
	if c.left = c.leaving(d); d.left != policy.NoSide { // a BYE overtook the 2xx
		c.acknowledge(&c.invite, &d.answer, d)
		if d.stands && d.left == policy.Caller { // the callee has refused the BYE, and is still there
			c.bye(d, media.B, policy.OK)
		}
		c.finish(policy.OutcomeConnected, policy.OK, d.left)
	}
	c.stale = true
}

// surplus ends an answer that nobody waits for: another fork won, or the
// caller has cancelled. RFC 3261 13.2.2.4: ACK, then BYE. A person whose answer
// crossed the CANCEL has lifted the receiver all the same, and heard nobody.
func (c *Call) surplus(d *dialog, r Response) {
	c.confirm(d, r.Msg)
	c.acknowledge(&c.invite, &d.answer, d)
	c.bye(d, media.B, policy.OK)
	if c.winner == nil {
		c.ending.Answered, c.ending.Watch = r.At, c.watch.Mode
		if automaton(r.Msg) {
			c.ending.Machine = policy.CarrierMachine
		}
		c.answerInvite(&c.invite, 487, "Request Terminated")
		c.stop(TimerCancel)
		c.settle()
	}
}

func (c *Call) failure(m *wire.Message) {
	c.stop(TimerCancel)
	c.invite.ref = 0 // no 2xx can follow from this transaction
	if !c.invite.final {
		if c.redirects(m) || c.follow(m) {
			return
		}
		if c.followed > 0 && (m.Status == 401 || m.Status == 407) {
			// Its answer would begin with the first number anew, and come here again.
			c.answerInvite(&c.invite, 480, "Temporarily Unavailable")
		} else {
			c.do(Respond{c.invite.tx, m.Status, c.back(&c.invite, m)})
			c.finalAnswer(&c.invite, m.Status)
		}
		if !c.invite.cancelled && c.wait(c.ending.Status) {
			return
		}
	}
	c.settle()
}

// settle records a call that ended without an answer to the caller's liking.
func (c *Call) settle() {
	switch {
	case c.winner != nil, c.phase == asking:
	case c.ending.EndedBy != policy.NoSide: // kicked, or Timer C
		c.finish(c.ending.Outcome, c.ending.Reason, c.ending.EndedBy)
	case c.invite.cancelled:
		c.finish(policy.OutcomeCancelled, policy.OK, policy.Caller)
	default:
		c.finish(policy.OutcomeFailed, policy.OK, policy.Callee)
	}
}

// unanswered handles an INVITE that the other side did not answer at all.
func (c *Call) unanswered(i *invite, timeout bool) {
	i.ref = 0
	c.stop(i.timer(TimerCancel))
	status, phrase, why := 480, "Temporarily Unavailable", policy.PeerUnreachable
	switch {
	case i.cancelled:
		status, phrase = 487, "Request Terminated"
	case timeout:
		status, phrase, why = 408, "Request Timeout", policy.PeerTimeout
	}
	c.answerInvite(i, status, phrase)
	switch {
	case i.slot != opening:
		c.withdraw(i.from)
	case c.winner == nil && !i.cancelled:
		c.finish(policy.OutcomeUnreachable, why, policy.Callee)
	default:
		c.settle()
	}
}

// noAnswer is Timer C (16.8): cancel the invited side, tell the inviting one.
func (c *Call) noAnswer(i *invite) {
	if i.slot == opening {
		c.ending.Outcome, c.ending.Reason, c.ending.EndedBy = policy.OutcomeUnreachable, policy.PeerTimeout, policy.Tregua
	} else {
		c.withdraw(i.from)
	}
	c.answerInvite(i, 408, "Request Timeout")
	c.cancelOther(i)
}

// carryFrom anchors the SDP of a fork and keeps where it is: its 2xx need not
// say so again, and another fork may have spoken since.
func (c *Call) carryFrom(m *wire.Message, edit *wire.Edit) {
	d := c.dialog(m.To.Tag)
	offer := !c.invite.offered && (d == nil || !d.settled)
	session := c.carrySDP(m, media.B, edit, offer)
	switch {
	case d == nil:
	case session:
		d.flow = c.flows[media.B]
		if offer {
			d.offer, _ = m.SDP()
		}
	case m.Status >= 200 && d.flow != c.flows[media.B]:
		c.flows[media.B] = d.flow
		c.setMode(media.B, d.flow.Mode)
	}
}
