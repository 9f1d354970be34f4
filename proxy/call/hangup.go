package call

import (
	"slices"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// own is a request that tregua made itself.
type own struct {
	ref    Ref
	to     media.Leg
	dialog *dialog       // of a BYE; nil: a CANCEL
	sent   *wire.Message // of a BYE
	tries  int           // challenges to it that we have answered
}

// ownDone takes the final answer to a request of ours, 0 for none. That a BYE
// finds no such call is as good as its end.
func (c *Call) ownDone(ref Ref, status int) {
	i := slices.IndexFunc(c.own, func(o own) bool { return o.ref == ref })
	if i < 0 {
		return
	}
	o := c.own[i]
	c.own = slices.Delete(c.own, i, i+1)
	if o.dialog != nil && (status == 0 || status == 401 || status == 407) {
		c.do(Unended{o.to, status})
	}
}

// bye sends the one last BYE of ours to a side and shuts it.
func (c *Call) bye(d *dialog, to media.Leg, r policy.Reason) {
	if d.shut[to] {
		return
	}
	d.shut[to] = true
	from := to.Other()
	d.cseq[from] = min(d.cseq[from]+1+d.leap, maxCSeq)
	req := c.originate(d, to, "BYE", min(d.cseq[from]+c.shift[to], maxCSeq))
	if r != policy.OK {
		req.Extra = []string{`Reason: SIP;cause=480;text="` + reasonText(r) + `"`}
	}
	if ref, sent := c.openTo(c.hop(to, d), req.Bytes()); ref != 0 {
		c.own = append(c.own, own{ref: ref, to: to, dialog: d, sent: sent})
	}
}

// hangup ends an answered call from our side: one BYE per direction.
func (c *Call) hangup(r policy.Reason) {
	if c.phase == over {
		return
	}
	d := c.winner
	if d.ok != nil {
		c.delivered(&c.invite)
	}
	c.acknowledge(&c.invite, &d.answer, d)
	c.bye(d, media.B, r)
	c.bye(d, media.A, r)
	outcome, by := policy.OutcomeConnected, policy.Tregua
	if r == policy.Interrupted {
		outcome = policy.OutcomeInterrupted
	}
	if c.left != policy.NoSide {
		by = c.left
	}
	c.finish(outcome, r, by)
}

// leaving returns the side whose BYE is on its way in a dialog.
func (c *Call) leaving(d *dialog) policy.Side {
	for _, r := range c.relays {
		if r.in.Msg.Method == "BYE" && r.dialog == d {
			return sideOf(r.in.From)
		}
	}
	return policy.NoSide
}

// byeAnswered ends the call when a BYE that crossed has its final answer. A
// challenge does not end it: the peer tries again with credentials. A BYE on an
// early dialog ends that dialog alone; the INVITE has its own answer, and should
// that be a 2xx the BYE has overtaken it.
func (c *Call) byeAnswered(r relay, status int) {
	challenged := status == 401 || status == 407
	switch {
	case r.in.Msg.Method != "BYE" || c.phase == over:
	case r.dialog != c.winner:
		if !challenged {
			r.dialog.left, r.dialog.stands = sideOf(r.in.From), status >= 300
		}
	case challenged:
		c.set(TimerBye, 64*c.times.T1)
		c.resumeWatch()
	default:
		// A BYE sent before the 2xx leaves it without an ACK.
		c.acknowledge(&c.invite, &c.winner.answer, c.winner)
		c.finish(policy.OutcomeConnected, policy.OK, c.left)
		if c.referred {
			c.set(TimerLinger, 64*c.times.T1)
		}
	}
}
