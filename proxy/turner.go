package proxy

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/txn"
)

// retry is how long a shard waits before it offers a record again.
const retry = 20 * time.Millisecond

// turn is the goroutine round one shard: it turns when it is called or when a
// timer of the shard is due.
func (s *Server) turn(ctx context.Context, w *worker) {
	defer w.timer.Stop()
	for {
		select {
		case <-w.call:
		case <-w.timer.C:
		case <-ctx.Done():
			s.leave(w)
			return
		}
		w.baton.Lock()
		s.turns(w)
		w.baton.Unlock()
		if len(w.in) > 0 {
			w.rouse()
		}
	}
}

// turnHere turns the shard on the caller's goroutine, unless somebody does. What
// is left or comes meanwhile is for the shard's own goroutine: a reader has its
// listener to read.
func (s *Server) turnHere(w *worker) {
	if w.baton.TryLock() {
		s.turns(w)
		w.baton.Unlock()
	}
	if len(w.in) > 0 {
		w.rouse()
	}
}

// turns turns the shard with what waits at it, once more for what was answered at
// once, and sets its timer. The caller holds the baton.
func (s *Server) turns(w *worker) {
	w.take()
	for {
		s.lease(w, w.inputs)
		now := s.cfg.Clock.Now()
		next, ok := w.shard.Turn(now, s.world(w), w.inputs, &w.out)
		w.publish()
		s.carryOut(w, &w.out)
		clear(w.inputs)
		w.inputs = append(w.inputs[:0], w.answered...)
		if w.answered = w.answered[:0]; len(w.inputs) == 0 {
			w.setTimer(now.Mono, next, ok)
			return
		}
	}
}

// leave handles what still waits when the shards end, and hands in the records
// that the ledger had no room for.
func (s *Server) leave(w *worker) {
	w.baton.Lock()
	defer w.baton.Unlock()
	for len(w.in) > 0 {
		s.turns(w)
	}
	for range int(patience / retry) {
		if len(w.unrecorded) == 0 {
			return
		}
		time.Sleep(retry)
		s.record(w)
	}
	s.cfg.Log.Error("the ledger took no more records: the next start closes these as interrupted", "records", len(w.unrecorded))
}

// patience is how long a shard that ends offers its last records.
const patience = time.Second

// world is what a shard sees in a turn.
func (s *Server) world(w *worker) World { return world{s.cfg.Book(), s, w} }

type world struct {
	Book
	server *Server
	self   *worker
}

// Heard is the word of the media as it is now.
func (w world) Heard(id media.AnchorID) media.Heard { return w.server.cfg.Media.Heard(id) }

// Elsewhere adds up what the other shards said after their last turn.
func (w world) Elsewhere(trunk int) (n int) {
	for _, other := range w.server.shards {
		if other != w.self {
			n += int(other.loads[trunk].Load())
		}
	}
	return n
}

// lease gives allowed calls their media ports. Where there are none the anchor
// stays zero, and the shard decides what becomes of the call.
func (s *Server) lease(w *worker, inputs []Input) {
	for i, in := range inputs {
		j, ok := in.(Judged)
		if !ok || j.Decision.Verdict != policy.Allow {
			continue
		}
		if a, b, ok := w.shard.MediaAddrs(j.Call); ok {
			j.Anchor, _ = s.cfg.Media.Lease(a, b, j.Call)
			inputs[i] = j
		}
	}
}

func (s *Server) carryOut(w *worker, out *Outputs) {
	for _, f := range out.Flows {
		s.cfg.Media.Set(f.Anchor, f.Leg, f.Flow)
	}
	// Records before what is sent: a re-dial upon our BYE must meet the bar.
	w.unnoted = append(w.unnoted, out.Ups...)
	if s.cfg.Keep != nil {
		w.unkept = append(w.unkept, out.Keeps...)
	}
	for _, r := range out.Records {
		if r.Anchor != 0 {
			st := s.cfg.Media.Close(r.Anchor)
			r.Ending.Heard, r.Ending.OptedOut = heard(st), st.OptedOut
		}
		w.unrecorded = append(w.unrecorded, r)
	}
	for _, id := range out.Ended {
		s.cfg.Media.Close(id)
	}
	s.record(w)
	s.send(w, out.Sends)
	s.alarm(out)
	s.ask(w, out)
	for _, id := range out.Leases {
		w.answered = append(w.answered, Judged{Call: id, Decision: policy.Decision{Verdict: policy.Allow}})
	}
	for i := range out.Inbound {
		if s.cfg.Inbound != nil {
			s.cfg.Inbound(&out.Inbound[i])
		}
	}
	s.Counts.Refused.Add(uint64(out.Refused))
	for _, what := range out.Mishaps {
		s.Counts.Mishaps.Add(1)
		s.cfg.Log.Error("a call was given up: a mistake in the program", "panic", what)
	}
}

// ask puts attempts to the policy, and says which need no answer any more.
func (s *Server) ask(w *worker, out *Outputs) {
	for _, a := range out.Asks {
		if j, now := s.cfg.Ask(a.Attempt, a.Return); now {
			j.Call = a.Return.Call
			w.answered = append(w.answered, j)
		}
	}
	for i := range out.Withdrawn {
		if s.cfg.Withdrawn != nil {
			s.cfg.Withdrawn(&out.Withdrawn[i])
		}
	}
}

func (s *Server) send(w *worker, sends []txn.Send) {
	for _, m := range sends {
		if err := s.cfg.Listeners[m.Hop.Listener].Send(m.Hop, m.Data); err != nil {
			s.Counts.SendErrors.Add(1)
			if m.ID != 0 && !passingError(err) {
				w.answered = append(w.answered, SendFailed{m.ID})
			}
		}
	}
}

// record hands in what is to be recorded, as far as there is room.
func (s *Server) record(w *worker) {
	s.keep(w)
	for len(w.unnoted) > 0 && s.cfg.Up(w.unnoted[0].Attempt, w.unnoted[0].Up) {
		w.unnoted = w.unnoted[1:]
	}
	kept := w.unrecorded[:0]
	for i := range w.unrecorded {
		if r := &w.unrecorded[i]; behind(r, kept) || !s.cfg.Record(&r.Attempt, r.Ending) {
			kept = append(kept, *r)
		}
	}
	clear(w.unrecorded[len(kept):])
	w.unrecorded = kept
}

// behind reports whether a record must wait for another of its number: what a
// silent call leaves on it goes by the order of its calls. A record of another
// number has another desk to go to, which may have room.
func behind(r *Record, kept []Record) bool {
	return slices.ContainsFunc(kept, func(k Record) bool { return k.Attempt.Called == r.Attempt.Called })
}

// alarm speaks up when the law was not kept, or may not have been. What was to
// be sent is out by then: a log that is slow makes nothing later.
func (s *Server) alarm(out *Outputs) {
	for _, r := range out.Records {
		if r.Ending.Reason == policy.LawLate {
			s.cfg.Log.Error("a silent call was ended too late", "attempt", r.Attempt.ID, "trunk", r.Attempt.Trunk,
				"after", r.Ending.CutAt.Sub(r.Ending.AnsweredAt))
		}
	}
	for _, u := range out.Unended {
		s.Counts.Unended.Add(1)
		s.cfg.Log.Error("a BYE of tregua's did not end a call", "attempt", u.Attempt,
			"trunk", s.cfg.Config.Trunks[u.Trunk].Name, "status", u.Status)
	}
}

// passingError reports an error that the next repeat may not meet: the kernel was
// short of room for a moment.
func passingError(err error) bool {
	return errors.Is(err, unix.ENOBUFS) || errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.ENOMEM)
}

func heard(st media.Stats) (p [2]policy.Packets) {
	for leg, c := range st.Received {
		p[leg] = policy.Packets{Count: c.Packets, Bytes: c.Bytes}
	}
	return p
}
