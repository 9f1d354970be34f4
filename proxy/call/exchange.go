package call

import (
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/sdp"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// slot says which of the INVITEs under way one is: each has timers of its own.
type slot uint8

const (
	opening  slot = iota // the INVITE that opens the call
	ofCaller             // a re-INVITE of the caller
	ofCallee             // a re-INVITE of the callee
	slots                // how many there are
)

// invite is a pair of INVITE transactions: one side's INVITE and what became of
// it on the other side.
type invite struct {
	slot      slot
	from      media.Leg
	tx        txn.ID        // server transaction of the inviting side
	msg       *wire.Message // as it came; nil once it has its final answer
	vias, rrs []string      // for its responses
	cseq      uint32        // as the inviting side counts
	number    uint32        // its CSeq as it was sent on
	sent      *wire.Message // as it went on; nil before, and when nothing is left to cancel
	ref       Ref           // its client transaction; 0 when that is gone or was never opened
	dialog    *dialog       // of a re-INVITE
	won       *answer       // the 2xx that the inviting side got
	final     bool          // the inviting side has a final answer
	rings     bool          // the invited side has sent a provisional
	cancelled bool          // it is to be cancelled, or is
	cancel    bool          // our CANCEL was sent
	tries     int           // challenges to it that we have answered
	reasons   []string      // Reason lines of the CANCEL
	offered   bool          // it carried an offer
	settled   bool          // of a re-INVITE: its early offer was answered in a PRACK
}

// answer is a 2xx to an INVITE. Its ACK is kept for a repeat of the 2xx.
type answer struct {
	ok      []byte // as it was passed on, until it is ACKed
	status  int
	wait    time.Duration // until it is repeated
	offer   string        // the callee's offer that nobody has answered yet (delayed offer)
	ack     []byte        // as the invited side got it
	ackHop  wire.Hop
	ackBody Body // of the ACK to the INVITE that opened the call
}

func newInvite(s slot, in Request) invite {
	m := in.Msg
	return invite{
		slot: s, from: in.From, tx: in.Tx, msg: m, cseq: m.CSeq.N,
		vias: wire.Vias(m, in.Hop), rrs: m.RawLines(wire.HRecordRoute),
	}
}

func (i *invite) timer(t Timer) Timer { return Timer(i.slot)*inviteTimers + t }

// acked reports whether the inviting side, or we in its place, acknowledged.
func (i *invite) acked() bool { return i.won != nil && i.won.ack != nil }

// under returns the INVITE that is under way in a slot.
func (c *Call) under(s slot) *invite {
	if s == opening {
		return &c.invite
	}
	for _, i := range c.reinvites {
		if i.slot == s && !i.acked() {
			return i
		}
	}
	return nil
}

// inviteOf returns the INVITE that was sent on as ref.
func (c *Call) inviteOf(ref Ref) *invite {
	if ref == c.invite.ref {
		return &c.invite
	}
	for _, i := range c.reinvites {
		if i.ref == ref {
			return i
		}
	}
	return nil
}

// answerInvite answers an INVITE with a response of our own.
func (c *Call) answerInvite(i *invite, status int, phrase string, lines ...string) {
	if i.final {
		return
	}
	tag := c.tag
	if status == 100 {
		tag = "" // 8.2.6.2: a 100 need not have a tag, and ours opens no dialog
	}
	c.do(Respond{i.tx, status, wire.Reply(i.msg, i.vias, status, phrase, tag, lines...)})
	if status >= 200 {
		c.finalAnswer(i, status)
	}
}

func (c *Call) finalAnswer(i *invite, status int) {
	i.final = true
	c.stop(i.timer(TimerC))
	i.msg = nil
	if i.slot == opening {
		c.ending.Status = status
	}
}

// openInvite sends an INVITE on. False: what the peer gave us cannot be sent.
func (c *Call) openInvite(i *invite, hop wire.Hop, raw []byte) bool {
	sent, err := wire.Read(raw)
	if err != nil {
		return false
	}
	i.sent, i.ref, i.number = sent, c.ref(), sent.CSeq.N
	c.do(Open{i.ref, hop, sent, raw})
	c.set(i.timer(TimerC), c.times.C)
	return true
}

// inviteResponse handles a response of the invited side.
func (c *Call) inviteResponse(i *invite, r Response) {
	switch m := r.Msg; {
	case m.Status < 200:
		c.provisional(i, m)
	case m.Status >= 300 && c.authorizeInvite(i, m):
	case m.Status >= 300 && i.slot == opening:
		c.failure(m)
	case m.Status >= 300:
		c.reinviteRefused(i, m)
	case i.slot == opening:
		c.success(r)
	default:
		c.reinviteAccepted(i, r.Msg)
	}
}

func (c *Call) provisional(i *invite, m *wire.Message) {
	i.rings = true
	if i.slot == opening {
		c.tried(m.Status)
	}
	if t := i.timer(TimerC); c.running[t] && m.Status > 100 { // 16.7: each 101 to 199 starts Timer C anew
		c.set(t, c.times.C)
	}
	c.sendCancel(i)
	if m.Status == 100 || i.final || i.cancelled {
		return
	}
	if i.slot == opening {
		c.rings(m)
	}
	c.do(Respond{i.tx, m.Status, c.back(i, m)})
}

// deliver passes a 2xx on and answers for its delivery from now on.
func (c *Call) deliver(i *invite, a *answer, status int, raw []byte) {
	i.won, i.sent = a, nil // nothing is left to cancel
	a.ok, a.status, a.wait = raw, status, c.times.T1
	c.do(Respond{i.tx, status, raw})
	c.finalAnswer(i, status)
	c.set(i.timer(TimerRepeat), a.wait)
	c.set(i.timer(TimerNoAck), 64*c.times.T1)
}

// repeat sends the 2xx once more: T1, doubling to T2 (13.3.1.4).
func (c *Call) repeat(i *invite) {
	a := i.won
	if a == nil || a.ok == nil {
		return
	}
	c.do(Respond{i.tx, a.status, a.ok})
	a.wait = min(2*a.wait, c.times.T2)
	c.set(i.timer(TimerRepeat), a.wait)
}

// noAck ends a call whose 2xx was never acknowledged (13.3.1.4, 14.2).
func (c *Call) noAck(i *invite) {
	c.delivered(i)
	if c.phase == answered {
		c.hangup(policy.PeerTimeout)
	}
}

// delivered ends the repeats of a 2xx.
func (c *Call) delivered(i *invite) {
	i.won.ok = nil
	c.stop(i.timer(TimerRepeat))
	c.stop(i.timer(TimerNoAck))
}

// acknowledge sends an ACK in the inviting side's place. Where the other side
// made the offer, every stream of it is refused in the answer that the ACK must
// carry.
func (c *Call) acknowledge(i *invite, a *answer, d *dialog) {
	if a.ack != nil {
		return
	}
	to := i.from.Other()
	r := c.originate(d, to, "ACK", i.number)
	if a.offer != "" {
		r.ContentType, r.Body = "application/sdp", sdp.Refuse(a.offer)
	}
	c.sendAck(a, c.hop(to, d), r.Bytes())
}

func (c *Call) sendAck(a *answer, hop wire.Hop, raw []byte) {
	a.ack, a.ackHop, a.offer = raw, hop, ""
	c.do(Send{hop, raw})
}

// back rewrites a response of the invited side to an INVITE.
func (c *Call) back(i *invite, m *wire.Message) []byte {
	edit := wire.Edit{
		CSeq: ownNumber(m, i.cseq), Vias: i.vias, SetRecordRoutes: true, RecordRoutes: i.rrs, Drop: c.legs[i.from.Other()].Private,
	}
	if m.Status < 300 {
		l := c.legs[i.from]
		edit.Contact = wire.ContactLine(m, l.Face.Host, l.Face.Port, l.Token)
		if i.slot == opening {
			c.carryFrom(m, &edit)
		} else {
			c.carryReinvite(i, m, &edit)
		}
	}
	if i.slot != opening || !c.dials(i.from.Other()) { // those of a PBX were judged, see redirects
		edit.Contact = c.redirectLine(m, i.from, edit.Contact)
	}
	return m.Write(edit)
}

// redirectLine is the Contact of a response to leg: that of a redirect leads to
// us, since what a peer finds elsewhere would go round us.
func (c *Call) redirectLine(m *wire.Message, leg media.Leg, contact string) string {
	if m.Status < 300 || m.Status >= 400 {
		return contact
	}
	return wire.RedirectLine(m, c.legs[leg].Face.Host, c.legs[leg].Face.Port)
}
