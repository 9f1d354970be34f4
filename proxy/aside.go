package proxy

import (
	"tregua/media"
	"tregua/policy"
	"tregua/proxy/call"
)

// aside is an attempt beside that of a call: a number that a PBX wants the
// carrier to dial, by a REFER or a redirect. It has a decision and a record of
// its own.
type aside struct {
	call    uint64
	n       uint32
	from    media.Leg
	attempt policy.Attempt
	allowed bool // its open row waits for its end
}

// askAside asks for a decision on the target of a transfer or redirect. It is
// judged as if the PBX had dialled it itself: with the identities of the call,
// and where the call came from the carrier with the number that was called.
func (s *Shard) askAside(e *entry, f call.AskAside) {
	id := s.newID()
	t := &s.cfg.Trunks[e.trunks[f.From]]
	callID, fromTag := t.known(e.key.callID, e.key.fromTag)
	d := policy.Dialled{
		ID: s.attemptID(), At: s.now.Wall, Synced: s.now.Synced, Trunk: t.Name,
		User: dialledOf(f.URI), CallerID: e.attempt.CallerID, OtherIDs: e.attempt.OtherIDs, CallID: callID, FromTag: fromTag,
		Display: e.attempt.Display, Headers: e.attempt.Headers, SourcePort: e.attempt.SourcePort, Aside: true,
	}
	if e.inbound {
		d.CallerID, d.OtherIDs = dialledOf(e.uri), ""
	}
	x := &aside{call: e.id, n: f.N, from: f.From, attempt: s.world.Attempt(d)}
	x.attempt.Carrier = s.cfg.country(e.trunks[f.From.Other()])
	s.asides[id] = x
	e.asides = append(e.asides, id)
	if s.stopping != policy.OK && x.attempt.Reading != policy.Emergency { // no attempt begins any more
		s.out.Refused++
		s.late = append(s.late, Judged{Call: id, Decision: policy.Decision{Reason: s.stopping}})
		return
	}
	s.out.Asks = append(s.out.Asks, Ask{x.attempt, policy.Return{Shard: s.index, Call: id}})
}

// redirected goes on with a call as another attempt: the one so far is closed,
// if it was allowed, and the new number is judged as if it had been dialled.
func (s *Shard) redirected(e *entry, f call.Redirected) {
	if e.open {
		s.out.Records = append(s.out.Records, Record{Attempt: e.attempt, Ending: s.ending(e, call.Record{Ending: f.Ending})})
	}
	e.open, e.uri = false, f.URI
	d := e.attempt.Dialled
	d.ID, d.At, d.Synced, d.User = s.attemptID(), s.now.Wall, s.now.Synced, dialledOf(f.URI)
	e.attempt = s.world.Attempt(d)
	e.attempt.Carrier = s.cfg.country(e.trunks[media.B])
	s.wantDecision(e)
}

// judgedAside takes the answer to the call that asked. Where that was given up,
// what was allowed is closed.
func (s *Shard) judgedAside(j Judged, x *aside) {
	e := s.calls[x.call]
	in := call.JudgedAside{N: x.n}
	x.allowed = j.Decision.Verdict == policy.Allow
	switch {
	case e == nil && x.allowed:
		s.closeAside(j.Call, policy.OutcomeInterrupted, 0)
		return
	case !x.allowed:
		delete(s.asides, j.Call)
	}
	if e == nil {
		return
	}
	if !x.allowed {
		id := x.attempt.ID
		if j.Of != (policy.AttemptID{}) {
			id = j.Of
		}
		r := s.answerFor(e.trunks[x.from], j.Decision.Reason, id)
		in.Refusal = &r
	}
	s.handle(e, in)
}

// asideEnded closes the record of an attempt beside that of a call.
func (s *Shard) asideEnded(e *entry, f call.AsideEnded) {
	for _, id := range e.asides {
		if x := s.asides[id]; x != nil && x.n == f.N {
			s.closeAside(id, f.Outcome, f.Status)
		}
	}
}

// dropAsides closes what a call that is given up leaves behind; what is not
// judged yet is closed when it is.
func (s *Shard) dropAsides(e *entry) {
	for _, id := range e.asides {
		if x := s.asides[id]; x != nil && x.allowed {
			s.closeAside(id, policy.OutcomeInterrupted, 0)
		}
	}
}

func (s *Shard) closeAside(id uint64, o policy.Outcome, status int) {
	x := s.asides[id]
	delete(s.asides, id)
	side := policy.Callee
	if x.from == media.B {
		side = policy.Caller
	}
	s.out.Records = append(s.out.Records, Record{Attempt: x.attempt, Ending: policy.Ending{
		Outcome: o, Status: status, EndedBy: side, EndedAt: s.now.Wall,
		// Who places the call tells nobody of its ringing.
		Rang: o == policy.OutcomeHandedOn || o == policy.OutcomeInterrupted,
	}})
}
