package relay

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"tregua/media"
)

// Reopen leases the very ports that a call had before a restart: addr is the
// Addr of its anchor then. The anchor has a new ID, and is as one from Lease:
// mute until Set, its legs latched anew. Calls that are to go on come before the
// first Lease, which may take their ports. Errors: ErrClosed, ErrDown, a pair
// that Config does not have, a port out of its range, a port that another call
// or another program has.
func (r *Relay) Reopen(addr [2]netip.AddrPort, owner uint64) (media.Anchor, error) {
	a, err := r.reopen(addr)
	if err != nil {
		return media.Anchor{}, fmt.Errorf("relay: reopen %s and %s: %w", addr[media.A], addr[media.B], err)
	}
	a.owner = owner
	r.poke()
	return r.hand(a)
}

func (r *Relay) reopen(addr [2]netip.AddrPort) (*anchor, error) {
	// No port is on its way into a pool meanwhile, where it could not be found.
	r.filling.Lock()
	defer r.filling.Unlock()
	port := [2]uint16{addr[media.A].Port(), addr[media.B].Port()}
	p, err := r.claim(keyOf(addr[media.A].Addr(), addr[media.B].Addr()), port)
	if err != nil {
		return nil, err
	}
	a, err := openAnchor(p, port)
	if err != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		p.givePorts(port, time.Now())
		return nil, err
	}
	return a, nil
}

// claim takes these ports of a pair from where they lie.
func (r *Relay) claim(key [2]netip.Addr, port [2]uint16) (*pool, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p, err := r.poolOf(key)
	if err != nil {
		return nil, err
	}
	for _, n := range port {
		if c := &r.config; n%2 != 0 || int(n) < c.PortMin || int(n) >= c.PortMax {
			return nil, fmt.Errorf("port %d is no even one of %d-%d; have the media.ports of before the restart", n, c.PortMin, c.PortMax)
		}
	}
	r.collect()
	for leg, n := range port {
		if r.free(p.ports[leg], n) {
			continue
		}
		if leg == int(media.B) {
			p.ports[media.A].give(port[media.A], time.Now())
		}
		return nil, fmt.Errorf("port %d of leg %d is leased to another call", n, leg)
	}
	return p, nil
}

// free takes a port out of the ports of an address. If it is open in an anchor
// that waits for a call, or rests after one, that is closed, and its other port
// rests.
func (r *Relay) free(q *ports, port uint16) bool {
	if q.pick(port) {
		return true
	}
	for _, p := range r.pools {
		for _, list := range []*[]*anchor{&p.waiting, &p.resting} {
			i := slices.IndexFunc(*list, func(a *anchor) bool {
				return p.ports[media.A] == q && a.port[media.A] == port || p.ports[media.B] == q && a.port[media.B] == port
			})
			if i < 0 {
				continue
			}
			a := (*list)[i]
			*list = slices.Delete(*list, i, i+1)
			a.retire()
			a.closeRetired()
			p.givePorts(a.port, time.Now())
			return q.pick(port)
		}
	}
	return false
}
