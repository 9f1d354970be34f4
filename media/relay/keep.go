package relay

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// bindTries is how many ports of a range may be found taken by other programs
// before an anchor is given up.
const bindTries = 64

// keep fills the pools. It sleeps until one of them is half empty: to wake it
// for every call would cost more than what it does.
func (r *Relay) keep(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.short:
		case <-timer.C:
		}
		if err := r.fill(); err != nil {
			r.complain(err)
		}
		if wait, ok := r.nextRested(); ok {
			timer.Reset(wait)
		}
	}
}

// fill opens anchors until every pool has its size or its ports are used up.
func (r *Relay) fill() error {
	for _, p := range r.pools {
		for r.below(p) {
			err := r.grow(p)
			if errors.Is(err, ErrExhausted) {
				break
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// grow adds an anchor to a pool.
func (r *Relay) grow(p *pool) error {
	r.filling.Lock()
	defer r.filling.Unlock()
	a, err := r.open(p)
	if err == nil {
		r.add(p, a)
	}
	return err
}

func (r *Relay) below(p *pool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.closed && len(p.waiting) < r.config.Pool
}

func (r *Relay) add(p *pool, a *anchor) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		a.closeSockets()
		return
	}
	p.waiting = append(p.waiting, a)
}

// open gives the sockets of an ended call to a new anchor, or opens some on ports
// that have rested. A port that another program has rests like one that was used.
func (r *Relay) open(p *pool) (*anchor, error) {
	if a := r.renew(p); a != nil {
		return a, nil
	}
	for range bindTries {
		r.mu.Lock()
		r.collect()
		port, ok := p.takePorts(time.Now())
		r.mu.Unlock()
		if !ok && r.evict(p) {
			continue
		}
		if !ok {
			return nil, ErrExhausted
		}
		a, err := openAnchor(p, port)
		if err == nil {
			return a, nil
		}
		r.mu.Lock()
		p.givePorts(port, time.Now())
		r.mu.Unlock()
		if !errors.Is(err, unix.EADDRINUSE) {
			return nil, err
		}
	}
	return nil, ErrExhausted
}

// renew gives the sockets of the call that ended first to a new anchor, if they
// have rested. To which packets came meanwhile are closed, and their ports rest
// again: who sent them may not know yet that the call is over.
func (r *Relay) renew(p *pool) *anchor {
	for {
		r.mu.Lock()
		r.collect()
		old := p.rested(time.Now())
		r.mu.Unlock()
		if old == nil {
			return nil
		}
		if old.quiet() {
			return old.anew()
		}
		old.closeRetired()
		r.mu.Lock()
		p.givePorts(old.port, time.Now())
		r.mu.Unlock()
	}
}

// evict frees the ports of sockets that rest for another pair of addresses.
func (r *Relay) evict(p *pool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range r.pools {
		if q.ports[0] != p.ports[0] && q.ports[1] != p.ports[1] && q.ports[0] != p.ports[1] && q.ports[1] != p.ports[0] {
			continue
		}
		if a := q.rested(time.Now()); a != nil {
			a.closeRetired()
			q.ports[0].restore(a.port[0])
			q.ports[1].restore(a.port[1])
			return true
		}
	}
	return false
}

// discard closes an anchor that no worker has.
func (r *Relay) discard(a *anchor) {
	a.closeSockets()
	r.mu.Lock()
	defer r.mu.Unlock()
	a.pair.givePorts(a.port, time.Now())
}

// restMost is how many ended calls keep their sockets while these rest: enough
// for 500 calls a second, and not so many that files become short.
const restMost = 1024

// rest keeps the sockets of a, which has retired, for another call, or its ports
// alone. Caller holds mu.
func (r *Relay) rest(a *anchor) {
	n := 0
	for _, p := range r.pools {
		n += len(p.resting)
	}
	if n < restMost && a.rtp[0].fd >= 0 {
		a.pair.resting = append(a.pair.resting, a)
		return
	}
	a.closeRetired()
	a.pair.givePorts(a.port, a.ended)
}

// collect takes back what the workers have released. Caller holds mu.
func (r *Relay) collect() {
	for {
		select {
		case a := <-r.released:
			r.rest(a)
		default:
			return
		}
	}
}

// retry is the least wait before a pool that could not be filled is tried
// again, as when other programs have the ports.
const retry = time.Second

// nextRested is how long it takes until a pool that is not full can grow.
func (r *Relay) nextRested() (time.Duration, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.collect()
	var first time.Time
	for _, p := range r.pools {
		at, ok := p.ripe()
		if len(p.resting) > 0 {
			at, ok = p.resting[0].ended.Add(r.config.Drain), true
		}
		if ok && len(p.waiting) < r.config.Pool && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return max(time.Until(first), retry), !first.IsZero()
}

// poke wakes keep.
func (r *Relay) poke() {
	select {
	case r.short <- struct{}{}:
	default:
	}
}

// complain hands an error to the goroutine of Run.
func (r *Relay) complain(err error) {
	select {
	case r.failed <- err:
	default:
	}
}
