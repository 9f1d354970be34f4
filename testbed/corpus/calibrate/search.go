package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"tregua/media/detect"
	"tregua/testbed/corpus"
)

// outcome is what figures make of the traces; shares are per 10,000.
type outcome struct {
	cut, kept, steady float64
	p50, p95          time.Duration
}

func judge(all []trace, c *detect.Config) (o outcome) {
	var cases, wrong [corpus.Lively + 1]float64
	var delays []time.Duration
	for i := range all {
		t := &all[i]
		at := t.decided(c)
		group := corpus.Classes[t.Class].Group
		cases[group]++
		if (at >= 0) != (t.Onset >= 0) {
			wrong[group]++
		} else if group == corpus.Lawful && at >= t.Onset {
			delays = append(delays, at-t.Onset)
		}
	}
	slices.Sort(delays)
	if n := len(delays); n > 0 {
		o.p50, o.p95 = delays[n/2], delays[n*95/100]
	}
	o.cut = 1e4 * wrong[corpus.Lawful] / max(cases[corpus.Lawful], 1)
	o.steady = 1e4 * wrong[corpus.Steady] / max(cases[corpus.Steady], 1)
	o.kept = 1e4 * (wrong[corpus.Steady] + wrong[corpus.Lively]) / max(cases[corpus.Steady]+cases[corpus.Lively], 1)
	return o
}

// cost is how far the bars are used up, the fuller the dearer, and what the 95th
// percentile of the delay is over 280 ms.
func (o *outcome) cost() float64 {
	cut, kept, steady := o.cut/20, o.kept/100, o.steady/50
	return cut*cut + kept*kept + steady*steady + 30*max(0, o.p95.Seconds()-0.28)
}

func (o *outcome) String() string {
	return fmt.Sprintf("cut %.1f, kept %.1f, of these steady %.1f per 10,000; p50 %v, p95 %v; cost %.3f",
		o.cut, o.kept, o.steady, o.p50, o.p95, o.cost())
}

// figure is one that is looked for.
type figure struct {
	name    string
	of      func(*detect.Config) *float32
	low, up float32
}

var figures = []figure{
	{"Bias", func(c *detect.Config) *float32 { return &c.Bias }, -5, 5},
	{"Most", func(c *detect.Config) *float32 { return &c.Most }, 0.5, 20},
	{"Least", func(c *detect.Config) *float32 { return &c.Least }, 0.5, 20},
	{"Decide", func(c *detect.Config) *float32 { return &c.Decide }, 2, 60},
	{"DecideLate", func(c *detect.Config) *float32 { return &c.DecideLate }, 2, 60},
	{"Debt", func(c *detect.Config) *float32 { return &c.Debt }, 0, 40},
	{"Forgives", func(c *detect.Config) *float32 { return &c.Forgives }, 0.2, 20},
	{"HoleTakes", func(c *detect.Config) *float32 { return &c.HoleTakes }, 0.5, 10},
	{"SteadyTakes", func(c *detect.Config) *float32 { return &c.SteadyTakes }, 0.3, 10},
	{"WeakTakes", func(c *detect.Config) *float32 { return &c.WeakTakes }, 0.3, 10},
	{"EchoTakes", func(c *detect.Config) *float32 { return &c.EchoTakes }, 0.3, 10},
	{"DoubtTakes", func(c *detect.Config) *float32 { return &c.DoubtTakes }, 0, 10},
	{"UnlikelyAdds", func(c *detect.Config) *float32 { return &c.UnlikelyAdds }, 0, 10},
}

// search changes a few figures at a time and keeps what costs less.
func search(all []trace, rounds int, start detect.Config) (detect.Config, outcome) {
	r := rand.New(rand.NewPCG(3, 5))
	best := start
	o := judge(all, &best)
	for range rounds {
		c := best
		for _, f := range figures {
			if r.IntN(4) == 0 {
				x := f.of(&c)
				step := math.Max(0.3, 0.2*math.Abs(float64(*x)))
				*x = min(max(*x+float32(r.NormFloat64()*step), f.low), f.up)
			}
		}
		c.DecideLate = min(c.DecideLate, c.Decide)
		c.Most = min(c.Most, 0.49*c.DecideLate) // 40 ms of anything are no operator
		if c.Validate() != nil {
			continue
		}
		if next := judge(all, &c); next.cost() < o.cost() {
			best, o = c, next
		}
	}
	return best, o
}
