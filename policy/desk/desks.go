package desk

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"tregua/policy"
	"tregua/policy/bar"
	"tregua/policy/gate"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Config is what the desks depend on. No field but Bars, Served and Shared may be
// nil.
type Config struct {
	Count  int // desks; one for each core is enough
	Queue  int // attempts that may wait at a desk, ends that may besides, refusals kept for a full ledger
	Policy *policy.Policy
	Keys   *seal.Keys                  // a number belongs to the desk that its index names
	Bars   map[seal.Index]bar.Bars     // those in force, see [ledger.Bars]
	Served map[ledger.Served]time.Time // the requests that are done, see [ledger.AllServed]
	Shared *Shared                     // of Count desks, with what is in force; nil: nothing is
	View   func() View                 // the business data in force now
	Rows   store.Reader
	Submit func(ledger.Entry) bool // never blocks; false: the ledger is full
	Answer func(Answer)            // takes a decision back to its shard
	Now    func() time.Time
	// Gate is what the ratio is held by, with what is known of it; nil: there is none.
	Gate *gate.Gate
	// Watched reports whether it is seen on the calls of a trunk that an operator
	// joins them. Only those pass by the gate.
	Watched func(trunk string) bool
}

// Desks is the goroutines round the desks.
type Desks struct {
	cfg    Config
	desk   []*worker
	pacing *pacing       // nil: no gate
	Lost   atomic.Uint64 // records that the ledger had no room for
}

// NewDesks makes the desks, with the single changes that were made before.
func NewDesks(cfg Config, known []Change) *Desks {
	if cfg.Shared == nil {
		cfg.Shared = NewShared(cfg.Count)
	}
	d := &Desks{cfg: cfg}
	if cfg.Gate != nil {
		d.pacing = newPacing(NewPace(cfg.Policy, cfg.Gate))
	}
	for i := range cfg.Count {
		w := &worker{
			desk: New(cfg.Policy), in: make(chan message, 2*cfg.Queue), call: make(chan struct{}, 1), baton: make(chan struct{}, 1),
			ended: make(chan struct{}), gone: make(chan struct{}),
		}
		w.desk.Share(cfg.Shared, i)
		if d.pacing != nil {
			w.desk.Pace(d.paced)
		}
		d.desk = append(d.desk, w)
	}
	for _, c := range known {
		cfg.Shared.change(c)
	}
	for h, b := range cfg.Bars {
		d.of(h).desk.Load(h, b)
		d.of(h).barred.Add(1)
	}
	for s, at := range cfg.Served {
		d.of(s.Index).desk.Serve(s, at)
	}
	d.cfg.Bars, d.cfg.Served = nil, nil // the desks have them
	return d
}

// paced reports whether an attempt needs a place at the gate: it is one by which a
// person may wait for an operator in vain, and it is seen whether that happens.
// Of a transfer nothing is seen.
func (d *Desks) paced(a *policy.Attempt) bool {
	return counted(a) && !a.Aside && a.Channel == policy.ChannelOperator && d.cfg.Watched(a.Trunk) && d.cfg.Policy.Params(a.Profile).Gate.Enforce
}

// of returns the owner of a number.
func (d *Desks) of(h seal.Index) *worker { return d.desk[d.cfg.Shared.desk(h)] }

// index returns the index of the number of an attempt, or of what was dialled
// when it is none.
func (d *Desks) index(a *policy.Attempt) seal.Index {
	if a.Called == 0 {
		return d.cfg.Keys.IndexUser(a.User)
	}
	return d.cfg.Keys.Index(a.Called)
}

// Ask puts an attempt to the owner of its number; the answer comes through
// Config.Answer, or at once when now is true. It never blocks. An emergency
// call is allowed here, whatever the state of desks, ledger and store.
func (d *Desks) Ask(a policy.Attempt, to policy.Return) (answer Answer, now bool) {
	if a.Reading == policy.Emergency {
		return d.emergency(a, to), true
	}
	q := Ask{a, to, d.index(&a)}
	w := d.of(q.Index)
	if answer, now, ok := d.here(w, &q); ok {
		return answer, now
	}
	if w.offer(q, d.cfg.Queue) {
		return Answer{}, false
	}
	return d.fault(a, to, policy.DeskFull), true
}

// Close puts the end of an allowed attempt to the owner of its number, with its
// Outcome and Ratio. It never blocks; false: try again later. When the desks
// have ended it stays false: the next start closes the attempt.
func (d *Desks) Close(a *policy.Attempt, e policy.Ending) bool {
	if a.Reading == policy.Emergency {
		return d.cfg.Submit(ledger.Entry{Kind: ledger.Close, ID: a.ID, Ending: e})
	}
	h := d.index(a)
	if !d.of(h).offer(Closing{*a, e, h}, 2*d.cfg.Queue) {
		return false
	}
	d.ended(a, &e)
	return true
}

func (d *Desks) emergency(a policy.Attempt, to policy.Return) Answer {
	rec := policy.Record{Attempt: a}
	rec.Decision = d.cfg.Policy.Judge(&rec.Attempt, &rec.Facts)
	return d.pass(&rec, to)
}

// pass lets a call go that nothing may hold up, whether or not its row is written.
func (d *Desks) pass(rec *policy.Record, to policy.Return) Answer {
	if !d.cfg.Submit(ledger.Entry{Kind: ledger.Open, Record: *rec}) {
		d.Lost.Add(1)
	}
	return Answer{Return: to, Decision: rec.Decision, Open: true}
}

// fault refuses an attempt for a trouble of ours and records it if it can. Where
// the rules are not enforced our troubles are nobody's: the call goes.
func (d *Desks) fault(a policy.Attempt, to policy.Return, why policy.Reason) Answer {
	if a.Mode != policy.Enforce {
		return d.pass(&policy.Record{Attempt: a, Decision: spared(why)}, to)
	}
	rec := policy.Record{
		Attempt: a, Decision: policy.Decision{Rule: "fault", Reason: why},
		Ending: policy.Ending{Outcome: policy.OutcomeRefused, Reason: why, EndedBy: policy.Tregua, EndedAt: a.At},
	}
	if !d.cfg.Submit(ledger.Entry{Kind: ledger.Closed, Record: rec}) {
		d.Lost.Add(1)
	}
	return Answer{Return: to, Decision: rec.Decision}
}

// spared is the decision on a call that a trouble of ours would have refused.
func spared(why policy.Reason) policy.Decision {
	return policy.Decision{
		Verdict: policy.Allow, Rule: "fault",
		Trail: []policy.Finding{{Rule: "fault", Reason: why, Shadow: true}},
	}
}

// Change puts a change in force: when it returns nil, every attempt that is
// judged from now on sees it.
func (d *Desks) Change(ctx context.Context, c Change) error {
	return d.of(d.cfg.Keys.Index(c.Number)).put(ctx, c)
}

// Useful says that an attempt that has ended was a useful contact: when it returns
// nil, every attempt that is judged from now on counts it. Told twice it is one.
func (d *Desks) Useful(ctx context.Context, a *policy.Attempt) error {
	if !counted(a) {
		return nil
	}
	h := d.index(a)
	return d.of(h).put(ctx, Useful{*a, h})
}

// Look judges an attempt as a call would be judged now, without a trace.
func (d *Desks) Look(ctx context.Context, a policy.Attempt) (policy.Facts, policy.Decision, error) {
	look := &Look{Attempt: a, Index: d.index(&a)}
	err := d.of(look.Index).put(ctx, look)
	return look.Facts, look.Decision, err
}

// Waiting returns how many inputs wait at the desk where most do: each has a
// queue of its own, so one that cannot keep up would not show in a sum.
func (d *Desks) Waiting() (most int) {
	for _, w := range d.desk {
		most = max(most, len(w.in))
	}
	return most
}

// Barred returns on how many numbers a silent call has left something.
func (d *Desks) Barred() (n int) {
	for _, w := range d.desk {
		n += int(w.barred.Load())
	}
	return n
}

// Reached returns how many numbers something reached in the last 31 days.
func (d *Desks) Reached() int { return d.cfg.Shared.Reached() }

// Posted takes the ledger's receipts back to the calls that wait for them. It
// may wait for room at a desk, which never waits for the ledger.
func (d *Desks) Posted(receipts []ledger.Receipt) {
	for _, r := range receipts {
		// The second Open of an attempt is a mistake of ours; what the first one
		// claimed is still in use. So is that of a call that goes unrecorded.
		if r.Err != nil && r.Claim != 0 && r.Mode == policy.Enforce && !errors.Is(r.Err, ledger.ErrTwice) {
			h := d.cfg.Keys.Index(r.Claim)
			d.of(h).wait(Release{r.ID, r.Claim, h, r.Principal})
			d.tell(gate.Gone{ID: r.ID})
		}
		if r.Kind != ledger.Open || r.Return == (policy.Return{}) {
			continue
		}
		a := Answer{Return: r.Return, Decision: policy.Decision{Verdict: policy.Allow}, Open: true}
		switch {
		case r.Err == nil:
		case r.Mode != policy.Enforce:
			a.Decision = spared(policy.StoreDown)
		default:
			a = Answer{Return: r.Return, Decision: policy.Decision{Rule: "fault", Reason: policy.StoreDown}}
		}
		d.cfg.Answer(a)
	}
}

// Run works until ctx ends, then handles what was put before and lets each desk
// write down what it remembers.
func (d *Desks) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for _, w := range d.desk {
		wg.Go(func() { d.work(ctx, w) })
	}
	if d.pacing == nil {
		wg.Wait()
		return
	}
	var last sync.WaitGroup
	last.Go(func() { d.pace(d.pacing) })
	wg.Wait()
	close(d.pacing.stop)
	last.Wait()
}
