package relay

import (
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"time"

	"tregua/media"
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
}

// Validate reports every mistake of c.
func (c Config) Validate() error {
	var errs []error
	if len(c.Pairs) == 0 {
		errs = append(errs, errors.New("relay: no pair of addresses"))
	}
	for i, p := range c.Pairs {
		for _, leg := range []media.Leg{media.A, media.B} {
			if !p.Addr[leg].IsValid() || p.Addr[leg].IsUnspecified() {
				errs = append(errs, fmt.Errorf("relay: pair %d: leg %d has no address to tell its peer", i, leg))
			}
		}
	}
	if c.PortMin < 1 || c.PortMax > 65535 || c.PortMax-c.PortMin < 3 {
		errs = append(errs, fmt.Errorf("relay: ports %d-%d: want at least four within 1-65535", c.PortMin, c.PortMax))
	}
	if c.Workers < 0 || c.Pool < 0 || c.Drain < 0 {
		errs = append(errs, errors.New("relay: workers, pool and drain must not be negative"))
	}
	return errors.Join(errs...)
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
	return c
}

// bind is the address that leg's sockets are bound to.
func (p Pair) bind(leg media.Leg) netip.Addr {
	if p.Bind[leg].IsValid() {
		return p.Bind[leg].Unmap()
	}
	return p.Addr[leg].Unmap()
}
