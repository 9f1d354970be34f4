package desk

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tregua/policy/gate"
)

// worker is one desk with what waits for it. Whoever holds the baton turns the
// desk: its goroutine or, for an attempt that needs no row of the store while
// nothing waits, who asks (see [Desks.Ask]).
type worker struct {
	in     chan message
	call   chan struct{} // room for one: the goroutine is to look after the clerk
	unseen atomic.Int64  // inputs that the desk has not handled yet
	barred atomic.Int64  // numbers that have a bar, after the last turn

	baton chan struct{} // has room for one: who put it there has what follows, once the goroutine runs
	desk  *Desk
	clerk clerk
	out   Outputs
	open  bool // the goroutine works

	gate  sync.RWMutex  // held to put something in without waiting, and to close ended
	ended chan struct{} // closed when nothing is taken any more
	gone  chan struct{} // closed after the last turn
}

type message struct {
	input Input
	done  chan struct{} // closed when the input is in force; nil: nobody waits
}

// errEnded is returned for an input that came after the end of the desks.
var errEnded = errors.New("the desks have ended")

// offer gives the desk an input if fewer than most wait and it still works. Ends
// may fill the queue and attempts half of it: what is to be refused must not
// keep out what the next refusal rests on.
func (w *worker) offer(in Input, most int) bool {
	w.gate.RLock()
	defer w.gate.RUnlock()
	select {
	case <-w.ended:
		return false
	default:
	}
	if len(w.in) >= most {
		return false
	}
	w.unseen.Add(1)
	select {
	case w.in <- message{input: in}:
		return true
	default:
		w.unseen.Add(-1)
		return false
	}
}

// wait gives the desk an input when there is room, or not at all when it has
// ended.
func (w *worker) wait(in Input) {
	w.unseen.Add(1)
	select {
	case w.in <- message{input: in}:
	case <-w.ended:
		w.unseen.Add(-1)
	}
}

// put gives the desk an input and waits until it has been handled.
func (w *worker) put(ctx context.Context, in Input) error {
	done := make(chan struct{})
	w.unseen.Add(1)
	select {
	case w.in <- message{in, done}:
	case <-w.ended:
		w.unseen.Add(-1)
		return errEnded
	case <-ctx.Done():
		w.unseen.Add(-1)
		return ctx.Err()
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-w.gone:
	}
	select { // its last turn may have been the one
	case <-done:
		return nil
	default:
		return errEnded
	}
}

// turn is what one turn of a desk is about, kept to be used again.
type turn struct {
	inputs  []Input
	waiting []chan struct{}
}

// work runs one desk until ctx ends.
func (d *Desks) work(ctx context.Context, w *worker) {
	var t turn
	w.baton <- struct{}{}
	w.open = true
	<-w.baton
	timer := time.NewTimer(Window)
	defer timer.Stop()
	var rings time.Time // when the timer does; it is set anew only for what is due before: that costs more than a turn
	for {
		select {
		case m := <-w.in:
			w.take(m, &t)
		case <-timer.C:
			rings = time.Time{}
		case <-w.call:
		case <-ctx.Done():
			d.end(w, &t)
			return
		}
		if wait, due := d.turn(w, &t); rings.IsZero() || due.Before(rings) {
			timer.Reset(wait)
			rings = due
		}
	}
}

// turn lets the desk handle the inputs and returns how long nothing else has to
// be done, and when that is.
func (d *Desks) turn(w *worker, t *turn) (wait time.Duration, due time.Time) {
	w.baton <- struct{}{}
	defer func() { <-w.baton }()
	now, put := d.cfg.Now(), len(t.inputs)
	for i, r := range w.clerk.takeReleased() {
		t.inputs = slices.Insert(t.inputs, i, Input(r))
	}
	next := w.desk.Turn(now, d.cfg.View(), d.cfg.Rows, t.inputs, &w.out)
	w.unseen.Add(-int64(put))
	w.barred.Store(int64(w.desk.Barred()))
	for _, done := range t.waiting {
		close(done)
	}
	t.inputs, t.waiting = t.inputs[:0], t.waiting[:0]
	d.carryOut(w, d.cfg.Answer)
	wait = Window
	if !next.IsZero() {
		wait = next.Sub(now)
	}
	if len(w.clerk.unrecorded) > 0 {
		wait = min(wait, retry)
	}
	return wait, now.Add(wait)
}

// end handles what was put to the desk before and writes down what it
// remembers, for as long as the ledger may yet find room.
func (d *Desks) end(w *worker, t *turn) {
	defer close(w.gone)
	w.gate.Lock()
	close(w.ended)
	w.gate.Unlock()
	for more := true; more; {
		select {
		case m := <-w.in:
			w.take(m, t)
			d.turn(w, t)
		default:
			more = false
		}
	}
	w.baton <- struct{}{}
	defer func() { <-w.baton }()
	w.open = false
	w.desk.Close(&w.out)
	d.carryOut(w, d.cfg.Answer)
	d.finish(&w.clerk)
}

// take gathers what waits, up to a turn's worth.
func (w *worker) take(m message, t *turn) {
	for {
		t.inputs = append(t.inputs, m.input)
		if m.done != nil {
			t.waiting = append(t.waiting, m.done)
		}
		if len(t.inputs) == 64 {
			return
		}
		select {
		case m = <-w.in:
		default:
			return
		}
	}
}

// carryOut does what a turn wants done.
func (d *Desks) carryOut(w *worker, answer func(Answer)) {
	out := &w.out
	d.submit(&w.clerk, out.Entries, answer)
	for i := range out.Wanting {
		d.pacing.put(out.Wanting[i])
	}
	for _, id := range out.Gone {
		d.pacing.put(Told{gate.Gone{ID: id}})
	}
	for _, a := range out.Answers {
		answer(a)
	}
	for _, f := range out.Freed {
		// Without room the refusal is remembered to the end of its minute.
		d.of(f.Index).offer(f, 2*d.cfg.Queue)
	}
}

// here lets the desk judge an attempt on the caller's goroutine, which costs
// neither of them to be woken: that is more than to judge. It does so while
// nobody else turns the desk, nothing was put to it before, and no row of the
// store has to be read, for which no call may wait; false: the attempt is not
// judged yet.
func (d *Desks) here(w *worker, q *Ask) (answer Answer, now, ok bool) {
	select {
	case w.baton <- struct{}{}:
		defer func() { <-w.baton }()
	default:
		return answer, false, false
	}
	if !w.open || w.unseen.Load() > 0 {
		return answer, false, false
	}
	ok = w.desk.Try(d.cfg.Now(), d.cfg.View(), q, &w.out)
	d.carryOut(w, func(a Answer) { answer, now = a, true })
	if len(w.clerk.unrecorded)+len(w.clerk.released) > 0 {
		w.rouse()
	}
	return answer, now, ok
}

// rouse lets the goroutine look after the clerk.
func (w *worker) rouse() {
	select {
	case w.call <- struct{}{}:
	default:
	}
}
