package proxy

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/dchest/siphash"

	"tregua/media"
	"tregua/policy"
)

// Left is a call that the last process of the node left answered.
type Left struct {
	Attempt policy.Attempt // of an inbound call its ID alone
	Kept    *Kept          // which ReadKept has read
	Leaving bool           // a side had hung up
}

// Adopt takes in the calls that the last process left answered. Those that can
// go on do, on their old ports, which reopen opens again; the others are ended
// on both sides, and a line says why. It returns how many go on. Run must not be
// running yet: what the ended ones leave on their numbers is before the first
// INVITE then.
func (s *Server) Adopt(
	calls []Left, reopen func(addr [2]netip.AddrPort, owner uint64) (media.Anchor, error),
) (on int) {
	inputs := make([][]Input, len(s.shards))
	for _, l := range calls {
		st := &l.Kept.State
		in := Adopt{Attempt: l.Attempt, Kept: *l.Kept}
		why := s.cfg.Config.Over(l.Kept)
		if l.Leaving {
			// Its BYE may have been answered, and nobody would ever tell us again.
			why = errors.New("a side had hung up")
		}
		if why == nil && st.Anchored() {
			in.Anchor, why = reopen([2]netip.AddrPort{st.Sides[media.A].Anchor, st.Sides[media.B].Anchor}, l.Kept.Call)
		}
		if in.Over = why != nil; in.Over {
			s.cfg.Log.Warn("a call was ended: it could not go on after the restart", "attempt", l.Attempt.ID, "err", why)
		} else {
			on++
		}
		shard := s.shardBy([]byte(st.CallID))
		inputs[shard] = append(inputs[shard], in)
	}
	for i, w := range s.shards {
		var out Outputs
		w.shard.Turn(s.cfg.Clock.Now(), s.world(w), inputs[i], &out)
		w.publish()
		s.carryOut(w, &out)
	}
	return on
}

// shardBy returns the shard of a Call-ID as the calls have it, under a key of
// this process: nobody outside can send all calls to one shard.
func (s *Server) shardBy(callID []byte) int {
	return int(siphash.Hash(s.cfg.Key[0], s.cfg.Key[1], callID) % uint64(len(s.shards)))
}

// Drain lets no call begin any more and returns when none is left, ctx has ended
// or the time is over. Run must be running, and goes on.
func (s *Server) Drain(ctx context.Context, most time.Duration) {
	for _, w := range s.shards {
		select {
		case w.in <- Drain{}:
			w.rouse()
		case <-s.ended:
			return
		}
	}
	over := time.NewTimer(most)
	defer over.Stop()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for s.Calls() > 0 {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		case <-over.C:
			return
		}
	}
}

// keep hands in what calls need to go on, as far as there is room.
func (s *Server) keep(w *worker) {
	for len(w.unkept) > 0 && s.cfg.Keep(&w.unkept[0]) {
		w.unkept = w.unkept[1:]
	}
}
