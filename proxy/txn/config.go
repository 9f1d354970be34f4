package txn

import (
	"errors"
	"fmt"
	"time"

	"tregua/proxy/wire"
)

// What a zero in Config stands for (RFC 3261 table 4).
const (
	defaultT1  = 500 * time.Millisecond
	defaultT2  = 4 * time.Second
	defaultT4  = 5 * time.Second
	defaultMax = 1 << 18
)

// Config is what a Layer needs to know. The zero value is that of the RFC.
type Config struct {
	T1  time.Duration // round-trip time estimate; 0 is 500 ms
	T2  time.Duration // longest time between repeats; 0 is 4 s
	T4  time.Duration // how long the network keeps a message; 0 is 5 s
	Max int           // transactions above which a new request gives Overload; 0 is 262144
}

// Validate names what cannot work.
func (c Config) Validate() error {
	var errs []error
	if c.T1 < 0 || c.T2 < 0 || c.T4 < 0 {
		errs = append(errs, fmt.Errorf("t1 %v, t2 %v, t4 %v: must not be negative", c.T1, c.T2, c.T4))
	}
	if d := c.orDefaults(); d.T2 < d.T1 {
		errs = append(errs, fmt.Errorf("t2 %v: must be at least t1 (%v)", d.T2, d.T1))
	}
	if c.Max < 0 {
		errs = append(errs, fmt.Errorf("max %d: must not be negative", c.Max))
	}
	return errors.Join(errs...)
}

// orDefaults is c with its zeros filled in.
func (c Config) orDefaults() Config {
	if c.T1 == 0 {
		c.T1 = defaultT1
	}
	if c.T2 == 0 {
		c.T2 = defaultT2
	}
	if c.T4 == 0 {
		c.T4 = defaultT4
	}
	if c.Max == 0 {
		c.Max = defaultMax
	}
	return c
}

// wait is how long timer in runs when it is started (RFC 3261 table 4). On a
// reliable transport nothing is repeated, so what only waits for repeats waits
// for nothing (0) and what would repeat does not run (ok false).
func (c Config) wait(in input, p wire.Proto) (d time.Duration, ok bool) {
	reliable := p != wire.UDP
	switch in {
	case timerA, timerE, timerG:
		return c.T1, !reliable
	case timerB, timerF, timerH, timerL, timerM:
		return 64 * c.T1, true
	case timerD, timerJ:
		if reliable {
			return 0, true
		}
		return 64 * c.T1, true
	case timerI, timerK:
		if reliable {
			return 0, true
		}
		return c.T4, true
	default:
		return 0, false
	}
}

// next is how long a repeating timer waits after it has waited d.
func (c Config) next(in input, s state, d time.Duration) time.Duration {
	switch {
	case in == timerA: // 17.1.1.2: doubles without a limit; Timer B ends it
		return 2 * d
	case s == proceeding: // 17.1.2.2: in Proceeding Timer E is reset with T2
		return c.T2
	default:
		return min(2*d, c.T2)
	}
}
