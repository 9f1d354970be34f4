package call

import (
	"slices"

	"tregua/policy"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// cancelled handles a CANCEL: 200 at once (RFC 3261 9.2), and the other side is
// cancelled if its INVITE is out.
func (c *Call) cancelled(in Cancel) {
	c.do(Respond{in.Tx, 200, wire.Reply(in.Msg, wire.Vias(in.Msg, in.Hop), 200, "OK", c.tag)})
	i := c.inviteBy(in.Invite)
	if k := slices.IndexFunc(c.held, func(r Request) bool { return r.Tx == in.Invite }); k >= 0 {
		c.reply(c.held[k], 487, "Request Terminated")
		c.held = slices.Delete(c.held, k, k+1)
	}
	switch {
	case i == nil || i.final: // too late: the answer was under way
	case i.slot == opening && c.phase == asking:
		c.ending.EndedBy = policy.Caller
		c.answerInvite(i, 487, "Request Terminated")
		c.do(Withdraw{})
	default:
		i.reasons = in.Msg.RawNamed("Reason") // RFC 3326: why goes along
		c.cancelOther(i)
	}
}

// inviteBy returns the INVITE of a server transaction.
func (c *Call) inviteBy(tx txn.ID) *invite {
	if tx == c.invite.tx {
		return &c.invite
	}
	for _, i := range c.reinvites {
		if i.tx == tx {
			return i
		}
	}
	return nil
}

// cancelOther cancels an INVITE at the invited side.
func (c *Call) cancelOther(i *invite) {
	i.cancelled = true
	c.stop(i.timer(TimerC))
	c.sendCancel(i)
}

// sendCancel sends our CANCEL once: it must wait for a provisional (9.1).
func (c *Call) sendCancel(i *invite) {
	if !i.cancelled || !i.rings || i.cancel || i.ref == 0 {
		return
	}
	i.cancel = true
	to := i.from.Other()
	hop := c.legs[to].Hop
	if i.dialog != nil {
		hop = c.hop(to, i.dialog)
	}
	if ref, _ := c.openTo(hop, wire.HopByHop(i.sent, "CANCEL", "", i.reasons...)); ref != 0 {
		c.own = append(c.own, own{ref: ref, to: to})
	}
	c.set(i.timer(TimerCancel), 64*c.times.T1)
}

// giveUp is the end of waiting for the answer to our CANCEL (9.1): the INVITE
// counts as cancelled. Should a 2xx come all the same, the shard ends it as an
// answer of nobody's.
func (c *Call) giveUp(i *invite) {
	c.answerInvite(i, 487, "Request Terminated")
	if i.slot == opening {
		c.settle()
	}
	c.do(Forget{i.ref})
	i.ref = 0
}

// kick ends the call from our side, whatever its phase.
func (c *Call) kick(r policy.Reason) {
	switch {
	case c.phase == answered:
		c.hangup(r)
		return
	case c.phase == waiting:
		c.settle()
		return
	case c.phase == over || c.invite.final:
		return
	}
	c.ending.Outcome, c.ending.Reason, c.ending.EndedBy = policy.OutcomeCancelled, r, policy.Tregua
	if r == policy.Interrupted {
		c.ending.Outcome = policy.OutcomeInterrupted
	}
	c.answerInvite(&c.invite, 480, "Temporarily Unavailable")
	switch c.phase {
	case calling:
		c.cancelOther(&c.invite)
	case asking:
		c.do(Withdraw{})
	default:
	}
}
