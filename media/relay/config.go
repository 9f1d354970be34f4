package relay

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"time"

	"tregua/media"
	"tregua/media/ambience"
	"tregua/media/detect"
)

// Errors of Lease.
var (
	// ErrExhausted says that every port of the range is leased or draining.
	ErrExhausted = errors.New("relay: no port is free; widen media.ports")
	// ErrClosed says that Run has ended.
	ErrClosed = errors.New("relay: closed")
	// ErrDown says that every worker has failed.
	ErrDown = errors.New("relay: no worker is running")
)

// Pair is a pair of local addresses that anchors are leased on.
type Pair struct {
	Addr [2]netip.Addr // what the legs are told, by media.Leg
	Bind [2]netip.Addr // what the sockets are bound to; zero: Addr
}

// Config is what a Relay is made of. Pairs, PortMin and PortMax are needed.
type Config struct {
	Pairs []Pair
	// PortMin and PortMax bound the ports, both included. RTP has the even
	// ones, RTCP the next odd one (RFC 3550 section 11).
	PortMin, PortMax int
	Workers          int           // epoll loops; default: one per two cores
	Pool             int           // anchors kept open ahead for each pair; default 32
	Drain            time.Duration // how long a port rests after a call; default 2 s
	// Fault is told of a worker's failure, from the goroutine of Run. It must
	// not block; nil: only counted.
	Fault func(error)

	// Now is the clock of the watch and of the words of Heard. It must not go
	// back; nil: the time since New.
	Now func() time.Duration
	// Told is told of the owner of an anchor whose watch has found an operator,
	// by the worker: it must not block. That may be lost without harm by who
	// reads Heard at his deadline. May be nil.
	Told func(owner uint64)
	// Ambience is what leg B hears under media.Cover; nil: silence.
	Ambience *ambience.Sound
	// Detect has the figures by which an operator is found; nil: the default.
	Detect *detect.Config
}

// Validate reports every mistake of c.
func (c Config) Validate() error {
	var errs []error
	if len(c.Pairs) == 0 {
		errs = append(errs, errors.New("relay: no pair of addresses"))
	}
	for i, p := range c.Pairs {
		errs = append(errs, p.validate(i))
	}
	if c.PortMin < 1 || c.PortMax > 65535 || c.PortMax-c.PortMin < 3 {
		errs = append(errs, fmt.Errorf("relay: ports %d-%d: want at least four within 1-65535", c.PortMin, c.PortMax))
	}
	if c.Workers < 0 || c.Pool < 0 || c.Drain < 0 {
		errs = append(errs, errors.New("relay: workers, pool and drain must not be negative"))
	}
	if c.Detect != nil {
		errs = append(errs, c.Detect.Validate())
	}
	return errors.Join(errs...)
}

func (p Pair) validate(i int) error {
	for leg, addr := range p.Addr {
		if !addr.IsValid() || addr.IsUnspecified() {
			return fmt.Errorf("relay: pair %d: leg %d has no address to tell its peer", i, leg)
		}
	}
	return nil
}

func (c Config) withDefaults() Config {
	if c.Workers == 0 {
		c.Workers = max(1, runtime.NumCPU()/2)
	}
	if c.Pool == 0 {
		c.Pool = 32
	}
	if c.Drain == 0 {
		c.Drain = 2 * time.Second
	}
	if c.Now == nil {
		begin := time.Now()
		c.Now = func() time.Duration { return time.Since(begin) }
	}
	if c.Told == nil {
		c.Told = func(uint64) {}
	}
	if c.Detect == nil {
		figures := detect.DefaultConfig()
		c.Detect = &figures
	}
	return c
}

// bind is the address that leg's sockets are bound to.
func (p Pair) bind(leg media.Leg) netip.Addr {
	if p.Bind[leg].IsValid() {
		return p.Bind[leg].Unmap()
	}
	return p.Addr[leg].Unmap()
}
