package desk

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
)

// worker is one desk with what waits for it.
type worker struct {
	desk       *Desk          // its goroutine only, once it runs
	unrecorded []ledger.Entry // its goroutine only: what the ledger had no room for yet, in order
	released   []Input        // its goroutine only: claims of calls that did not go out
	in         chan message
	barred     atomic.Int64 // numbers that have a bar, after the last turn

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

const (
	// retry is how long a desk waits before it offers a record again.
	retry = 20 * time.Millisecond
	// patience is how often it does so at the end.
	patience = 50
)

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
	select {
	case w.in <- message{input: in}:
		return true
	default:
		return false
	}
}

// wait gives the desk an input when there is room, or not at all when it has
// ended.
func (w *worker) wait(in Input) {
	select {
	case w.in <- message{input: in}:
	case <-w.ended:
	}
}

// put gives the desk an input and waits until it has been handled.
func (w *worker) put(ctx context.Context, in Input) error {
	done := make(chan struct{})
	select {
	case w.in <- message{in, done}:
	case <-w.ended:
		return errEnded
	case <-ctx.Done():
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
	out     Outputs
}

// work runs one desk until ctx ends.
func (d *Desks) work(ctx context.Context, w *worker) {
	var t turn
	timer := time.NewTimer(Window)
	defer timer.Stop()
	for {
		select {
		case m := <-w.in:
			w.take(m, &t)
		case <-timer.C:
		case <-ctx.Done():
			d.end(w, &t)
			return
		}
		timer.Reset(d.turn(w, &t))
	}
}

// turn lets the desk handle the inputs and returns how long nothing else has to
// be done.
func (d *Desks) turn(w *worker, t *turn) time.Duration {
	now := d.cfg.Now()
	if len(w.released) > 0 {
		t.inputs, w.released = slices.Insert(t.inputs, 0, w.released...), nil
	}
	next := w.desk.Turn(now, d.cfg.View(), d.cfg.Rows, t.inputs, &t.out)
	w.barred.Store(int64(w.desk.Barred()))
	for _, done := range t.waiting {
		close(done)
	}
	t.inputs, t.waiting = t.inputs[:0], t.waiting[:0]
	d.carryOut(w, &t.out)
	wait := Window
	if !next.IsZero() {
		wait = next.Sub(now)
	}
	if len(w.unrecorded) > 0 {
		wait = min(wait, retry)
	}
	return wait
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
	w.desk.Close(&t.out)
	d.carryOut(w, &t.out)
	for range patience {
		if len(w.unrecorded) == 0 {
			return
		}
		time.Sleep(retry)
		d.again(w)
	}
	d.Lost.Add(uint64(len(w.unrecorded)))
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

// carryOut gives the ledger what it had no room for and what is new, and the
// calls their answers. A call whose open row finds no room is refused, and gives
// back what it claimed. Everything else keeps its order: the last word on a bar
// counts.
func (d *Desks) carryOut(w *worker, out *Outputs) {
	d.again(w)
	for _, e := range out.Entries {
		if (e.Kind == ledger.Open || len(w.unrecorded) == 0) && d.cfg.Submit(e) {
			continue
		}
		switch {
		case e.Kind != ledger.Open:
		case e.Record.Attempt.Mode != policy.Enforce: // it goes, and is written down when there is room
			d.cfg.Answer(Answer{Return: e.Return, Decision: spared(policy.LedgerFull), Open: true})
			e.Return = policy.Return{}
		default:
			e = d.turnedAway(w, e)
		}
		d.putOff(w, e)
	}
	for _, a := range out.Answers {
		d.cfg.Answer(a)
	}
	for _, f := range out.Freed {
		// Without room the refusal is remembered to the end of its minute.
		d.of(f.Index).offer(f, 2*d.cfg.Queue)
	}
}

// putOff keeps an entry until the ledger has room. Ends are no more than there
// are calls, and each is the only account of one; refusals come as fast as a
// dialer likes.
func (d *Desks) putOff(w *worker, e ledger.Entry) {
	switch e.Kind {
	case ledger.Close, ledger.Open, ledger.Forget:
	default:
		if len(w.unrecorded) >= d.cfg.Queue {
			d.Lost.Add(1)
			return
		}
	}
	w.unrecorded = append(w.unrecorded, e)
}

// turnedAway refuses a call whose open row finds no room, and returns its record.
func (d *Desks) turnedAway(w *worker, e ledger.Entry) ledger.Entry {
	d.cfg.Answer(Answer{Return: e.Return, Decision: policy.Decision{Rule: "fault", Reason: policy.LedgerFull}})
	if a := &e.Record.Attempt; counted(a) {
		w.released = append(w.released, Release{a.ID, a.Called, d.index(a), a.Principal})
	}
	return e.Refused(policy.LedgerFull, d.cfg.Now())
}

// again offers the ledger what it had no room for.
func (d *Desks) again(w *worker) {
	for len(w.unrecorded) > 0 && d.cfg.Submit(w.unrecorded[0]) {
		w.unrecorded = w.unrecorded[1:]
	}
}
