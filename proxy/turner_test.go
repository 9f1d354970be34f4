package proxy

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tregua/policy"
	"tregua/proxy/transport"
)

// TestRecordsThatFindNoRoom: one that waits holds up those of its own number,
// in their order, and no other.
func TestRecordsThatFindNoRoom(t *testing.T) {
	t.Parallel()
	var taken []policy.AttemptID
	full := true
	s := &Server{cfg: ServerConfig{Record: func(a *policy.Attempt, _ policy.Ending) bool {
		if full && a.Called == 1 {
			full = false // room comes while the others are offered
			return false
		}
		taken = append(taken, a.ID)
		return true
	}}}
	w := &worker{}
	for i, called := range []policy.Number{1, 2, 1, 3} {
		w.unrecorded = append(w.unrecorded, Record{Attempt: policy.Attempt{Dialled: policy.Dialled{ID: policy.AttemptID{byte(i)}}, Called: called}})
	}
	s.record(w)
	s.record(w)
	want := []policy.AttemptID{{1}, {3}, {0}, {2}}
	if !slices.Equal(taken, want) || len(w.unrecorded) != 0 {
		t.Errorf("taken %v, want %v; %d wait", taken, want, len(w.unrecorded))
	}
}

// TestEveryTurn: whatever is put to a shard is turned once, by its own goroutine
// or by whoever put it, and never by two at a time.
func TestEveryTurn(t *testing.T) {
	t.Parallel()
	const putters, each = 4, 50
	var at atomic.Int64
	asked := make(chan policy.AttemptID, 2*putters*each)
	s := server(t, ServerConfig{
		Queue: 4,
		Ask: func(a policy.Attempt, _ policy.Return) (Judged, bool) {
			if at.Add(1) != 1 {
				t.Error("two turn at a time")
			}
			runtime.Gosched()
			at.Add(-1)
			asked <- a.ID
			return Judged{}, false
		},
	})
	w, b := s.shards[0], newBench(t, nil)
	ctx, stop := context.WithCancel(t.Context())
	var turner, putting sync.WaitGroup
	turner.Go(func() { s.turn(ctx, w) })
	for p := range putters {
		putting.Go(func() {
			for i := range each {
				w.put(b.from(0, invite("sip:+39333@x", p*each+i)))
				if p%2 == 0 {
					s.turnHere(w)
				} else {
					w.rouse()
				}
			}
		})
	}
	putting.Wait()
	seen := map[policy.AttemptID]bool{}
	for range putters * each {
		seen[<-asked] = true
	}
	stop()
	turner.Wait()
	if len(seen) != putters*each || len(asked) != 0 {
		t.Errorf("of %d calls %d were asked for, %d times too many", putters*each, len(seen), len(asked))
	}
}

// TestTurnHere: what was put while somebody else turns the shard is left for its
// own goroutine.
func TestTurnHere(t *testing.T) {
	t.Parallel()
	asked := 0
	s := server(t, ServerConfig{
		Queue: 4,
		Ask:   func(policy.Attempt, policy.Return) (Judged, bool) { asked++; return Judged{}, false },
	})
	w, b := s.shards[0], newBench(t, nil)
	w.baton.Lock()
	w.put(b.from(0, invite("sip:+39333@x", 1)))
	s.turnHere(w)
	if asked != 0 || len(w.in) != 1 || len(w.call) != 1 {
		t.Errorf("beside another turn: %d asked, %d wait, %d calls for the goroutine", asked, len(w.in), len(w.call))
	}
	w.baton.Unlock()
	if s.turnHere(w); asked != 1 || len(w.in) != 0 {
		t.Errorf("alone: %d asked, %d wait", asked, len(w.in))
	}
}

// server is one of a single shard, whose listeners are closed.
func server(t *testing.T, cfg ServerConfig) *Server {
	t.Helper()
	u, err := transport.Listen(0, netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := u.Run(ended, nil); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, nil)
	cfg.Shards, cfg.Config, cfg.Clock, cfg.Log = 1, b.shard.cfg, NewClock(), slog.New(slog.DiscardHandler)
	cfg.Listeners = []*transport.UDP{u, u}
	cfg.Book = func() Book { return b }
	cfg.Entropy = func() Entropy { return rand.New(rand.NewPCG(1, 2)) }
	cfg.Record = func(*policy.Attempt, policy.Ending) bool { return true }
	return NewServer(cfg)
}

// TestSetTimer: the timer rings when the shard wants it or earlier, never later.
func TestSetTimer(t *testing.T) {
	t.Parallel()
	const now = 10 * time.Second
	for name, c := range map[string]struct {
		alarm, next time.Duration
		none, waits bool // no timer of the shard runs; a record waits for room
		want        time.Duration
	}{
		"first":                {next: 12 * time.Second, want: 12 * time.Second},
		"earlier":              {alarm: 12 * time.Second, next: 11 * time.Second, want: 11 * time.Second},
		"later is left":        {alarm: 12 * time.Second, next: 13 * time.Second, want: 12 * time.Second},
		"rung":                 {alarm: 10 * time.Second, next: 13 * time.Second, want: 13 * time.Second},
		"none":                 {none: true, want: now + time.Hour},
		"none, a record waits": {none: true, waits: true, want: now + retry},
		"a record waits":       {alarm: 12 * time.Second, next: 11 * time.Second, waits: true, want: now + retry},
	} {
		w := &worker{timer: time.NewTimer(time.Hour), alarm: c.alarm}
		if c.waits {
			w.unrecorded = make([]Record, 1)
		}
		if w.setTimer(now, c.next, !c.none); w.alarm != c.want {
			t.Errorf("%s: rings at %v, want %v", name, w.alarm, c.want)
		}
	}
}
