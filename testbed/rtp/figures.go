package rtp

import (
	"fmt"
	"slices"
	"time"
)

// Figures are what is told of a set of durations.
type Figures struct {
	N                  int
	Min, P50, P99, Max time.Duration
}

// Summarise sorts d and returns its figures; p99 is the smallest value that at
// most one in a hundred exceed.
func Summarise(d []time.Duration) Figures {
	if len(d) == 0 {
		return Figures{}
	}
	slices.Sort(d)
	at := func(percent int) time.Duration { return d[(len(d)*percent+99)/100-1] }
	return Figures{len(d), d[0], at(50), at(99), d[len(d)-1]}
}

// String writes milliseconds.
func (f Figures) String() string {
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	return fmt.Sprintf("n %d min %.2f p50 %.2f p99 %.2f max %.2f ms", f.N, ms(f.Min), ms(f.P50), ms(f.P99), ms(f.Max))
}
