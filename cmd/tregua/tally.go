package main

import (
	"context"
	"sync"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
)

const (
	tallyStep = 5 * time.Minute
	tallyKeep = 24 * time.Hour
)

// tally remembers what became of the attempts of the last day, so that an hour can
// be held against the usual. It begins with the process. Any goroutine may use it.
type tally struct {
	mu    sync.Mutex // protects the fields below
	sums  map[tallied]uint64
	steps []tallyOf // by time
	at    time.Time // of sums, and of free
	free  uint64
}

// tallied is what is counted: the attempts of a group, or those refused for a
// reason.
type tallied struct {
	group  policy.GroupID
	reason string // slug; "": every attempt
}

// tallyOf is what a span of time has added, and how much of the disk was free at
// its beginning.
type tallyOf struct {
	from, until time.Time
	added       map[tallied]uint64
	free        uint64
}

// take takes the counters as they are now, and how much of the disk is free.
func (t *tally) take(now time.Time, counters map[ledger.Tally]ledger.Counters, free uint64) {
	sums := map[tallied]uint64{}
	for of, c := range counters { // order: sums
		sums[tallied{of.Group, ""}] += c.Attempts
		for reason, n := range c.Refused { // order: sums
			sums[tallied{of.Group, reason}] += n
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sums != nil {
		t.add(now, sums)
	}
	t.sums, t.at, t.free = sums, now, free
	for len(t.steps) > 0 && t.steps[0].until.Before(now.Add(-tallyKeep)) {
		t.steps = t.steps[1:]
	}
}

// add adds what is new to the step that has begun, or begins one. mu must be held.
func (t *tally) add(now time.Time, sums map[tallied]uint64) {
	if n := len(t.steps); n == 0 || t.steps[n-1].until.Sub(t.steps[n-1].from) >= tallyStep {
		t.steps = append(t.steps, tallyOf{from: t.at, added: map[tallied]uint64{}, free: t.free})
	}
	last := &t.steps[len(t.steps)-1]
	last.until = now
	for of, n := range sums { // order: each for itself
		if was := t.sums[of]; n > was {
			last.added[of] += n - was
		}
	}
}

// tallySpan is what was counted from one time to another.
type tallySpan struct {
	attempts, refused uint64
	by                map[string]uint64 // the refused, by reason
	long              time.Duration     // as far as anything is known of it
}

// share returns how many of 100 attempts were refused.
func (s tallySpan) share() float64 {
	if s.attempts == 0 {
		return 0
	}
	return 100 * float64(s.refused) / float64(s.attempts)
}

// between counts the steps that began in a span of time, of the groups that are
// taken.
func (t *tally) between(from, to time.Time, takes func(policy.GroupID) bool) tallySpan {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := tallySpan{by: map[string]uint64{}}
	for _, step := range t.steps {
		if step.from.Before(from) || !step.from.Before(to) {
			continue
		}
		s.long += step.until.Sub(step.from)
		for of, n := range step.added { // order: sums
			switch {
			case !takes(of.group):
			case of.reason == "":
				s.attempts += n
			default:
				s.refused += n
				s.by[of.reason] += n
			}
		}
	}
	return s
}

// shrinks returns how long the disk lasts if it fills as it did since the oldest
// step; false: it does not fill, or too little is known.
func (t *tally) shrinks(now time.Time, free uint64) (time.Duration, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.steps) == 0 {
		return 0, false
	}
	first := t.steps[0]
	long := now.Sub(first.from)
	if long < time.Hour || free >= first.free {
		return 0, false
	}
	return time.Duration(float64(free) / float64(first.free-free) * float64(long)), true
}

// runTally feeds the tally until ctx ends.
func (n *node) runTally(ctx context.Context) error {
	tick := time.NewTicker(tallyStep)
	defer tick.Stop()
	for {
		if err := n.takeTally(); err != nil {
			n.log.Warn("the counters were not read", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (n *node) takeTally() error {
	counters, err := n.reader.Counters()
	if err != nil {
		return err
	}
	free, _, err := n.disk(n.config.Node.Data)
	if err == nil {
		n.tally.take(time.Now(), counters, free)
	}
	return err
}
