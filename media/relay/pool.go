package relay

import (
	"fmt"
	"net/netip"
	"slices"
	"time"
)

// pool is the anchors of one pair of addresses that wait for a call, the
// longest open first, and the ports of the two addresses.
type pool struct {
	Pair
	ports   [2]*ports // the same one twice when the legs share an address
	waiting []*anchor
	resting []*anchor // of calls that have ended, with their sockets; the first ended first
}

// rested takes out what has rested longest, if that was long enough.
func (p *pool) rested(now time.Time) *anchor {
	if len(p.resting) == 0 || now.Before(p.resting[0].ended.Add(p.ports[0].rest)) {
		return nil
	}
	a := p.resting[0]
	p.resting = slices.Delete(p.resting, 0, 1)
	return a
}

// ripe is when a port for each leg will have rested; false: not before some
// anchor is closed.
func (p *pool) ripe() (time.Time, bool) {
	if p.ports[0] == p.ports[1] {
		return p.ports[0].ripe(2)
	}
	a, okA := p.ports[0].ripe(1)
	b, okB := p.ports[1].ripe(1)
	if b.After(a) {
		a = b
	}
	return a, okA && okB
}

// takePorts takes a port for each leg, if both can have one.
func (p *pool) takePorts(now time.Time) (port [2]uint16, ok bool) {
	at, ok := p.ripe()
	if !ok || at.After(now) {
		return port, false
	}
	return [2]uint16{p.ports[0].take(), p.ports[1].take()}, true
}

func (p *pool) givePorts(port [2]uint16, now time.Time) {
	p.ports[0].give(port[0], now)
	p.ports[1].give(port[1], now)
}

// poolOf is the pool of a pair. Caller holds mu.
func (r *Relay) poolOf(key [2]netip.Addr) (*pool, error) {
	switch p := r.pools[key]; {
	case r.closed:
		return nil, ErrClosed
	case p == nil:
		return nil, fmt.Errorf("relay: no pair of addresses %s and %s is configured", key[0], key[1])
	default:
		return p, nil
	}
}

func keyOf(a, b netip.Addr) [2]netip.Addr { return [2]netip.Addr{a.Unmap(), b.Unmap()} }
