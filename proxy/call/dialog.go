package call

import (
	"slices"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// dialog is one dialog: the caller and one To tag of the callee's side. Both
// sides share its identifiers; only targets and routes differ.
type dialog struct {
	tag  string
	to   string // value of the callee's To
	peer peer   // the callee's target and route set
	cseq [2]uint32
	kept [2]uint32 // cseq as it was when it was kept
	leap uint32    // of our BYE's CSeq, in a dialog whose cseq may be out of date
	shut [2]bool   // that side got our BYE: nothing more is taken from it

	answer              // its 2xx to the INVITE that opened the call
	flow    media.Flow  // where its SDP put the callee; zero: it has sent none
	settled bool        // its early offer was answered in a PRACK
	left    policy.Side // who hung up before the 2xx was here, and was answered
	stands  bool        // that BYE did not end it
}

// dialogFor returns the dialog that a response of the callee belongs to, made
// when it is new. The oldest gives way when there are too many: should it
// answer after all, it is new again.
func (c *Call) dialogFor(m *wire.Message) *dialog {
	d := c.dialog(m.To.Tag)
	if d == nil {
		if len(c.dialogs) == maxDialogs {
			oldest := slices.IndexFunc(c.dialogs, func(d *dialog) bool { return d != c.winner })
			c.dialogs = slices.Delete(c.dialogs, oldest, oldest+1)
		}
		d = &dialog{tag: m.To.Tag, to: headerValue(m, wire.HTo)}
		d.cseq[media.A] = c.invite.cseq
		c.dialogs = append(c.dialogs, d)
	}
	switch {
	case d == c.winner: // a repeated 2xx is older than what has refreshed the target since
	case m.HasContact && d.ack == nil:
		d.peer = peer{target: m.Contact.URI, routes: RoutesOf(m)}
	case d.peer.target == "": // an early dialog need not say its target
		d.peer = peer{target: c.uri, implied: true, routes: RoutesOf(m)}
	}
	return d
}

func (c *Call) dialog(tag string) *dialog {
	for _, d := range c.dialogs {
		if d.tag == tag {
			return d
		}
	}
	return nil
}

// confirm takes a 2xx of a fork: its body may be the offer.
func (c *Call) confirm(d *dialog, m *wire.Message) {
	if body, is := m.SDP(); is && !c.invite.offered && !d.settled {
		d.offer = body
	}
}

// ack handles an ACK to a 2xx: the first goes to the invited side, body
// included, and is kept for a repeated 2xx.
func (c *Call) ack(in Request) {
	m := in.Msg
	d := c.dialog(remoteTag(m, in.From))
	if d == nil || d != c.winner || c.reinviteAck(in) || in.From != media.A || m.CSeq.N != c.invite.cseq {
		return
	}
	c.delivered(&c.invite)
	if d.ack != nil {
		return // a repeat, or we acknowledged in the caller's place
	}
	edit := c.crossing(m, d, media.A)
	edit.CSeq = c.invite.number
	c.carrySDP(m, media.A, &edit, false)
	c.keepAck(m, &edit)
	c.sendAck(&d.answer, c.hop(media.B, d), m.Write(edit))
}

// keepAck takes note of the ACK that ends the INVITE. Under a watch that may cut
// the call nothing rests on it: another process would end the call all the same.
func (c *Call) keepAck(m *wire.Message, edit *wire.Edit) {
	body := m.Body
	if edit.SetBody {
		body = edit.Body
	}
	if body != "" {
		c.winner.ackBody = Body{Type: headerValue(m, wire.HContentType), Text: body}
	}
	c.stale = c.stale || !c.watch.on || c.watch.Mode != policy.WatchEnforce
}

// originate begins a request that tregua makes itself within a dialog.
func (c *Call) originate(d *dialog, to media.Leg, method string, cseq uint32) wire.Request {
	local, remote, p := c.from, d.to, d.peer
	if to == media.A {
		local, remote, p = d.to, c.from, c.caller
	}
	uri, routes := Way(p.target, p.routes)
	return wire.Request{
		Method: method, URI: uri, Via: c.via(to),
		From: "From: " + local, To: "To: " + remote, CallID: "Call-ID: " + c.callID,
		CSeq: cseq, Routes: routes, MaxForwards: 70,
	}
}

// crossing rewrites what every request that crosses within a dialog has
// rewritten. An early dialog without a Contact is reached as the INVITE was.
func (c *Call) crossing(m *wire.Message, d *dialog, from media.Leg) wire.Edit {
	to := from.Other()
	p := c.caller
	if to == media.B {
		p = d.peer
	}
	l := c.legs[to]
	uri, routes := Way(p.target, p.routes)
	edit := wire.Edit{
		URI: uri, Vias: []string{c.via(to)},
		Contact:     wire.ContactLine(m, l.Face.Host, l.Face.Port, l.Token),
		MaxForwards: m.HopsLeft(), SetRoutes: true, Routes: routes, SetRecordRoutes: true,
		Drop: c.legs[from].Private,
	}
	c.number(m, from, &edit)
	return edit
}

func (c *Call) via(to media.Leg) string { return c.legs[to].Face.Via(c.branch()) }
