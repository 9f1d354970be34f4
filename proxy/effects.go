package proxy

import (
	"tregua/media"
	"tregua/policy"
	"tregua/proxy/call"
)

// do does what a call wants.
func (s *Shard) do(e *entry, effects []call.Effect) {
	for _, f := range effects {
		switch f := f.(type) {
		case call.Respond:
			s.respond(f.Tx, f.Status, f.Data)
		case call.Open:
			s.open(e, f)
		case call.Send:
			s.send(f.Hop, f.Raw)
		case call.Forget:
			s.forget(e, f.Ref)
		case call.SetTimer:
			s.setTimer(e, f)
		case call.StopTimer:
			e.gens[f.Timer]++
		case call.Ask, call.Withdraw, call.AskAside, call.Redirected, call.AsideEnded:
			s.attempts(e, f)
		case call.Lease, call.SetFlow, call.Drop:
			s.move(e, f)
		default:
			s.keep(e, f)
		}
	}
}

// setTimer starts a timer of a call anew. A peer can have that done as often as
// it likes, so alarms that no longer count are dropped when they are the most.
func (s *Shard) setTimer(e *entry, f call.SetTimer) {
	e.gens[f.Timer]++
	s.alarms.set(alarm{at: s.now.Mono + f.After, call: e.id, timer: f.Timer, gen: e.gens[f.Timer]})
	if len(s.alarms.list) > fewAlarms+2*int(call.Timers)*len(s.calls) {
		s.alarms.compact(s.counts)
	}
}

// fewAlarms are not worth looking through.
const fewAlarms = 1024

// counts reports whether an alarm is that of a timer which runs.
func (s *Shard) counts(a alarm) bool {
	e := s.calls[a.call]
	return e != nil && e.gens[a.timer] == a.gen
}

// attempts does what concerns the attempts of a call.
func (s *Shard) attempts(e *entry, f call.Effect) {
	switch f := f.(type) {
	case call.Ask:
		s.wantDecision(e)
	case call.Withdraw:
		s.out.Withdrawn = append(s.out.Withdrawn, e.attempt)
	case call.AskAside:
		s.askAside(e, f)
	case call.Redirected:
		s.redirected(e, f)
	case call.AsideEnded:
		s.asideEnded(e, f)
	}
}

// wantDecision asks about the attempt of a call.
func (s *Shard) wantDecision(e *entry) {
	e.asked = true
	s.out.Asks = append(s.out.Asks, Ask{e.attempt, policy.Return{Shard: s.index, Call: e.id}})
}

// move does what a call wants of the media.
func (s *Shard) move(e *entry, f call.Effect) {
	switch f := f.(type) {
	case call.Lease:
		s.out.Leases = append(s.out.Leases, e.id)
	case call.SetFlow:
		if f.Leg == media.B && !e.inbound {
			f.Flow.OptOut = s.cfg.Trunks[e.trunks[media.A]].OptOut
		}
		s.out.Flows = append(s.out.Flows, f)
	case call.Drop:
		s.out.Ended = append(s.out.Ended, f.Anchor)
	}
}

// keep does what a call wants written down, or forgotten.
func (s *Shard) keep(e *entry, f call.Effect) {
	switch f := f.(type) {
	case call.Up:
		if e.inbound {
			return
		}
		s.out.Ups = append(s.out.Ups, Up{e.attempt.ID, policy.Up{
			AnsweredAt: s.now.wall(f.Answered), Watch: f.Watch, Watching: f.Watching,
		}})
	case call.Unended:
		s.out.Unended = append(s.out.Unended, Unended{e.attempt.ID, e.trunks[f.Leg], f.Status})
	case call.Record:
		s.record(e, f)
	case call.Release:
		s.release(e)
	}
}
