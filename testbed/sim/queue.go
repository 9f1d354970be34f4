package sim

import (
	"container/heap"
	"time"
)

// queue holds what will happen, in order of time, and of entry where that is
// equal. The zero value is empty.
type queue struct {
	list []event
	seq  uint64
	now  time.Duration
}

type event struct {
	at  time.Duration
	seq uint64
	do  func()
}

// at lets do happen at a time, now at the earliest.
func (q *queue) at(t time.Duration, do func()) {
	q.seq++
	heap.Push(q, event{max(t, q.now), q.seq, do})
}

// after lets do happen when d has passed.
func (q *queue) after(d time.Duration, do func()) { q.at(q.now+d, do) }

// run lets everything happen until nothing is left. It is false when that did
// not come to pass before the end.
func (q *queue) run(end time.Duration) bool {
	for len(q.list) > 0 {
		e := heap.Pop(q).(event)
		if e.at > end {
			return false
		}
		q.now = e.at
		e.do()
	}
	return true
}

func (q *queue) Len() int { return len(q.list) }
func (q *queue) Less(i, j int) bool {
	x, y := &q.list[i], &q.list[j]
	return x.at < y.at || x.at == y.at && x.seq < y.seq
}
func (q *queue) Swap(i, j int) { q.list[i], q.list[j] = q.list[j], q.list[i] }

// Push is called by package heap alone.
func (q *queue) Push(x any) { q.list = append(q.list, x.(event)) }

// Pop is called by package heap alone.
func (q *queue) Pop() any {
	last := q.list[len(q.list)-1]
	q.list[len(q.list)-1] = event{}
	q.list = q.list[:len(q.list)-1]
	return last
}
