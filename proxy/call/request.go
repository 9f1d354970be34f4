package call

import (
	"slices"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// relay is a request of one side on its way to the other.
type relay struct {
	ref     Ref
	in      Request
	dialog  *dialog
	offered bool  // it carried an offer
	asked   asked // the attempt that it is, if any
	sent    *wire.Message
	tries   int // challenges to it that we have answered
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
	c.relay(in, d, asked{})
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
		if in.From == media.A { // who hangs up has had the 2xx
			c.delivered(&c.invite)
		}
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
	}
	return c.objectionTo(in)
}

// objectionTo says what is wrong with the body of a request.
func (c *Call) objectionTo(in Request) (status int, phrase string, lines []string) {
	if c.phase < answered && c.dials(in.From) && moreDigits(in.Msg) {
		return 403, "Forbidden", []string{`Warning: 399 tregua "digits that are sent later are not judged"`}
	}
	if !offers(in.Msg.Method) {
		return 0, "", nil
	}
	if err := Unreadable(in.Msg); err != nil {
		return 488, "Not Acceptable Here", []string{UnreadableWarning(err)}
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
func (c *Call) relay(in Request, d *dialog, as asked) {
	to := in.From.Other()
	edit := c.crossing(in.Msg, d, in.From)
	offered := c.carryRequest(in, d, &edit)
	ref, sent := c.openTo(c.hop(to, d), in.Msg.Write(edit))
	if ref == 0 {
		c.withdraw(in.From)
		c.endAside(as.aside, policy.OutcomeFailed, 0)
		c.reply(in, 500, "Server Internal Error")
		return
	}
	c.relays = append(c.relays, relay{ref: ref, in: in, dialog: d, offered: offered, asked: as, sent: sent})
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
		c.settles(in.From, d)
	}
	return !answers
}

// response handles the answer to any request of ours.
func (c *Call) response(r Response) {
	if r.Ref == 0 {
		c.repeated(r.Msg)
		return
	}
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
	edit.Contact = c.redirectLine(m, r.in.From, edit.Contact)
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
	c.endAside(r.asked.aside, policy.OutcomeUnreachable, 0)
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
