package proxy

import (
	"sync"
	"sync/atomic"
	"time"
)

// turnSize bounds the inputs of one turn, so that timers are not late.
const turnSize = 64

// worker is a shard and what is kept for it. Whoever holds the baton turns the
// shard: its own goroutine or, where nobody else does, the reader of a listener,
// which then has no other thread to wake.
type worker struct {
	in    chan Input
	call  chan struct{} // room for one: the shard's own goroutine is to look
	calls atomic.Int64
	loads []atomic.Int64 // calls by trunk, for the other shards to see

	baton      sync.Mutex // protects what follows
	shard      *Shard
	inputs     []Input
	out        Outputs
	timer      *time.Timer
	alarm      time.Duration // Mono when timer rings
	answered   []Input       // what was known at once: for the next turn
	unkept     []Keep        // what calls need to go on, that the ledger had no room for yet
	unnoted    []Up          // answers that the ledger had no room for yet, in order
	unrecorded []Record      // records likewise; they do not wait for answers
}

func newWorker(cfg *ServerConfig, index uint32) *worker {
	return &worker{
		in: make(chan Input, cfg.Queue), call: make(chan struct{}, 1),
		loads: make([]atomic.Int64, len(cfg.Config.Trunks)),
		shard: NewShard(cfg.Config, index, cfg.Entropy()),
		timer: time.NewTimer(0),
	}
}

// put gives the shard an input. Where there is no room it waits for the shard's
// own goroutine to make some.
func (w *worker) put(i Input) {
	select {
	case w.in <- i:
	default:
		w.rouse()
		w.in <- i
	}
}

// rouse lets the shard's own goroutine look at what was put.
func (w *worker) rouse() {
	select {
	case w.call <- struct{}{}:
	default:
	}
}

// take gathers what waits, up to a turn's worth.
func (w *worker) take() {
	for len(w.inputs) < turnSize {
		select {
		case i := <-w.in:
			w.inputs = append(w.inputs, i)
		default:
			return
		}
	}
}

// setTimer lets the timer ring when the shard wants it. One that rings earlier is
// left alone: most of what a shard waits for is called off before, and setting it
// costs more than a turn for nothing now and then.
func (w *worker) setTimer(now, next time.Duration, ok bool) {
	if !ok {
		next = now + time.Hour
	}
	if len(w.unnoted)+len(w.unkept)+len(w.unrecorded) > 0 {
		next = min(next, now+retry)
	}
	if w.alarm > now && w.alarm <= next {
		return
	}
	w.alarm = next
	w.timer.Reset(next - now)
}

// publish lets others see how many calls the shard holds.
func (w *worker) publish() {
	w.calls.Store(int64(w.shard.Open()))
	for trunk := range w.loads {
		w.loads[trunk].Store(int64(w.shard.load[trunk]))
	}
}
