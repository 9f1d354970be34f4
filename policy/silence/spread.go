package silence

import (
	"math"
	"time"
)

// most is how many milliseconds a Spread tells apart. What is longer counts as
// the longest.
const most = 10_000

// Spread keeps how durations are spread, to the millisecond. The zero value is
// empty.
type Spread struct {
	Count    uint64
	Min, Max time.Duration // exact
	ms       []uint32      // by milliseconds, rounded up: a quantile is never told too short
}

// add counts d; less than nothing is nothing.
func (s *Spread) add(d time.Duration) {
	d = max(0, d)
	if s.Count == 0 || d < s.Min {
		s.Min = d
	}
	s.Max = max(s.Max, d)
	s.Count++
	at := int(min(most, (d+time.Millisecond-1)/time.Millisecond))
	for len(s.ms) <= at {
		s.ms = append(s.ms, 0)
	}
	s.ms[at]++
}

// Quantile returns the least duration that at least the share q of all are not
// longer than, 0 of an empty spread.
func (s *Spread) Quantile(q float64) time.Duration {
	rank := max(1, uint64(math.Ceil(q*float64(s.Count))))
	sum := uint64(0)
	for at, n := range s.ms {
		if sum += uint64(n); sum >= rank && at < most {
			return max(s.Min, min(time.Duration(at)*time.Millisecond, s.Max))
		}
	}
	return s.Max
}
