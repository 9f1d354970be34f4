package call

import (
	"slices"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/sdp"
	"tregua/proxy/wire"
)

// dialog is one dialog: the caller and one To tag of the callee's side. Both
// sides share its identifiers; only targets and routes differ.
type dialog struct {
	tag  string
	to   string // value of the callee's To
	peer peer   // the callee's target and route set
	cseq [2]uint32
	shut [2]bool // that side got our BYE: nothing more is taken from it

	ok       []byte // the 2xx as the caller got it, until it is ACKed
	okStatus int
	wait     time.Duration // until the 2xx is repeated
	flow     media.Flow    // where its SDP put the callee; zero: it has sent none
	offer    string        // the 2xx's body when it was the offer (delayed offer)
	ack      []byte        // the ACK that the callee got, for a repeated 2xx
	ackHop   wire.Hop
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
		d.cseq[media.A] = c.cseq
		c.dialogs = append(c.dialogs, d)
	}
	switch {
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

func (d *dialog) confirm(m *wire.Message, offered bool) {
	if body, is := m.SDP(); is && !offered {
		d.offer = body
	}
}

// repeat sends the 2xx once more: T1, doubling to T2 (13.3.1.4).
func (c *Call) repeat() {
	d := c.winner
	if d.ok == nil {
		return
	}
	c.do(Respond{c.invite.tx, d.okStatus, d.ok})
	d.wait = min(2*d.wait, c.times.T2)
	c.set(TimerRepeat, d.wait)
}

// noAck ends a call whose 2xx was never acknowledged (13.3.1.4).
func (c *Call) noAck() {
	c.acked()
	if c.phase == answered {
		c.hangup(policy.PeerTimeout)
	}
}

func (c *Call) acked() {
	c.winner.ok = nil
	c.stop(TimerRepeat)
	c.stop(TimerNoAck)
}

// ack handles the caller's ACK to the 2xx: the first goes to the callee, body
// included, and is kept for a repeated 2xx.
func (c *Call) ack(m *wire.Message) {
	d := c.dialog(m.To.Tag)
	if d == nil || d != c.winner {
		return
	}
	c.acked()
	if d.ack != nil {
		return // a repeat, or we acknowledged in the caller's place
	}
	edit := c.crossing(m, d, media.A)
	c.carrySDP(m, media.A, &edit)
	c.sendAck(d, m.Write(edit))
}

// acknowledge sends an ACK in the caller's place. Where the callee made the
// offer, every stream of it is refused in the answer that the ACK must carry.
func (c *Call) acknowledge(d *dialog) {
	if d.ack != nil {
		return
	}
	r := c.originate(d, media.B, "ACK", c.cseq)
	if d.offer != "" {
		r.ContentType, r.Body = "application/sdp", sdp.Refuse(d.offer)
	}
	c.sendAck(d, r.Bytes())
}

func (c *Call) sendAck(d *dialog, raw []byte) {
	d.ack, d.ackHop, d.offer = raw, c.hop(media.B, d), ""
	c.do(Send{d.ackHop, raw})
}

// originate begins a request that tregua makes itself within a dialog.
func (c *Call) originate(d *dialog, to media.Leg, method string, cseq uint32) wire.Request {
	local, remote, p := c.from, d.to, d.peer
	if to == media.A {
		local, remote, p = d.to, c.from, c.caller
	}
	return wire.Request{
		Method: method, URI: p.target, Via: c.via(to),
		From: "From: " + local, To: "To: " + remote, CallID: "Call-ID: " + c.callID,
		CSeq: cseq, Routes: p.routes, MaxForwards: 70,
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
	return wire.Edit{
		URI: p.target, Vias: []string{c.via(to)},
		Contact:     wire.ContactLine(m, l.Face.Host, l.Face.Port, l.Token),
		MaxForwards: m.HopsLeft(), SetRoutes: true, Routes: p.routes, SetRecordRoutes: true,
		Drop: c.hidden(from),
	}
}

// hidden are the headers of a side's messages that are for us alone.
func (c *Call) hidden(from media.Leg) []string {
	if from == media.A {
		return c.private
	}
	return nil
}

func (c *Call) via(to media.Leg) string { return c.legs[to].Face.Via(c.branch()) }
