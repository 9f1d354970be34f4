package desk

import (
	"context"
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dchest/siphash"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/store"
)

// Config is what the desks depend on. No field may be nil.
type Config struct {
	Count  int // desks; one for each core is enough
	Queue  int // inputs that may wait at a desk, and records that it keeps for a full ledger
	Policy *policy.Policy
	View   func() View // the business data in force now
	Rows   store.Reader
	Submit func(ledger.Entry) bool // never blocks; false: the ledger is full
	Answer func(Answer)            // takes a decision back to its shard
	Now    func() time.Time
}

// Desks is the goroutines round the desks.
type Desks struct {
	cfg  Config
	desk []*worker
	Lost atomic.Uint64 // records that the ledger had no room for
}

type worker struct {
	desk       *Desk          // its goroutine only, once it runs
	unrecorded []ledger.Entry // its goroutine only: what the ledger had no room for yet
	in         chan message
}

type message struct {
	input Input
	done  chan struct{} // closed when the input is in force; nil: nobody waits
}

// retry is how long a desk waits before it offers a record again.
const retry = 20 * time.Millisecond

// NewDesks makes the desks, with the objections that were made before.
func NewDesks(cfg Config, known []Objection) *Desks {
	d := &Desks{cfg: cfg}
	for range cfg.Count {
		d.desk = append(d.desk, &worker{desk: New(cfg.Policy), in: make(chan message, cfg.Queue)})
	}
	for _, o := range known {
		d.of(o.Number, "").desk.objections.add(o)
	}
	return d
}

// of returns the owner of a number, or of what was dialled when it is none.
func (d *Desks) of(n policy.Number, user string) *worker {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	h := siphash.Hash(0, 0, b[:])
	if n == 0 {
		h = siphash.Hash(0, 0, []byte(user))
	}
	return d.desk[h%uint64(len(d.desk))]
}

// Ask puts an attempt to the owner of its number; the answer comes through
// Config.Answer, or at once when now is true. It never blocks. An emergency
// call is allowed here, whatever the state of desks, ledger and store.
func (d *Desks) Ask(a policy.Attempt, to policy.Return) (answer Answer, now bool) {
	if a.Reading == policy.Emergency {
		return d.emergency(a, to), true
	}
	select {
	case d.of(a.Called, a.User).in <- message{input: Ask{a, to}}:
		return Answer{}, false
	default:
		return d.fault(a, to, policy.DeskFull), true
	}
}

func (d *Desks) emergency(a policy.Attempt, to policy.Return) Answer {
	rec := policy.Record{Attempt: a}
	rec.Decision = d.cfg.Policy.Judge(&rec.Attempt, &rec.Facts)
	if !d.cfg.Submit(ledger.Entry{Kind: ledger.Open, Record: rec}) {
		d.Lost.Add(1)
	}
	return Answer{Return: to, Decision: rec.Decision, Open: true}
}

// fault refuses an attempt for a trouble of ours and records it if it can.
func (d *Desks) fault(a policy.Attempt, to policy.Return, why policy.Reason) Answer {
	rec := policy.Record{
		Attempt: a, Decision: policy.Decision{Rule: "fault", Reason: why},
		Ending: policy.Ending{Outcome: policy.OutcomeRefused, Reason: why, EndedBy: policy.Tregua, EndedAt: a.At},
	}
	if !d.cfg.Submit(ledger.Entry{Kind: ledger.Closed, Record: rec}) {
		d.Lost.Add(1)
	}
	return Answer{Return: to, Decision: rec.Decision}
}

// Object puts an objection in force: when it returns nil, every attempt that
// is judged from now on sees it.
func (d *Desks) Object(ctx context.Context, o Objection) error {
	return d.of(o.Number, "").put(ctx, o)
}

// Look judges an attempt as a call would be judged now, without a trace.
func (d *Desks) Look(ctx context.Context, a policy.Attempt) (policy.Facts, policy.Decision, error) {
	look := &Look{Attempt: a}
	err := d.of(a.Called, a.User).put(ctx, look)
	return look.Facts, look.Decision, err
}

// put gives the desk an input and waits until it has been handled.
func (w *worker) put(ctx context.Context, in Input) error {
	done := make(chan struct{})
	select {
	case w.in <- message{in, done}:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Waiting returns how many inputs wait at the desk where most do: each has a
// queue of its own, so one that cannot keep up would not show in a sum.
func (d *Desks) Waiting() (most int) {
	for _, w := range d.desk {
		most = max(most, len(w.in))
	}
	return most
}

// Posted takes the ledger's receipts back to the calls that wait for them.
func (d *Desks) Posted(receipts []ledger.Receipt) {
	for _, r := range receipts {
		if r.Kind != ledger.Open || r.Return == (policy.Return{}) {
			continue
		}
		a := Answer{Return: r.Return, Decision: policy.Decision{Verdict: policy.Allow}, Open: true}
		if r.Err != nil {
			a = Answer{Return: r.Return, Decision: policy.Decision{Rule: "fault", Reason: policy.StoreDown}}
		}
		d.cfg.Answer(a)
	}
}

// Run works until ctx ends, then lets each desk write down what it remembers.
func (d *Desks) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, w := range d.desk {
		wg.Go(func() { d.work(ctx, w) })
	}
	wg.Wait()
}

func (d *Desks) work(ctx context.Context, w *worker) {
	var (
		inputs  []Input
		waiting []chan struct{}
		out     Outputs
	)
	timer := time.NewTimer(Window)
	defer timer.Stop()
	for {
		inputs, waiting = inputs[:0], waiting[:0]
		select {
		case m := <-w.in:
			inputs, waiting = w.take(m, inputs, waiting)
		case <-timer.C:
		case <-ctx.Done():
			w.desk.Close(&out)
			d.carryOut(w, &out)
			d.Lost.Add(uint64(len(w.unrecorded)))
			return
		}
		now := d.cfg.Now()
		next := w.desk.Turn(now, d.cfg.View(), d.cfg.Rows, inputs, &out)
		for _, done := range waiting {
			close(done)
		}
		d.carryOut(w, &out)
		if next.IsZero() {
			next = now.Add(Window)
		}
		wait := next.Sub(now)
		if len(w.unrecorded) > 0 {
			wait = min(wait, retry)
		}
		timer.Reset(wait)
	}
}

// take gathers what waits, up to a turn's worth.
func (w *worker) take(m message, inputs []Input, waiting []chan struct{}) ([]Input, []chan struct{}) {
	for {
		inputs = append(inputs, m.input)
		if m.done != nil {
			waiting = append(waiting, m.done)
		}
		if len(inputs) == 64 {
			return inputs, waiting
		}
		select {
		case m = <-w.in:
		default:
			return inputs, waiting
		}
	}
}

// carryOut gives the ledger what it had no room for and what is new, and the
// calls their answers. A call whose open row finds no room is refused.
func (d *Desks) carryOut(w *worker, out *Outputs) {
	for len(w.unrecorded) > 0 && d.cfg.Submit(w.unrecorded[0]) {
		w.unrecorded = w.unrecorded[1:]
	}
	for _, e := range out.Entries {
		if d.cfg.Submit(e) {
			continue
		}
		if e.Kind == ledger.Open {
			d.cfg.Answer(Answer{Return: e.Return, Decision: policy.Decision{Rule: "fault", Reason: policy.LedgerFull}})
			e = e.Refused(policy.LedgerFull, d.cfg.Now())
		}
		if len(w.unrecorded) < d.cfg.Queue {
			w.unrecorded = append(w.unrecorded, e)
		} else {
			d.Lost.Add(1)
		}
	}
	for _, a := range out.Answers {
		d.cfg.Answer(a)
	}
}
