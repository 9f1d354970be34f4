package proxy

import (
	"slices"
	"time"

	"tregua/media"
	"tregua/proxy/call"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// adopt takes in a call that the last process left answered. It keeps its id,
// which its peers have in their tokens.
func (s *Shard) adopt(a Adopt) {
	k, trunks := &a.Kept, s.cfg.trunks(&a.Kept)
	st := k.State
	st.Shift(time.Unix(0, k.Zero).Sub(s.now.zero()))
	e := &entry{
		id: k.Call, attempt: a.Attempt, uri: st.URI, inbound: st.Inbound, trunks: trunks,
		key: dialogKey{st.CallID, st.FromTag}, anchor: a.Anchor.ID, kept: true,
	}
	e.attempt.CallerID = k.CallerID
	if s.calls[e.id] != nil {
		return // it was given in twice
	}
	if t := trunks[media.A]; t != NoTrunk {
		e.counted = true
		s.load[t]++
	}
	s.calls[e.id] = e
	s.dialogs[e.key] = append(s.dialogs[e.key], e.id)
	from := call.Adoption{
		Times: s.cfg.Times, Tag: s.tag(), Branch: s.branch, State: st, Anchor: a.Anchor, Over: a.Over,
	}
	for l, t := range trunks {
		if from.Gone[l] = t == NoTrunk; !from.Gone[l] {
			from.Legs[l] = s.leg(e, media.Leg(l), wire.Hop{
				Listener: s.cfg.Trunks[t].Listener, Local: st.Sides[l].Local, Remote: st.Sides[l].Remote, Trunk: t,
			})
		}
	}
	if t := trunks[media.A]; t != NoTrunk {
		from.MachineHeader = s.cfg.Trunks[t].MachineHeader
	}
	defer s.mishap(e)
	effects := s.effects[:0]
	e.call = call.Adopt(s.now.Mono, from, &effects)
	s.do(e, effects)
	s.effects = effects[:0]
}

// keepCall puts out what a call needs to go on when that has changed.
func (s *Shard) keepCall(e *entry) {
	if st, changed := e.call.Kept(); changed {
		e.kept, e.leaving = true, false
		s.out.Keeps = append(s.out.Keeps, Keep{Attempt: e.attempt, Kept: s.kept(e, st)})
	}
	if e.call.Leaves() && !e.leaving {
		e.leaving = true
		s.out.Keeps = append(s.out.Keeps, Keep{Attempt: e.attempt, Leaving: true})
	}
}

// repeats gives a 2xx that belongs to no transaction to the call that was
// answered before; false: there is none.
func (s *Shard) repeats(ev txn.Event) bool {
	m := ev.Msg
	for _, tag := range []string{m.From.Tag, m.To.Tag} {
		for _, id := range s.dialogs[dialogKey{m.CallID, tag}] {
			if e := s.calls[id]; slices.Contains(e.trunks[:], ev.Hop.Trunk) && e.call.Repeats(m) {
				s.handle(e, call.Response{Msg: m})
				return true
			}
		}
	}
	return false
}
