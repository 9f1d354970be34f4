package proxy

import (
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Clock reads the time for the shells. A turn gets its Now as an argument.
type Clock struct {
	start  time.Time
	synced atomic.Bool
	asked  atomic.Int64 // Mono when the kernel was asked last
}

// askEvery is how often the kernel is asked whether its clock is disciplined.
const askEvery = 10 * time.Second

// NewClock starts a clock: its Mono begins above zero, because zero is never.
func NewClock() *Clock {
	c := &Clock{start: time.Now().Add(-time.Second)}
	c.ask()
	return c
}

// Now reads both clocks together.
func (c *Clock) Now() Now {
	t := time.Now()
	mono := t.Sub(c.start)
	if last := c.asked.Load(); mono-time.Duration(last) > askEvery && c.asked.CompareAndSwap(last, int64(mono)) {
		c.ask()
	}
	return Now{Mono: mono, Wall: t.Round(0), Synced: c.synced.Load()}
}

// ask reads the kernel's own opinion (adjtimex(2)): a time service keeps
// STA_UNSYNC off.
func (c *Clock) ask() {
	var x unix.Timex
	_, err := unix.Adjtimex(&x)
	c.synced.Store(err == nil && x.Status&unix.STA_UNSYNC == 0)
}
