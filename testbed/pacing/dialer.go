package main

import (
	"math"
	"time"
)

// dialer is a law of pacing with what it has learnt.
type dialer struct {
	set     Setting
	level   float64
	adapted time.Duration
	waiting float64 // idle operators, summed over the looks since the level moved last
	active  float64
}

func newDialer(s Setting) dialer { return dialer{set: s, level: 1} }

// The adaptive law: every 15 seconds the level moves by the share of the operators
// who wait, as long as the drops of the day are below the target; above, the
// level is 1 (ViciDial, ADAPT_HARD_LIMIT; it wants 50 calls first).
const (
	adaptEvery  = 15 * time.Second
	dropTarget  = 0.03
	enoughCalls = 50
	// ringsOn is how many lines a dialer keeps busy that does not notice that nobody is there.
	ringsOn = 5
)

// look lets an adaptive dialer change its level.
func (d *dialer) look(r *Room) {
	if d.set.Law != Adaptive {
		return
	}
	d.waiting += float64(r.counts[idle])
	d.active += float64(r.counts[idle] + r.counts[busy])
	if r.now-d.adapted < adaptEvery {
		return
	}
	if d.active > 0 {
		d.level *= 1 + d.waiting/d.active - 0.02
	}
	drops, answers := r.result.A, r.result.A+r.result.B
	if answers > enoughCalls && float64(drops) > dropTarget*float64(answers) {
		d.level = 1
	}
	d.level = math.Max(1, math.Min(d.level, d.set.Lines))
	d.adapted, d.waiting, d.active = r.now, 0, 0
}

// want is how many calls the dialer would have ringing.
func (d *dialer) want(r *Room) int {
	there := r.counts[idle] + r.counts[busy] + r.counts[wrapping]
	if there == 0 && d.set.Story == AwayRings && r.now > awayFrom {
		return ringsOn
	}
	ready := float64(r.counts[idle])
	switch d.set.Law {
	case Fixed:
		return int(d.set.Lines * ready)
	case Aggressive:
		return int(d.set.Lines*ready) + r.counts[wrapping]
	case Adaptive:
		// ViciDial counts the operators who talk, and their calls, on both sides.
		all := ready + float64(r.counts[busy])
		return int(d.level*all) - r.counts[busy]
	}
	return 0
}
