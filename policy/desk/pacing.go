package desk

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"tregua/policy"
	"tregua/policy/gate"
)

// pacing is the goroutine round the one [Pace] of the desks.
type pacing struct {
	pace  *Pace
	wake  chan struct{}
	stop  chan struct{} // closed when the desks have ended
	clerk clerk         // its goroutine only

	mu    sync.Mutex // protects in and ended
	in    []PaceInput
	ended bool

	held atomic.Int64 // attempts that wait, after the last turn
}

func newPacing(p *Pace) *pacing {
	return &pacing{pace: p, wake: make(chan struct{}, 1), stop: make(chan struct{})}
}

// put gives the gate an input. There is always room: a call says no more than
// four things.
func (g *pacing) put(in PaceInput) (ok bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended {
		return false
	}
	g.in = append(g.in, in)
	select {
	case g.wake <- struct{}{}:
	default:
	}
	return true
}

// taken returns what was put since.
func (g *pacing) taken(last bool) []PaceInput {
	g.mu.Lock()
	defer g.mu.Unlock()
	in := g.in
	g.in, g.ended = nil, last
	return in
}

// pace turns the gate until the desks have ended, and handles what they put.
func (d *Desks) pace(g *pacing) {
	var out PaceOutputs
	timer := time.NewTimer(Window)
	defer timer.Stop()
	for {
		select {
		case <-g.wake:
		case <-timer.C:
		case <-g.stop:
			now := d.cfg.Now()
			g.pace.Turn(now, g.taken(true), &out)
			d.carryOutPace(g, &out)
			g.pace.End(now, &out)
			d.carryOutPace(g, &out)
			d.finish(&g.clerk)
			return
		}
		now := d.cfg.Now()
		wait := Window
		if next := g.pace.Turn(now, g.taken(false), &out); !next.IsZero() {
			wait = max(0, min(wait, next.Sub(now)))
		}
		d.carryOutPace(g, &out)
		if len(g.clerk.unrecorded) > 0 {
			wait = min(wait, retry)
		}
		timer.Reset(wait)
	}
}

// carryOutPace does what a turn of the gate wants done.
func (d *Desks) carryOutPace(g *pacing, out *PaceOutputs) {
	d.submit(&g.clerk, out.Entries, d.cfg.Answer)
	for _, a := range out.Answers {
		d.cfg.Answer(a)
	}
	for _, r := range out.Releases {
		d.of(r.Index).wait(r)
	}
	for _, r := range g.clerk.takeReleased() {
		d.of(r.Index).wait(r)
		g.put(Told{gate.Gone{ID: r.ID}})
	}
	g.held.Store(int64(g.pace.Held()))
}

// tell lets the gate know something of an attempt, if there is a gate.
func (d *Desks) tell(i gate.Input) {
	if d.pacing != nil {
		d.pacing.put(Told{i})
	}
}

// Resume lets the gate know of a call that goes on from before the start. It is for
// the time before Run.
func (d *Desks) Resume(a *policy.Attempt, joined bool) {
	if d.pacing != nil && d.paced(a) {
		d.pacing.put(Resuming{*a, joined})
	}
}

// Expect lets the gate know that a campaign may call, and how many operators it
// declares: it is believed until the first silent call. It never blocks.
func (d *Desks) Expect(e Expecting) {
	if d.pacing != nil {
		d.pacing.put(e)
	}
}

// Up says that a call was answered or that its watch has ended: with an operator,
// or because nobody can be heard on it; then it counts for one all the same.
func (d *Desks) Up(id policy.AttemptID, u policy.Up) {
	if !u.Watching {
		d.tell(gate.Joined{ID: id})
	}
}

// Withdrawn says that the dialer gave up an attempt that waits for its decision. It
// goes the way of the attempt, through the desk of its number: at the gate it must
// not come first. Where that desk has no room it goes at once, and may: then the
// attempt waits to the end of its time. It never blocks.
func (d *Desks) Withdrawn(a *policy.Attempt) {
	if d.pacing != nil && !d.of(d.index(a)).offer(Withdrawn{a.ID}, 2*d.cfg.Queue) {
		d.tell(gate.Gone{ID: a.ID})
	}
}

// ended tells the gate of an end.
func (d *Desks) ended(a *policy.Attempt, e *policy.Ending) {
	d.tell(gate.Ended{
		ID: a.ID, Ratio: e.Ratio, AnsweredAt: e.AnsweredAt,
		Wanted: !e.AnsweredAt.IsZero() && e.Machine == policy.NoMachine,
	})
}

// Teams returns how all teams stand at the gate.
func (d *Desks) Teams(ctx context.Context) ([]gate.Status, error) {
	if d.pacing == nil {
		return nil, nil
	}
	answer := make(chan []gate.Status, 1)
	if !d.pacing.put(Survey{func(all []gate.Status) { answer <- all }}) {
		return nil, errEnded
	}
	select {
	case all := <-answer:
		return all, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Held returns how many attempts wait at the gate.
func (d *Desks) Held() int {
	if d.pacing == nil {
		return 0
	}
	return int(d.pacing.held.Load())
}
