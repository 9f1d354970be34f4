package proxy

import (
	"fmt"
	"runtime/debug"

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
	gens    [call.Timers]uint32
	refs    []txn.ID // client transactions by call.Ref, 0 when gone
}

// mishap gives up a call that panicked: a mistake of ours must not end all
// others. Its record is closed as interrupted; its peers get 481.
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
	if e.counted {
		s.record(e, call.Record{Anchor: e.anchor, Ending: call.Ending{
			Outcome: policy.OutcomeInterrupted, Reason: policy.Interrupted,
			EndedBy: policy.Tregua, EndedAt: s.now.Mono,
		}})
	}
	s.release(e)
}

func (s *Shard) open(e *entry, f call.Open) {
	id := s.layer.Request(s.now.Mono, f.Msg, f.Raw, f.Hop, &s.tx)
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
	n := f.Ending
	s.uncount(e)
	s.out.Records = append(s.out.Records, Record{
		Attempt: e.attempt.ID, Anchor: f.Anchor,
		Ending: policy.Ending{
			Outcome: n.Outcome, Reason: n.Reason, Status: n.Status, EndedBy: n.EndedBy,
			Forwarded:   n.Forwarded != 0,
			ForwardedAt: s.now.wall(n.Forwarded), RingingAt: s.now.wall(n.Ringing),
			AnsweredAt: s.now.wall(n.Answered), EndedAt: s.now.wall(n.EndedAt),
		},
	})
}

func (s *Shard) release(e *entry) {
	s.uncount(e)
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
