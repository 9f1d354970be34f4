package gate

import (
	"math"
	"time"

	"tregua/policy"
)

// Count is the silent and the connected calls of a campaign or ratio group: over
// its life, and on its newest day.
type Count struct {
	Total policy.GateCount
	Today policy.GateCount
	Day   int // the newest day, as 20261122; 0 none
}

// add counts a call on the day on which it was answered. One of a day that is
// over changes that day no more: it has been reported.
func (c *Count) add(r policy.Ratio, day int) {
	one := policy.GateCount{}
	switch r {
	case policy.RatioA:
		one.A = 1
	case policy.RatioB:
		one.B = 1
	case policy.RatioNone:
		return
	}
	if day > c.Day {
		c.Day, c.Today = day, policy.GateCount{}
	}
	c.Total.A, c.Total.B = c.Total.A+one.A, c.Total.B+one.B
	if day == c.Day {
		c.Today.A, c.Today.B = c.Today.A+one.A, c.Today.B+one.B
	}
}

// Add adds the calls of one day, in any order of days: for the start.
func (c *Count) Add(day int, n policy.GateCount) {
	c.Total.A, c.Total.B = c.Total.A+n.A, c.Total.B+n.B
	if day > c.Day {
		c.Day, c.Today = day, policy.GateCount{}
	}
	if day == c.Day {
		c.Today.A, c.Today.B = c.Today.A+n.A, c.Today.B+n.B
	}
}

// on returns what counts on a day: nothing yet on a new one.
func (c *Count) on(day int) policy.GateCount {
	if day > c.Day {
		return policy.GateCount{}
	}
	return c.Today
}

// dayOf returns the day of a moment by the clock of a zone.
func dayOf(at time.Time, zone policy.Zone) int {
	y, m, d := at.In(zone.Location()).Date()
	return y*10000 + int(m)*100 + d
}

// credit returns how many silent calls may yet follow those of c before
// 100·A > limit·B, below zero for a debt. Start is what a beginning may cost.
func credit(c policy.GateCount, limit, start int) int {
	return max(limit*c.B/100, start) - c.A
}

// reserve is the part of the credit of c that calls beyond one to one leave
// alone, so that a one-to-one call that fails and a team that leaves do not break
// the limit: two, and half the scatter of as many silent calls as it allows.
func reserve(c policy.GateCount, limit int) int {
	return 2 + int(math.Sqrt(float64(limit*c.B/100)))/2
}

// purse is what one count can afford.
type purse struct {
	credit int
	spare  int  // of it, for calls beyond one to one
	clean  bool // nothing was silent yet
}

func purseOf(c policy.GateCount, limit, start int) purse {
	k := credit(c, limit, start)
	return purse{credit: k, spare: max(k-reserve(c, limit), min(k, start-c.A)), clean: c.A == 0}
}

// least returns what two counts can afford together.
func (p purse) least(o purse) purse {
	return purse{min(p.credit, o.credit), min(p.spare, o.spare), p.clean && o.clean}
}

// count enters the end of a call in campaign and group.
func (g *Gate) count(t *team, e *Ended) {
	if e.Ratio == policy.RatioNone {
		return
	}
	at := e.AnsweredAt
	if at.IsZero() {
		at = g.now
	}
	day := dayOf(at, t.campaign.figures.Zone)
	t.campaign.count.add(e.Ratio, day)
	if t.group.id != 0 {
		t.group.count.add(e.Ratio, day)
	}
	g.change(t)
}
