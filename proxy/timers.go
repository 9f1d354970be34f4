package proxy

import (
	"container/heap"
	"slices"
	"time"

	"tregua/proxy/call"
)

// alarm is a timer of a call. A timer that was stopped or started anew leaves
// its alarm behind: gen tells that it no longer counts.
type alarm struct {
	at    time.Duration
	seq   uint64 // equal times ring in the order they were set
	call  uint64
	timer call.Timer
	gen   uint32
}

type alarms struct {
	list []alarm
	seq  uint64
}

func (a *alarms) Len() int { return len(a.list) }
func (a *alarms) Less(i, j int) bool {
	x, y := a.list[i], a.list[j]
	return x.at < y.at || x.at == y.at && x.seq < y.seq
}
func (a *alarms) Swap(i, j int) { a.list[i], a.list[j] = a.list[j], a.list[i] }
func (a *alarms) Push(x any)    { a.list = append(a.list, x.(alarm)) }
func (a *alarms) Pop() any {
	last := a.list[len(a.list)-1]
	a.list = a.list[:len(a.list)-1]
	return last
}

func (a *alarms) set(x alarm) {
	a.seq++
	x.seq = a.seq
	heap.Push(a, x)
}

// compact drops the alarms that no longer count.
func (a *alarms) compact(counts func(alarm) bool) {
	a.list = slices.DeleteFunc(a.list, func(x alarm) bool { return !counts(x) })
	heap.Init(a)
}

// due takes the first alarm that rings at or before now.
func (a *alarms) due(now time.Duration) (alarm, bool) {
	if len(a.list) == 0 || a.list[0].at > now {
		return alarm{}, false
	}
	return heap.Pop(a).(alarm), true
}
