package txn

import (
	"container/heap"
	"time"
)

// timer is one running or stopped timer of a transaction, inside of it.
type timer struct {
	at   time.Duration
	seq  uint64        // order of starting, so that equal deadlines fire in a fixed order
	wait time.Duration // how long it was started for
	of   *transaction
	name input
	slot int // place in the heap, counted from 1; 0 is stopped
}

// timers are the running timers, the earliest first. The zero value is empty.
type timers struct {
	heap timerHeap
	seq  uint64
}

// start lets t run out d after now. It must be stopped.
func (s *timers) start(now time.Duration, t *timer, name input, d time.Duration) {
	s.seq++
	t.at, t.seq, t.wait, t.name = now+d, s.seq, d, name
	heap.Push(&s.heap, t)
}

// stop takes t out, if it runs.
func (s *timers) stop(t *timer) {
	if t.slot != 0 {
		heap.Remove(&s.heap, t.slot-1)
	}
}

// next is the earliest deadline.
func (s *timers) next() (at time.Duration, ok bool) {
	if len(s.heap) == 0 {
		return 0, false
	}
	return s.heap[0].at, true
}

// due takes out the first timer that has run out by now, nil when none has.
func (s *timers) due(now time.Duration) *timer {
	if len(s.heap) == 0 || s.heap[0].at > now {
		return nil
	}
	return heap.Pop(&s.heap).(*timer)
}

// timerHeap is the heap.Interface of timers.
type timerHeap []*timer

func (h timerHeap) Len() int { return len(h) }

func (h timerHeap) Less(i, j int) bool {
	if h[i].at != h[j].at {
		return h[i].at < h[j].at
	}
	return h[i].seq < h[j].seq
}

func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].slot, h[j].slot = i+1, j+1
}

// Push is called by package heap alone.
func (h *timerHeap) Push(x any) {
	t := x.(*timer)
	*h = append(*h, t)
	t.slot = len(*h)
}

// Pop is called by package heap alone.
func (h *timerHeap) Pop() any {
	last := len(*h) - 1
	t := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	t.slot = 0
	return t
}
