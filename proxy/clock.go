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
	offset atomic.Int64 // of Wall from Mono, in ns, when they began to run together
	since  atomic.Int64 // Mono of that moment
}

// slack is how far the clocks may part, by the slewing of a time service, before
// they count as set anew.
const slack = 50 * time.Millisecond

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
	steady := c.steady(mono, t.UnixNano())
	return Now{Mono: mono, Wall: t.Round(0), Synced: c.synced.Load(), Steady: steady}
}

// steady returns for how long the two clocks have run together. Who sets a clock
// takes it from the time service, so a step is asked about at once. Readers that
// meet it at the same time may each note it: the later one is as right.
func (c *Clock) steady(mono time.Duration, wall int64) time.Duration {
	offset := wall - int64(mono)
	if apart := time.Duration(offset - c.offset.Load()); apart.Abs() > slack {
		c.offset.Store(offset)
		c.since.Store(int64(mono))
		c.ask()
	}
	return mono - time.Duration(c.since.Load())
}

// ask reads the kernel's own opinion (adjtimex(2)): a time service keeps
// STA_UNSYNC off.
func (c *Clock) ask() {
	var x unix.Timex
	_, err := unix.Adjtimex(&x)
	c.synced.Store(err == nil && x.Status&unix.STA_UNSYNC == 0)
}
