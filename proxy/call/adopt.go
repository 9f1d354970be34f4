package call

import (
	"slices"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// leap is how far a CSeq number of ours jumps after a restart. What crossed
// since the state was kept is not known, but for less than leap/2 numbers of a
// side (see unkept); and a number may jump (RFC 3261 12.2.1.1 wants it higher,
// not the next).
const leap = 1000

// maxCSeq is the highest CSeq number that there is (RFC 3261 8.1.1.5).
const maxCSeq = 1<<31 - 1

// Adoption is what a call goes on with that another process has begun.
type Adoption struct {
	Times  Times
	Legs   [2]Leg // as in Setup
	Tag    string
	Branch func() string
	// MachineHeader as in Setup.
	MachineHeader string
	State         State        // checked
	Anchor        media.Anchor // the ports of before, open again; zero: none
	// Over: it cannot go on, and is ended on both sides.
	Over bool
	// Gone: nobody is to be told on that side, because its trunk is no more.
	Gone [2]bool
}

// Adopt makes of a state the call that it was, in phase answered, or ends it on
// both sides. What was under way is lost: peers repeat it or time out.
func Adopt(now time.Duration, a Adoption, out *[]Effect) *Call {
	s := &a.State
	c := &Call{
		times: a.Times, legs: a.Legs, branch: a.Branch, tag: a.Tag, machine: a.MachineHeader,
		phase: answered, callID: s.CallID, uri: s.URI, from: s.From, fromTag: s.FromTag,
		anchor: a.Anchor, stream: s.Stream, inbound: s.Inbound,
		caller: s.peer(media.A), winner: s.dialog(a.Gone),
		shift:  [2]uint32{s.Sides[media.A].Shift, s.Sides[media.B].Shift},
		invite: invite{slot: opening, from: media.A, cseq: s.Invite, number: s.Number, final: true},
		watch:  watch{Watch: s.Watch, deaf: s.Deaf},
		ending: Ending{
			Status: s.Status, Forwarded: s.Forwarded, Ringing: s.Ringing, Answered: s.Answered,
			Watch: s.Watch.Mode, Machine: s.Machine, Due: s.Due, Heard: s.Word,
		},
	}
	c.dialogs, c.invite.won = []*dialog{c.winner}, &c.winner.answer
	c.begin(now, out)
	defer c.end()
	c.makeAck(s.Answer)
	if a.Over {
		c.hangup(policy.Interrupted)
		return c
	}
	if s.Session != 0 {
		c.expireSession(s.Session)
	}
	if c.watch.on = s.Watching; c.watch.on {
		c.watchOn()
	}
	for l := range s.Sides {
		c.restoreFlow(media.Leg(l), s)
	}
	return c
}

func (s *State) peer(l media.Leg) peer {
	return peer{target: s.Sides[l].Target, implied: l == media.B && s.Implied, routes: s.Sides[l].Routes}
}

func (s *State) dialog(gone [2]bool) *dialog {
	d := &dialog{tag: s.ToTag, to: s.To, peer: s.peer(media.B), leap: leap, shut: gone}
	for l, side := range s.Sides {
		d.cseq[l] = side.CSeq
	}
	d.kept = d.cseq
	return d
}

// makeAck makes the ACK to the callee's 2xx anew. It is for repeats alone: where
// none crossed before, the callee does repeat.
func (c *Call) makeAck(body Body) {
	d := c.winner
	r := c.originate(d, media.B, "ACK", c.invite.number)
	r.ContentType, r.Body = body.Type, body.Text
	d.ack, d.ackBody, d.ackHop = r.Bytes(), body, c.hop(media.B, d)
}

// watchOn goes on with a watch. Who is heard from now on had not been heard
// before: what came meanwhile nobody knows.
func (c *Call) watchOn() {
	w := &c.watch
	w.due = c.ending.Answered + w.CutAfter
	c.set(TimerCut, max(0, w.due-c.now))
}

// restoreFlow tells the relay where a leg is. The line that covered it is gone
// with its process: its packets pass, or are listened to.
func (c *Call) restoreFlow(l media.Leg, s *State) {
	if c.anchor.ID == 0 {
		return
	}
	side := &s.Sides[l]
	c.flows[l] = media.Flow{Mode: side.Mode, Peer: side.Peer, PeerRTCP: side.PeerRTCP, Formats: side.Formats}
	mode := side.Mode
	if mode == media.Cover || mode == media.Tap && !c.watch.on {
		mode = media.Pass
	}
	c.setMode(l, mode)
}

// Answered reports whether the call was answered and is not over.
func (c *Call) Answered() bool { return c.phase == answered }

// Leaves reports whether a side has hung up and the other has not answered yet.
func (c *Call) Leaves() bool { return c.phase == answered && c.left != policy.NoSide }

// Stays reports whether another process can go on with the call from what is
// kept of it: it was acknowledged, nobody has hung up, and no watch runs that
// may have to cut it.
func (c *Call) Stays() bool {
	return c.phase == answered && c.winner.ack != nil && !c.Leaves() &&
		!(c.watch.on && c.watch.Mode == policy.WatchEnforce)
}

// Repeats reports whether m, which belongs to no transaction, is a 2xx to an
// INVITE within the dialog that the call was answered in: the other process had
// its transaction.
func (c *Call) Repeats(m *wire.Message) bool {
	d := c.winner
	if d == nil {
		return false
	}
	tags := []string{m.From.Tag, m.To.Tag}
	return slices.Contains(tags, c.fromTag) && slices.Contains(tags, d.tag)
}

// repeated answers such a 2xx. That of the INVITE which opened the call gets its
// ACK once more (RFC 3261 13.2.2.4). That of a re-INVITE is acknowledged in
// place of a side that never heard of it, which will time out: no session has
// changed for it.
func (c *Call) repeated(m *wire.Message) {
	d := c.winner
	if m.From.Tag == c.fromTag && m.CSeq.N == c.invite.number && d.ack != nil {
		c.do(Send{d.ackHop, d.ack})
		return
	}
	to := media.B
	if m.From.Tag == d.tag {
		to = media.A
	}
	c.do(Send{c.hop(to, d), c.originate(d, to, "ACK", m.CSeq.N).Bytes()})
}
