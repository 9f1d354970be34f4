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

// open opens an anchor on ports that have rested. A port that another program
// has rests like one that was used.
func (r *Relay) open(p *pool) (*anchor, error) {
	for range bindTries {
		r.mu.Lock()
		r.collect()
		port, ok := p.takePorts(time.Now())
		r.mu.Unlock()
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

// discard closes an anchor that no worker has.
func (r *Relay) discard(a *anchor) {
	a.closeSockets()
	r.mu.Lock()
	defer r.mu.Unlock()
	a.pair.givePorts(a.port, time.Now())
}

// collect takes back the ports of the anchors that the workers have closed.
// Caller holds mu.
func (r *Relay) collect() {
	for {
		select {
		case a := <-r.released:
			a.pair.givePorts(a.port, a.ended)
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
