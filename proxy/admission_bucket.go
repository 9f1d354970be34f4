package proxy

import (
	"sync/atomic"
	"time"
)

// Rate is how many events a second may pass, and how many at once after a
// pause. Burst 0 is PerSecond.
type Rate struct{ PerSecond, Burst int }

// bucket is a token bucket in one word: the moment when it will be full again
// (the generic cell rate algorithm, ITU-T I.371). The zero value is empty for
// ever.
type bucket struct {
	step time.Duration // what one token costs
	span time.Duration // what a full bucket holds
	full atomic.Int64  // Mono
}

func (b *bucket) set(r Rate) {
	if r.PerSecond <= 0 {
		return
	}
	burst := r.Burst
	if burst <= 0 {
		burst = r.PerSecond
	}
	b.step = time.Second / time.Duration(r.PerSecond)
	b.span = b.step * time.Duration(burst)
}

// take takes a token, if there is one.
func (b *bucket) take(now time.Duration) bool {
	for {
		old := b.full.Load()
		full := max(time.Duration(old), now) + b.step
		if b.step == 0 || full-now > b.span {
			return false
		}
		if b.full.CompareAndSwap(old, int64(full)) {
			return true
		}
	}
}
