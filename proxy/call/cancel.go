package call

import (
	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// cancelled handles the caller's CANCEL: 200 at once (RFC 3261 9.2), and the
// callee is cancelled if its INVITE is out.
func (c *Call) cancelled(in Cancel) {
	c.do(Respond{in.Tx, 200, wire.Reply(in.Msg, wire.Vias(in.Msg, in.Hop), 200, "OK", c.tag)})
	switch {
	case c.invite.final: // too late: the answer was under way
	case c.phase == asking:
		c.ending.EndedBy = policy.Caller
		c.answerInvite(487, "Request Terminated")
	default:
		c.cancelCallee()
	}
}

func (c *Call) cancelCallee() {
	c.invite.cancelled = true
	c.stop(TimerC)
	c.sendCancel()
}

// sendCancel sends our CANCEL once: it must wait for a provisional (9.1).
func (c *Call) sendCancel() {
	i := &c.invite
	if !i.cancelled || !i.rings || i.cancel || i.ref == 0 {
		return
	}
	i.cancel = true
	raw := wire.HopByHop(i.sent, "CANCEL", "")
	c.open(media.B, raw)
	c.set(TimerCancel, 64*c.times.T1)
}

// giveUpCallee is the end of waiting for the callee's answer to our CANCEL
// (9.1): the INVITE counts as cancelled. Should a 2xx come all the same, the
// shard ends it as an answer of nobody's.
func (c *Call) giveUpCallee() {
	c.answerInvite(487, "Request Terminated")
	c.settle()
	c.do(Forget{c.invite.ref})
	c.invite.ref = 0
}

// kick ends the call from our side, whatever its phase.
func (c *Call) kick(r policy.Reason) {
	if c.phase == answered {
		c.hangup(r)
		return
	}
	if c.phase == over || c.invite.final {
		return
	}
	c.ending.Outcome, c.ending.Reason, c.ending.EndedBy = policy.OutcomeCancelled, r, policy.Tregua
	if r == policy.Interrupted {
		c.ending.Outcome = policy.OutcomeInterrupted
	}
	c.answerInvite(480, "Temporarily Unavailable")
	if c.phase == calling {
		c.cancelCallee()
	}
}
