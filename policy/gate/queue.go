package gate

import (
	"slices"
	"time"

	"tregua/policy"
)

// serve lets through what of a group has a place, in order of arrival: a call
// that has none stops those of its own team that came after it, and no other
// team.
func (g *Gate) serve(gr *group, out *Outputs) {
	for {
		var first *flight
		for _, t := range gr.teams {
			if len(t.queue) > 0 && !t.stopped && (first == nil || t.queue[0].arrival < first.arrival) {
				first = t.queue[0]
			}
		}
		if first == nil {
			break
		}
		t := first.team
		place := t.place(first, g.now)
		if place == policy.NoPlace {
			t.stopped = true
			continue
		}
		t.queue = t.queue[1:]
		g.grant(first, place, out)
	}
	for _, t := range gr.teams {
		t.stopped = false
	}
}

// expire turns away what of a group has waited for as long as it may.
func (g *Gate) expire(gr *group, out *Outputs) {
	for _, t := range gr.teams {
		if len(t.queue) == 0 || g.now.Before(t.expires) {
			continue
		}
		t.expires = time.Time{}
		t.queue = slices.DeleteFunc(t.queue, func(f *flight) bool {
			if g.now.Before(f.until()) {
				t.expires = sooner(t.expires, f.until())
				return false
			}
			delete(g.flights, f.ask.ID)
			f.fact = t.fact(g.now)
			f.fact.Held = g.now.Sub(f.asked)
			out.Turned = append(out.Turned, Turned{f.ask.ID, f.fact, t.retry(g.now)})
			return true
		})
	}
}

func (f *flight) until() time.Time { return f.asked.Add(f.ask.Figures.Hold) }

// next returns when something happens by time alone: the wait of a call is over,
// an operator counts as free, a probe may go.
func (g *Gate) next() (next time.Time) {
	for _, gr := range g.order {
		for _, t := range gr.teams {
			if len(t.queue) == 0 {
				continue
			}
			next = sooner(next, t.expires)
			if ripe := t.ripens(g.now); !ripe.IsZero() {
				next = sooner(next, ripe)
			}
			if t.probeAt.After(g.now) {
				next = sooner(next, t.probeAt)
			}
		}
	}
	return next
}

func sooner(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}

// minRetry is the least that a dialer is asked to wait: an operator who talks now
// is not free sooner.
const minRetry = 10 * time.Second

// retry says when it may be worth to ask again.
func (t *team) retry(now time.Time) time.Duration {
	wait := minRetry
	if t.talking == 0 && t.flying == 0 {
		wait = max(wait, t.probeAt.Sub(now))
	}
	return (wait + time.Second - 1).Truncate(time.Second)
}
