package call

import (
	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// maxDialogs bounds the early dialogs of a call: more forks than this are not
// a phone network but an attack or a fault.
const maxDialogs = 16

// answerInvite answers the caller's INVITE with a response of our own.
func (c *Call) answerInvite(status int, phrase string, lines ...string) {
	if c.invite.final {
		return
	}
	tag := c.tag
	if status == 100 {
		tag = "" // 8.2.6.2: a 100 need not have a tag, and ours opens no dialog
	}
	c.do(Respond{c.invite.tx, status, wire.Reply(c.invite.msg, c.invite.vias, status, phrase, tag, lines...)})
	if status >= 200 {
		c.finalAnswer(status)
	}
}

func (c *Call) finalAnswer(status int) {
	c.invite.final = true
	c.ending.Status = status
	c.stop(TimerC)
	c.invite.msg = nil
}

func (c *Call) judged(j Judged) {
	c.anchor = j.Anchor
	switch {
	case j.Refusal != nil:
		c.answerInvite(j.Refusal.Status, j.Refusal.Phrase, j.Refusal.Lines...)
		if j.Refusal.Open {
			c.finish(policy.OutcomeRefused, j.Refusal.Reason, policy.Tregua)
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
		Vias:            []string{c.via(media.B)},
		Contact:         wire.ContactLine(m, b.Face.Host, b.Face.Port, b.Token),
		MaxForwards:     m.HopsLeft(),
		SetRoutes:       true,
		SetRecordRoutes: true,
		Drop:            c.private,
	}
	c.invite.offered = c.carrySDP(m, media.A, &edit)
	raw := m.Write(edit)
	sent, err := wire.Read(raw)
	if err != nil { // what we write we must be able to read: a fault of ours
		c.answerInvite(500, "Server Internal Error")
		c.finish(policy.OutcomeFailed, policy.DataBad, policy.Tregua)
		return
	}
	c.phase = calling
	c.ending.Forwarded = c.now
	c.invite.sent, c.invite.ref = sent, c.ref()
	c.do(Open{c.invite.ref, c.legs[media.B].Hop, sent, raw})
	c.set(TimerC, c.times.C)
}

// inviteResponse handles a response to the INVITE at the callee.
func (c *Call) inviteResponse(r Response) {
	switch m := r.Msg; {
	case m.Status < 200:
		c.provisional(m)
	case m.Status < 300:
		c.success(r)
	default:
		c.failure(m)
	}
}

func (c *Call) provisional(m *wire.Message) {
	c.invite.rings = true
	if c.running[TimerC] && m.Status > 100 { // 16.7: each 101 to 199 starts Timer C anew
		c.set(TimerC, c.times.C)
	}
	c.sendCancel()
	if m.Status == 100 || c.invite.final || c.invite.cancelled {
		return
	}
	if m.To.Tag != "" {
		c.dialogFor(m)
	}
	if c.ending.Ringing == 0 && m.Status >= 180 {
		c.ending.Ringing = c.now
	}
	c.do(Respond{c.invite.tx, m.Status, c.towardsCaller(m)})
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

// win relays the first 2xx and answers for its delivery from now on.
func (c *Call) win(d *dialog, r Response) {
	d.confirm(r.Msg, c.invite.offered)
	c.winner = d
	c.phase = answered
	c.invite.sent = nil // nothing is left to cancel
	c.ending.Answered = r.At
	d.ok = c.towardsCaller(r.Msg)
	d.okStatus, d.wait = r.Msg.Status, c.times.T1
	c.beginWatch(r.Msg)
	c.do(Respond{c.invite.tx, d.okStatus, d.ok})
	c.finalAnswer(r.Msg.Status)
	c.set(TimerRepeat, d.wait)
	c.set(TimerNoAck, 64*c.times.T1)
}

// surplus ends an answer that nobody waits for: another fork won, or the
// caller has cancelled. RFC 3261 13.2.2.4: ACK, then BYE. A person whose answer
// crossed the CANCEL has lifted the receiver all the same, and heard nobody.
func (c *Call) surplus(d *dialog, r Response) {
	d.confirm(r.Msg, c.invite.offered)
	c.acknowledge(d)
	c.bye(d, media.B, policy.OK)
	if c.winner == nil {
		c.ending.Answered, c.ending.Watch = r.At, c.watch.Mode
		if automaton(r.Msg) {
			c.ending.Machine = policy.CarrierMachine
		}
		c.answerInvite(487, "Request Terminated")
		c.stop(TimerCancel)
		c.settle()
	}
}

func (c *Call) failure(m *wire.Message) {
	c.stop(TimerCancel)
	c.invite.ref = 0 // no 2xx can follow from this transaction
	if !c.invite.final {
		c.do(Respond{c.invite.tx, m.Status, c.towardsCaller(m)})
		c.finalAnswer(m.Status)
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

// unanswered handles an INVITE that the callee did not answer at all.
func (c *Call) unanswered(timeout bool) {
	c.invite.ref = 0
	c.stop(TimerCancel)
	status, phrase, why := 480, "Temporarily Unavailable", policy.PeerUnreachable
	switch {
	case c.invite.cancelled:
		status, phrase = 487, "Request Terminated"
	case timeout:
		status, phrase, why = 408, "Request Timeout", policy.PeerTimeout
	}
	c.answerInvite(status, phrase)
	if c.winner == nil && !c.invite.cancelled {
		c.finish(policy.OutcomeUnreachable, why, policy.Callee)
		return
	}
	c.settle()
}

// noAnswer is Timer C (16.8): cancel the callee, tell the caller.
func (c *Call) noAnswer() {
	c.ending.Outcome, c.ending.Reason, c.ending.EndedBy = policy.OutcomeUnreachable, policy.PeerTimeout, policy.Tregua
	c.answerInvite(408, "Request Timeout")
	c.cancelCallee()
}

// carryFrom anchors the SDP of a fork and keeps where it is: its 2xx need not
// say so again, and another fork may have spoken since.
func (c *Call) carryFrom(m *wire.Message, edit *wire.Edit) {
	d := c.dialog(m.To.Tag)
	session := c.carrySDP(m, media.B, edit)
	switch {
	case d == nil:
	case session:
		d.flow = c.flows[media.B]
	case m.Status >= 200 && d.flow != c.flows[media.B]:
		c.flows[media.B] = d.flow
		c.setMode(media.B, d.flow.Mode)
	}
}

// towardsCaller rewrites a response of the callee to the INVITE.
func (c *Call) towardsCaller(m *wire.Message) []byte {
	edit := wire.Edit{Vias: c.invite.vias, SetRecordRoutes: true, RecordRoutes: c.invite.rrs}
	if m.Status < 300 {
		a := c.legs[media.A]
		edit.Contact = wire.ContactLine(m, a.Face.Host, a.Face.Port, a.Token)
		c.carryFrom(m, &edit)
	}
	return m.Write(edit)
}
