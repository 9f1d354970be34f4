package proxy

import (
	"fmt"
	"runtime/debug"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/call"
	"tregua/proxy/txn"
)

// entry is a call and what the shard keeps for it.
type entry struct {
	id      uint64
	call    *call.Call
	key     dialogKey
	uri     string // Request-URI of its INVITE
	attempt policy.Attempt
	trunks  [2]int
	invite  txn.ID // server transaction of the INVITE
	anchor  media.AnchorID
	counted bool // it stands in load
	asked   bool // the answer to its Ask is to come
	open    bool // the row of its attempt waits for its end
	inbound bool // to a PBX: not judged, no record
	broken  bool // it has panicked once
	kept    bool // something was put out for the next process
	leaving bool // and that a side has hung up
	gens    [call.Timers]uint32
	refs    []txn.ID // client transactions by call.Ref, 0 when gone
	asides  []uint64 // the attempts beside its own, those that are closed included
}

// shardBits is where the shard's index begins in the id of a call.
const shardBits = 48

// The start of the process, by its counter, stands before that of the calls: a
// call outlives its process, but not so many.
const (
	generationBits = 36
	generations    = 1 << (shardBits - generationBits)
)

// mishap gives up a call that panicked: a mistake of ours must not end all
// others. Its peers are hung up as when the process stops; if that fails too
// nothing of the call is believed any more, and what its peers still send is
// answered as a stranger's.
func (s *Shard) mishap(e *entry) {
	what := recover()
	if what == nil {
		return
	}
	s.out.Mishaps = append(s.out.Mishaps, fmt.Sprintf("%v\n%s", what, debug.Stack()))
	s.effects = nil
	if s.calls[e.id] == nil {
		return
	}
	if !e.broken {
		e.broken = true
		s.handle(e, call.Kick{Reason: policy.Interrupted})
		return
	}
	if e.asked { // there is nothing to close before it is judged
		s.out.Withdrawn = append(s.out.Withdrawn, e.attempt)
		s.orphans[e.id] = e.attempt
	}
	if e.open || e.inbound {
		s.record(e, call.Record{Anchor: e.anchor, Ending: e.interrupted(s.now.Mono)})
	}
	for ref := range e.refs {
		s.forget(e, call.Ref(ref))
	}
	s.release(e)
}

func (s *Shard) open(e *entry, f call.Open) {
	id := s.ask(f.Hop, f.Msg, f.Raw)
	s.clients[id] = client{e.id, f.Ref}
	for int(f.Ref) >= len(e.refs) {
		e.refs = append(e.refs, 0)
	}
	e.refs[f.Ref] = id
}

func (s *Shard) forget(e *entry, r call.Ref) {
	if int(r) < len(e.refs) && e.refs[r] != 0 {
		s.layer.Forget(e.refs[r])
		delete(s.clients, e.refs[r])
		e.refs[r] = 0
	}
}

func (s *Shard) record(e *entry, f call.Record) {
	s.uncount(e)
	if e.inbound {
		s.out.Ended = append(s.out.Ended, f.Anchor)
		if e.kept {
			s.out.Keeps = append(s.out.Keeps, Keep{Attempt: e.attempt})
		}
		return
	}
	s.out.Records = append(s.out.Records, Record{Attempt: e.attempt, Anchor: f.Anchor, Ending: s.ending(e, f)})
}

// triedFor is after how long a carrier that never tells of the ringing is taken
// to have let it ring (compliance.md 3.3).
const triedFor = 3 * time.Second

// rang reports whether an attempt reached the person, or may have.
func (s *Shard) rang(e *entry, n *call.Ending) bool {
	b := e.trunks[media.B]
	unheard := b >= 0 && s.cfg.Trunks[b].Mute && n.Tried != 0 && n.EndedAt-n.Tried >= triedFor
	return n.Rang || n.Answered != 0 || unheard
}

// ending puts the end of a call into the words of its record, and classes it.
func (s *Shard) ending(e *entry, f call.Record) policy.Ending {
	n := f.Ending
	var heard media.Heard
	switch {
	case n.Heard != nil:
		heard = *n.Heard
	case n.Watch != policy.WatchOff:
		heard = s.world.Heard(f.Anchor)
	}
	end := policy.Ending{
		Outcome: n.Outcome, Reason: n.Reason, Status: n.Status, EndedBy: n.EndedBy,
		Forwarded: n.Forwarded != 0, Rang: s.rang(e, &n),
		ForwardedAt: s.now.wall(n.Forwarded), RingingAt: s.now.wall(n.Ringing),
		AnsweredAt: s.now.wall(n.Answered), EndedAt: s.now.wall(n.EndedAt),
		Watch: n.Watch, Line: lineOf(heard.State), Deaf: heard.Deaf, Machine: n.Machine,
		Due: n.Due, CutAt: s.now.wall(n.Cut), AmbienceAt: s.now.wall(heard.Ambience),
		OperatorAt: s.now.wall(heard.Onset), DecidedAt: s.now.wall(heard.Decided),
	}
	if !end.AnsweredAt.IsZero() {
		silent := s.cfg.silent(&e.attempt)
		end.Outcome, end.Ratio = policy.Classify(&silent, &end)
	}
	return end
}

// lineOf names a state of the media in the words of the policy.
func lineOf(st media.State) policy.LineState {
	switch st {
	case media.CN:
		return policy.LineCN
	case media.Dead:
		return policy.LineDead
	case media.Tone:
		return policy.LineTone
	case media.Quiet:
		return policy.LineQuiet
	case media.Operator:
		return policy.LineOperator
	case media.None:
	}
	return policy.LineNone
}

// interrupted is the end of a call that is given up, with what it was so far.
func (e *entry) interrupted(now time.Duration) call.Ending {
	var n call.Ending
	if e.call != nil {
		n = e.call.Ending()
	}
	n.Outcome, n.Reason, n.EndedBy, n.EndedAt = policy.OutcomeInterrupted, policy.Interrupted, policy.Tregua, now
	return n
}

func (s *Shard) release(e *entry) {
	s.uncount(e)
	s.dropAsides(e)
	delete(s.calls, e.id)
	ids := s.dialogs[e.key]
	for i, id := range ids {
		if id == e.id {
			ids = append(ids[:i:i], ids[i+1:]...)
			break
		}
	}
	if len(ids) == 0 {
		delete(s.dialogs, e.key)
	} else {
		s.dialogs[e.key] = ids
	}
}

func (s *Shard) uncount(e *entry) {
	if e.counted {
		e.counted = false
		s.load[e.trunks[media.A]]--
	}
}
