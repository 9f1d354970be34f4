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

// invite begins a call, or says at once why not.
func (s *Shard) invite(ev txn.Event, m Message) {
	msg := ev.Msg
	switch {
	case msg.MaxForwards == 0:
		s.reply(ev, 483, "Too Many Hops")
		return
	case !msg.HasContact: // 8.1.1.8: without it the caller could never be hung up
		s.reply(ev, 400, "Missing Contact")
		return
	}
	a := s.world.Attempt(s.dialled(msg, m))
	if e := s.awaited(msg, &a); e != nil {
		e.invite, e.uri = ev.ID, msg.URI
		s.handle(e, call.Again{Tx: ev.ID, Hop: ev.Hop, Msg: msg})
		return
	}
	if s.loops(msg) {
		s.reply(ev, 482, "Loop Detected")
		return
	}
	if why := s.full(m.Trunk, &a); why != policy.OK {
		s.out.Refused++
		s.answer(ev, m.Trunk, why)
		return
	}
	to, ok := s.cfg.next(m.Trunk, &a)
	if !ok && !s.cfg.Trunks[m.Trunk].PBX {
		s.reply(ev, 404, "Not Found", `Warning: 399 tregua "no PBX trunk takes calls of this carrier"`)
		return
	}
	if err := call.Unreadable(msg); err != nil && a.Reading != policy.Emergency {
		s.reply(ev, 488, "Not Acceptable Here", call.UnreadableWarning(err))
		return
	}
	s.begin(ev, m, a, to)
}

// awaited returns the call that waits for this INVITE: it was answered so that
// it comes again, and what it is judged by is the same.
func (s *Shard) awaited(m *wire.Message, a *policy.Attempt) *entry {
	for _, id := range s.dialogs[dialogKey{m.CallID, m.From.Tag}] {
		if e := s.calls[id]; e.call.Waits(m.CSeq.N) && e.attempt.Judged() == a.Judged() {
			return e
		}
	}
	return nil
}

// loops reports an INVITE that came back to us unchanged while its call is
// open (RFC 3261 8.2.2.2). With another Request-URI it is a spiral, a second
// call.
func (s *Shard) loops(m *wire.Message) bool {
	for _, id := range s.dialogs[dialogKey{m.CallID, m.From.Tag}] {
		if e := s.calls[id]; e.counted && e.uri == m.URI && !e.call.Waits(m.CSeq.N) {
			return true
		}
	}
	return false
}

// full says why no further call fits: the limits are those of the node, so the
// other shards' calls count, as they were when the turn began. Emergency calls
// always fit.
func (s *Shard) full(trunk int, a *policy.Attempt) policy.Reason {
	limit := s.cfg.Trunks[trunk].Calls
	switch {
	case a.Reading == policy.Emergency:
		return policy.OK
	case s.stopping != policy.OK:
		return s.stopping
	case limit > 0 && s.load[trunk]+s.world.Elsewhere(trunk) >= limit:
		return policy.Overload
	}
	if s.cfg.Calls == 0 {
		return policy.OK
	}
	all := 0
	for t := range s.load {
		all += s.load[t] + s.world.Elsewhere(t)
	}
	if all >= s.cfg.Calls {
		return policy.Overload
	}
	return policy.OK
}

// begin begins a call by the trunk to, or NoTrunk.
func (s *Shard) begin(ev txn.Event, m Message, a policy.Attempt, to int) {
	t := &s.cfg.Trunks[m.Trunk]
	e := &entry{
		id: s.newID(), attempt: a, uri: ev.Msg.URI, invite: ev.ID, counted: true, inbound: !t.PBX,
		key: dialogKey{ev.Msg.CallID, ev.Msg.From.Tag}, trunks: [2]int{m.Trunk, to},
	}
	s.load[m.Trunk]++
	s.calls[e.id] = e
	s.dialogs[e.key] = append(s.dialogs[e.key], e.id)
	setup := call.Setup{
		Times: s.cfg.Times, Legs: s.legs(e, ev.Hop), Tx: ev.ID, Hop: ev.Hop, Invite: ev.Msg,
		Tag: s.tag(), Branch: s.branch, Inbound: e.inbound,
	}
	if t.PBX {
		setup.Watch, setup.MachineHeader = s.watchOf(m.Trunk, &a), t.MachineHeader
		setup.Reach = s.cfg.followed(to)
	}
	effects := s.effects[:0]
	e.call = call.New(s.now.Mono, setup, &effects)
	s.do(e, effects)
	s.effects = effects[:0]
}

// watchOf says what the person is owed. An emergency call is never watched.
func (s *Shard) watchOf(trunk int, a *policy.Attempt) call.Watch {
	if a.Reading == policy.Emergency {
		return call.Watch{}
	}
	w := s.cfg.Trunks[trunk].Watch
	w.Limit = s.cfg.Silent.Limit.Value
	return w
}

func (s *Shard) legs(e *entry, from wire.Hop) (legs [2]call.Leg) {
	legs[media.A] = s.leg(e, media.A, from)
	if to := e.trunks[media.B]; to >= 0 {
		legs[media.B] = s.leg(e, media.B, s.cfg.hopTo(to))
	}
	return legs
}

func (s *Shard) leg(e *entry, l media.Leg, hop wire.Hop) call.Leg {
	t := &s.cfg.Trunks[e.trunks[l]]
	return call.Leg{
		Hop: hop, Face: s.cfg.Faces[hop.Listener], Token: s.tokens.make(e.id, l), PBX: t.PBX, Private: t.private(),
		Credentials: s.credentials(t),
	}
}

// judged takes the answer to an Ask to its call.
func (s *Shard) judged(j Judged) {
	if x := s.asides[j.Call]; x != nil {
		s.judgedAside(j, x)
		return
	}
	e := s.calls[j.Call]
	if e == nil {
		return // the call was given up, see mishap; its row is closed at the next start
	}
	in := call.Judged{Anchor: j.Anchor}
	if j.Anchor.ID != 0 {
		e.anchor = j.Anchor.ID
	}
	e.open = j.Open
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
