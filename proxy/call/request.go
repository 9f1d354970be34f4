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
}

// relay is a request of one side on its way to the other.
type relay struct {
	ref     Ref
	in      Request
	dialog  *dialog
	offered bool   // it carried an offer
	aside   uint32 // the attempt that it asks for, 0: none
	sent    *wire.Message
}

// request handles a request of a peer within a dialog of this call.
func (c *Call) request(in Request) {
	m := in.Msg
	if m.Method == "ACK" {
		c.ack(in)
		return
	}
	if c.holds(in) {
		return
	}
	d := c.dialog(remoteTag(m, in.From))
	if status, phrase, lines := c.objection(d, in); status != 0 {
		c.reply(in, status, phrase, lines...)
		return
	}
	d.cseq[in.From] = max(d.cseq[in.From], m.CSeq.N)
	c.unkept(d, in.From)
	switch m.Method {
	case "INVITE":
		c.reinvite(in, d)
		return
	case "BYE":
		c.leaves(in, d)
	case "REFER":
		if c.dials(in.From) {
			c.refer(in, d)
			return
		}
	}
	c.relay(in, d, 0)
}

// leaves takes note of a BYE before it crosses.
func (c *Call) leaves(in Request, d *dialog) {
	if in.From == media.A && Said(in.Msg, c.machine) {
		c.ending.Machine = policy.DialerMachine
	}
	if d == c.winner {
		c.stop(TimerBye) // it was tried again
		if c.left == policy.NoSide {
			c.left = sideOf(in.From)
		}
	}
	if d.ok != nil {
		// The ACK is lost or late: the callee must have one before the BYE.
		c.acknowledge(&c.invite, &d.answer, d)
	}
}

// objection says why a request is answered here and does not cross.
func (c *Call) objection(d *dialog, in Request) (status int, phrase string, lines []string) {
	m := in.Msg
	switch {
	case d == nil:
		return 481, "Call/Transaction Does Not Exist", nil
	case d.shut[in.From] && m.Method == "BYE":
		return 200, "OK", nil
	case d.shut[in.From] || c.phase == over && !(m.Method == "NOTIFY" && c.running[TimerLinger]):
		return 481, "Call/Transaction Does Not Exist", nil
	case m.CSeq.N < d.cseq[in.From]: // 12.2.2: out of order
		return 500, "Server Internal Error", []string{"Retry-After: 1"}
	case m.MaxForwards == 0:
		return 483, "Too Many Hops", nil
	case offers(m.Method):
		if err := Unreadable(m); err != nil {
			return 488, "Not Acceptable Here", []string{UnreadableWarning(err)}
		}
	}
	return 0, "", nil
}

// offers reports whether a session description in a request of that method is
// an offer or an answer (RFC 3261 13.2.1, RFC 3262 5, RFC 3311 5). In others it
// is a body like any.
func offers(method string) bool { return method == "INVITE" || method == "UPDATE" || method == "PRACK" }

func (c *Call) reply(in Request, status int, phrase string, lines ...string) {
	c.do(Respond{in.Tx, status, wire.Reply(in.Msg, wire.Vias(in.Msg, in.Hop), status, phrase, c.tag, lines...)})
}

// relay sends a request on: the one generic path of everything in a dialog.
func (c *Call) relay(in Request, d *dialog, aside uint32) {
	to := in.From.Other()
	edit := c.crossing(in.Msg, d, in.From)
	offered := c.carryRequest(in, d, &edit)
	ref, sent := c.openTo(c.hop(to, d), in.Msg.Write(edit))
	if ref == 0 {
		c.withdraw(in.From)
		c.endAside(aside, policy.OutcomeFailed, 0)
		c.reply(in, 500, "Server Internal Error")
		return
	}
	c.relays = append(c.relays, relay{ref, in, d, offered, aside, sent})
}

// carryRequest anchors the session description of an UPDATE or PRACK; true:
// it is an offer. That of a PRACK answers the offer of a reliable provisional,
// where there was one (RFC 3262 section 5).
func (c *Call) carryRequest(in Request, d *dialog, edit *wire.Edit) (offered bool) {
	if !offers(in.Msg.Method) {
		return false
	}
	answers := in.Msg.Method == "PRACK" && d.offer != ""
	if !c.carrySDP(in.Msg, in.From, edit, !answers) {
		return false
	}
	if answers {
		d.offer, d.settled = "", true
	}
	return !answers
}

// response handles the answer to any request of ours.
func (c *Call) response(r Response) {
	if i := c.inviteOf(r.Ref); i != nil {
		c.inviteResponse(i, r)
		return
	}
	if i := slices.IndexFunc(c.relays, func(x relay) bool { return x.ref == r.Ref }); i >= 0 {
		c.relayed(i, r.Msg)
		return
	}
	if r.Msg.Status >= 200 && !c.authorizeOwn(r.Ref, r.Msg) {
		c.ownDone(r.Ref, r.Msg.Status)
	}
}

// relayed carries a response back to the side that asked.
func (c *Call) relayed(i int, m *wire.Message) {
	if m.Status == 100 || c.authorizeRelay(i, m) {
		return
	}
	r := c.relays[i]
	l, other := c.legs[r.in.From], r.in.From.Other()
	edit := wire.Edit{
		CSeq: ownNumber(m, r.in.Msg.CSeq.N), Vias: wire.Vias(r.in.Msg, r.in.Hop), SetRecordRoutes: true,
		Drop: c.legs[other].Private,
	}
	if m.Status < 300 {
		edit.Contact = wire.ContactLine(m, l.Face.Host, l.Face.Port, l.Token)
	}
	if m.Status >= 200 {
		c.relays = slices.Delete(c.relays, i, i+1)
		c.concluded(r, m, &edit)
	}
	c.do(Respond{r.in.Tx, m.Status, m.Write(edit)})
	if m.Status >= 200 {
		c.byeAnswered(r, m.Status)
		c.transferred(r, m.Status)
	}
}

// concluded brings what a request asked for into force, or drops it.
func (c *Call) concluded(r relay, m *wire.Message, edit *wire.Edit) {
	if m.Status >= 300 {
		if r.offered {
			c.withdraw(r.in.From)
		}
		return
	}
	other := r.in.From.Other()
	if r.offered {
		c.carrySDP(m, other, edit, false)
		r.dialog.flow = c.flows[media.B]
	}
	switch r.in.Msg.Method {
	case "UPDATE": // RFC 3311 section 5.2
		c.refreshSession(m)
		fallthrough
	case "SUBSCRIBE", "NOTIFY": // RFC 6665 section 4.1.2
		c.refresh(r.dialog, r.in.From, r.in.Msg)
		c.refresh(r.dialog, other, m)
	}
}

func (c *Call) failed(in Failed) {
	if i := c.inviteOf(in.Ref); i != nil {
		c.unanswered(i, in.Timeout)
		return
	}
	i := slices.IndexFunc(c.relays, func(x relay) bool { return x.ref == in.Ref })
	if i < 0 {
		c.ownDone(in.Ref, 0)
		return
	}
	r := c.relays[i]
	c.relays = slices.Delete(c.relays, i, i+1)
	if r.offered {
		c.withdraw(r.in.From)
	}
	c.reply(r.in, 408, "Request Timeout")
	c.byeAnswered(r, 408)
	c.endAside(r.aside, policy.OutcomeUnreachable, 0)
}

func (c *Call) gone(in Gone) {
	if i := c.inviteOf(in.Ref); i != nil {
		i.ref = 0
	}
}

// openTo opens a client transaction. What we write we must be able to read;
// where that is not so, the peer gave us something that cannot be sent.
func (c *Call) openTo(hop wire.Hop, raw []byte) (Ref, *wire.Message) {
	msg, err := wire.Read(raw)
	if err != nil {
		return 0, nil
	}
	ref := c.ref()
	c.do(Open{ref, hop, msg, raw})
	return ref, msg
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
		c.own = append(c.own, own{ref, to, d, sent})
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
			r.dialog.left = sideOf(r.in.From)
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
