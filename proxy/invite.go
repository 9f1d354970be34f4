package proxy

import (
	"strings"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/call"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

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
	case s.cfg.Trunks[m.Trunk].PBX && invitesList(msg):
		s.reply(ev, 420, "Bad Extension", "Unsupported: "+listInvite)
		return
	}
	a := s.world.Attempt(s.dialled(msg, m))
	waits := s.awaited(msg, &a)
	if waits == nil && !s.fits(ev, m, &a) {
		return
	}
	if err := call.Unreadable(msg); err != nil && a.Reading != policy.Emergency {
		s.reply(ev, 488, "Not Acceptable Here", call.UnreadableWarning(err))
		return
	}
	if waits != nil {
		waits.invite, waits.uri = ev.ID, msg.URI
		s.handle(waits, call.Again{Tx: ev.ID, Hop: ev.Hop, Msg: msg})
		return
	}
	to, ok := s.cfg.next(m.Trunk, &a)
	a.Carrier = s.cfg.country(to)
	if !ok && !s.cfg.Trunks[m.Trunk].PBX {
		s.reply(ev, 404, "Not Found", `Warning: 399 tregua "no PBX trunk takes calls of this carrier"`)
		return
	}
	s.begin(ev, m, a, to)
}

// fits reports whether a new call can begin, and answers when it cannot. Whoever
// calls from a carrier has said so, also when nobody has room for the call.
func (s *Shard) fits(ev txn.Event, m Message, a *policy.Attempt) bool {
	if !s.cfg.Trunks[m.Trunk].PBX {
		s.out.Inbound = append(s.out.Inbound, *a)
	}
	if s.loops(ev.Msg) {
		s.reply(ev, 482, "Loop Detected")
		return false
	}
	if why := s.full(m.Trunk, a); why != policy.OK {
		s.out.Refused++
		s.answer(ev, m.Trunk, why)
		return false
	}
	return true
}

// listInvite is the extension by which one INVITE rings all numbers of a list in
// its body (RFC 5366): they would not be judged.
const listInvite = "recipient-list-invite"

func invitesList(m *wire.Message) bool {
	for v := range m.Named("Require") {
		for tag := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(tag), listInvite) {
				return true
			}
		}
	}
	return false
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
	defer s.mishap(e)
	effects := s.effects[:0]
	e.call = call.New(s.now.Mono, setup, &effects)
	s.do(e, effects)
	s.effects = effects[:0]
}

// byeTakes is what the defaults leave a BYE between the cut and the limit.
const byeTakes = 100 * time.Millisecond

// watchOf says what the person is owed. An emergency call is never watched, and on
// a trunk that does not enforce the rules nothing changes on the wire: the weaker
// of the two modes holds.
func (s *Shard) watchOf(trunk int, a *policy.Attempt) call.Watch {
	if a.Reading == policy.Emergency {
		return call.Watch{}
	}
	w := s.cfg.Trunks[trunk].Watch
	w.Limit = s.cfg.silent(a).Limit.Value
	if w.CutAfter+w.Grace > w.Limit {
		// The trunk is set up for another country, which gives more time.
		w.CutAfter, w.Grace = max(w.Limit-byeTakes, 0), 0
	}
	if a.Mode != policy.Enforce {
		w.Mode = min(w.Mode, policy.WatchShadow)
	}
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
