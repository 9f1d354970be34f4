package txn

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// TestTimers starts and stops timers at random and compares with a plain sort.
func TestTimers(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 1))
	var s timers
	all := make([]timer, 500)
	var running []*timer
	for range 5000 {
		x := &all[r.IntN(len(all))]
		if i := slices.Index(running, x); i >= 0 {
			s.stop(x)
			s.stop(x) // a stopped one stays stopped
			running = slices.Delete(running, i, i+1)
			continue
		}
		s.start(0, x, timerA, time.Duration(r.IntN(20)))
		running = append(running, x)
	}
	// running is in order of starting, so a stable sort is the order wanted.
	slices.SortStableFunc(running, func(a, b *timer) int { return int(a.at - b.at) })
	for i, want := range running {
		if at, ok := s.next(); !ok || at != want.at {
			t.Fatalf("timer %d: next at %v, %v; want %v", i, at, ok, want.at)
		}
		if early := s.due(want.at - 1); early != nil {
			t.Fatalf("timer %d came early", i)
		}
		if got := s.due(want.at); got != want || got.slot != 0 {
			t.Fatalf("timer %d: another one came, or it runs on", i)
		}
	}
	if s.due(time.Hour) != nil {
		t.Error("one is left")
	}
	for i, x := range s.heap[:cap(s.heap)] {
		if x != nil {
			t.Fatalf("place %d still holds a timer", i)
		}
	}
}
