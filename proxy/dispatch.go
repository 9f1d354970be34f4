package proxy

import (
	"slices"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/call"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// request handles a request that opened a server transaction.
func (s *Shard) request(ev txn.Event, m Message) {
	switch {
	case ev.Msg.Method == "CANCEL":
		s.cancel(ev, m)
	case ev.Msg.To.Tag != "":
		s.inDialog(ev, m)
	case ev.Msg.Method == "INVITE":
		s.invite(ev, m)
	default:
		s.outside(ev, m)
	}
}

func (s *Shard) reply(ev txn.Event, status int, phrase string, lines ...string) {
	raw := wire.Reply(ev.Msg, wire.Vias(ev.Msg, ev.Hop), status, phrase, s.tag(), lines...)
	s.respond(ev.ID, status, raw)
}

// crowded handles a request that came when there are too many transactions:
// what belongs to a call, and emergency calls, are served all the same.
func (s *Shard) crowded(ev txn.Event, m Message) {
	if !s.needed(ev.Msg, m) {
		s.refuseStateless(m, policy.Overload)
		return
	}
	if ev.ID = s.layer.Open(s.now.Mono, m.Msg, ev.Hop); ev.ID != 0 {
		s.request(ev, m)
	}
}

func (s *Shard) needed(msg *wire.Message, m Message) bool {
	if msg.To.Tag != "" {
		e, _ := s.find(msg, m.Trunk)
		return e != nil
	}
	if msg.Method != "INVITE" {
		return false
	}
	a := s.world.Attempt(s.dialled(msg, m))
	return a.Reading == policy.Emergency
}

// cancel finds the call whose INVITE is meant; the transaction layer has
// matched the branch (RFC 3261 9.2).
func (s *Shard) cancel(ev txn.Event, m Message) {
	if e := s.cancels(ev, m.Trunk); e != nil {
		s.handle(e, call.Cancel{Tx: ev.ID, Invite: ev.Invite, Hop: ev.Hop, Msg: ev.Msg})
		return
	}
	if ev.Invite != 0 { // the call is gone but its INVITE is remembered: answered long ago
		s.reply(ev, 200, "OK")
		return
	}
	s.reply(ev, 481, "Call/Transaction Does Not Exist")
}

// cancels returns the call whose INVITE a CANCEL means: the one that opens it,
// or one within it, which has a To tag.
func (s *Shard) cancels(ev txn.Event, trunk int) *entry {
	if ev.Invite == 0 {
		return nil
	}
	if ev.Msg.To.Tag != "" {
		e, _ := s.find(ev.Msg, trunk)
		return e
	}
	for _, id := range s.dialogs[dialogKey{ev.Msg.CallID, ev.Msg.From.Tag}] {
		if e := s.calls[id]; e.invite == ev.Invite {
			return e
		}
	}
	return nil
}

// inDialog gives a request to the call and side it belongs to.
func (s *Shard) inDialog(ev txn.Event, m Message) {
	e, from := s.find(ev.Msg, m.Trunk)
	if e != nil {
		s.handle(e, call.Request{From: from, Tx: ev.ID, Hop: ev.Hop, Msg: ev.Msg})
		return
	}
	if ev.Msg.Method != "ACK" {
		s.reply(ev, 481, "Call/Transaction Does Not Exist")
	}
}

// find returns the call of an in-dialog request and the side it comes from: by
// the token in the Request-URI, or, for a peer that ignores our Contact, by
// Call-ID and tags. A request from a trunk that has no part in the call finds
// nothing.
func (s *Shard) find(m *wire.Message, trunk int) (*entry, media.Leg) {
	if id, side, ok := s.tokens.read(m.URI); ok {
		e := s.calls[id]
		if e == nil || e.key.callID != m.CallID || e.trunks[side] != trunk {
			return nil, 0
		}
		return e, side
	}
	for from, tag := range []string{m.From.Tag, m.To.Tag} {
		for _, id := range slices.Backward(s.dialogs[dialogKey{m.CallID, tag}]) {
			if e := s.calls[id]; e.trunks[from] == trunk {
				return e, media.Leg(from)
			}
		}
	}
	return nil, 0
}

// judged takes the answer to an Ask to its call.
func (s *Shard) judged(j Judged) {
	if x := s.asides[j.Call]; x != nil {
		s.judgedAside(j, x)
		return
	}
	e := s.calls[j.Call]
	if e == nil {
		s.judgedOrphan(j)
		return
	}
	in := call.Judged{Anchor: j.Anchor}
	if j.Anchor.ID != 0 {
		e.anchor = j.Anchor.ID
	}
	e.asked, e.open = false, j.Open
	if why := s.refusal(e, j); why != policy.OK {
		id := e.attempt.ID
		if j.Of != (policy.AttemptID{}) {
			id = j.Of
		}
		r := s.answerFor(e.trunks[media.A], why, id)
		r.Open = j.Open
		in.Refusal = &r
	}
	s.handle(e, in)
}

// judgedOrphan closes the row of a call that was given up before the decision came,
// see mishap: so it gives back what it took.
func (s *Shard) judgedOrphan(j Judged) {
	a, ok := s.orphans[j.Call]
	delete(s.orphans, j.Call)
	if ok && j.Open {
		s.out.Records = append(s.out.Records, Record{Attempt: a, Ending: policy.Ending{
			Outcome: policy.OutcomeInterrupted, Reason: policy.Interrupted, EndedBy: policy.Tregua, EndedAt: s.now.Wall,
		}})
	}
}

// refusal is why an attempt does not go out: the decision's reason, or a fault
// of ours behind an allowed one.
func (s *Shard) refusal(e *entry, j Judged) policy.Reason {
	switch {
	case j.Decision.Verdict != policy.Allow:
		return j.Decision.Reason
	case e.trunks[media.B] < 0:
		return policy.RouteNone
	case e.anchor == 0 && e.attempt.Reading != policy.Emergency:
		return policy.MediaExhausted
	}
	return policy.OK
}

// kick ends every call, the oldest first. Where calls are left to the next
// process, one that was answered has until the last kick to become such.
func (s *Shard) kick(k Kick) {
	s.stopping, s.leaving = k.Reason, k.Leave
	ids := make([]uint64, 0, len(s.calls))
	for id := range s.calls { // order: sorted below
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		e := s.calls[id]
		if k.Leave && (e.call.Stays() || e.call.Answered() && !k.Last) {
			continue
		}
		s.handle(e, call.Kick{Reason: k.Reason, Last: k.Last})
	}
}
