package relay

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"tregua/media"
)

// Relay moves the media of calls. Its methods may be called from any
// goroutine; none of them waits for a packet or for a worker.
type Relay struct {
	config   Config
	workers  []*worker
	released chan *anchor  // closed by their workers, for collect; room for every anchor
	short    chan struct{} // a pool is half empty
	failed   chan error    // from workers; a full one loses the report, not the count

	exhausted atomic.Uint64
	noisy     atomic.Uint64
	lost      atomic.Uint64 // packets of closed anchors that the kernel dropped

	filling sync.Mutex // held while ports are on their way into a pool; before mu

	mu      sync.Mutex // protects what follows, not what the pointers lead to
	pools   map[[2]netip.Addr]*pool
	anchors map[media.AnchorID]*anchor
	last    uint64
	closed  bool
}

// New opens the workers and the first anchors of every pair. Run must follow:
// it moves the packets and closes what New has opened.
func New(c Config) (*Relay, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	c = c.withDefaults()
	r := &Relay{
		config:  c,
		short:   make(chan struct{}, 1),
		failed:  make(chan error, 16),
		pools:   make(map[[2]netip.Addr]*pool),
		anchors: make(map[media.AnchorID]*anchor),
	}
	room := r.makePools()
	r.released = make(chan *anchor, room)
	for i := range c.Workers {
		w, err := newWorker(i, room, r)
		if err != nil {
			r.closeAll()
			return nil, err
		}
		r.workers = append(r.workers, w)
	}
	if err := r.fill(); err != nil {
		r.closeAll()
		return nil, err
	}
	return r, nil
}

// makePools returns how many anchors there can be at most.
func (r *Relay) makePools() (room int) {
	byAddr := make(map[netip.Addr]*ports)
	portsOf := func(addr netip.Addr) *ports {
		if byAddr[addr] == nil {
			byAddr[addr] = newPorts(r.config.PortMin, r.config.PortMax, r.config.Drain)
			room += byAddr[addr].n
		}
		return byAddr[addr]
	}
	for _, pair := range r.config.Pairs {
		a, b := pair.bind(media.A), pair.bind(media.B)
		r.pools[keyOf(pair.Addr[0], pair.Addr[1])] = &pool{Pair: pair, ports: [2]*ports{portsOf(a), portsOf(b)}}
	}
	return room
}

// Run moves packets until ctx ends, then closes every socket. It returns nil,
// or why no worker is left.
func (r *Relay) Run(ctx context.Context) error {
	defer r.closeAll()
	var workers, keeper sync.WaitGroup
	defer keeper.Wait()
	defer workers.Wait()
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	down := make(chan error, len(r.workers))
	for _, w := range r.workers {
		workers.Go(func() { down <- w.run() })
		defer w.finish()
	}
	keeper.Go(func() { r.keep(inner) })
	return r.watch(ctx, down)
}

// watch waits for the end.
func (r *Relay) watch(ctx context.Context, down <-chan error) error {
	var errs []error
	for len(errs) < len(r.workers) {
		select {
		case <-ctx.Done():
			return nil
		case err := <-r.failed:
			r.report(err)
		case err := <-down:
			errs = append(errs, err)
			r.report(err)
		}
	}
	return fmt.Errorf("%w: %w", ErrDown, errors.Join(errs...))
}

func (r *Relay) report(err error) {
	if r.config.Fault != nil && err != nil {
		r.config.Fault(err)
	}
}

// Lease gives a call the ports of the pair whose legs are told a and b. Both
// legs are mute and unknown until Set. owner is whom Config.Told is told of.
// Errors: ErrExhausted, ErrClosed, ErrDown, a pair that Config does not have,
// no more open files.
func (r *Relay) Lease(a, b netip.Addr, owner uint64) (media.Anchor, error) {
	for {
		leased, pooled, err := r.obtain(keyOf(a, b))
		switch {
		case errors.Is(err, ErrExhausted):
			r.exhausted.Add(1)
			return media.Anchor{}, err
		case err != nil:
			return media.Anchor{}, err
		case pooled && !leased.quiet():
			// An earlier call's peer still sends here: the port rests again.
			r.noisy.Add(1)
			r.discard(leased)
		default:
			leased.owner = owner
			return r.hand(leased)
		}
	}
}

// obtain takes an anchor from the pool, or opens one when that is empty.
func (r *Relay) obtain(key [2]netip.Addr) (a *anchor, pooled bool, err error) {
	r.mu.Lock()
	p, err := r.poolOf(key)
	if err != nil {
		r.mu.Unlock()
		return nil, false, err
	}
	if len(p.waiting) > 0 {
		a = p.waiting[0]
		p.waiting = append(p.waiting[:0], p.waiting[1:]...)
	}
	low := len(p.waiting) < (r.config.Pool+1)/2
	r.mu.Unlock()
	if low {
		r.poke()
	}
	if a != nil {
		return a, true, nil
	}
	a, err = r.open(p)
	return a, false, err
}

// hand chooses a worker for a, which gets it when there is something to do.
func (r *Relay) hand(a *anchor) (media.Anchor, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	w := r.idlest()
	if r.closed || w == nil {
		a.closeSockets()
		a.pair.givePorts(a.port, time.Now())
		if r.closed {
			return media.Anchor{}, ErrClosed
		}
		return media.Anchor{}, ErrDown
	}
	r.last++
	a.id, a.worker = media.AnchorID(r.last), w
	r.anchors[a.id] = a
	w.anchors.Add(1)
	return media.Anchor{ID: a.id, Addr: [2]netip.AddrPort{
		netip.AddrPortFrom(a.pair.Addr[0].Unmap(), a.port[0]),
		netip.AddrPortFrom(a.pair.Addr[1].Unmap(), a.port[1]),
	}}, nil
}

// idlest is the worker with the fewest anchors; nil: all are down.
func (r *Relay) idlest() (least *worker) {
	for _, w := range r.workers {
		if !w.down.Load() && (least == nil || w.anchors.Load() < least.anchors.Load()) {
			least = w
		}
	}
	return least
}

// Set says what is done with the packets that come from leg, and where leg
// is. Only the last Set counts when the worker is behind. An anchor that is
// closed or unknown is left alone.
func (r *Relay) Set(id media.AnchorID, leg media.Leg, f media.Flow) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.anchors[id]; a != nil && !r.closed && leg <= media.B && a.ask(leg, f) {
		a.worker.post(a)
		a.worker.wake()
	}
}

// Heard returns the word of an anchor: what its watch has heard so far, or had
// when it ended. An anchor that is closed or unknown has heard nothing.
func (r *Relay) Heard(id media.AnchorID) media.Heard {
	r.mu.Lock()
	a := r.anchors[id]
	r.mu.Unlock()
	if a == nil {
		return media.Heard{}
	}
	return a.word.read()
}

// Close ends an anchor: when it returns, no packet but one that is already
// being sent passes any more. It returns what was counted; a second Close of
// the same anchor does nothing and returns zeros.
func (r *Relay) Close(id media.AnchorID) media.Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.anchors[id]
	if a == nil {
		return media.Stats{}
	}
	delete(r.anchors, id)
	s, unused := r.end(a)
	if unused && a.retire() {
		a.worker.anchors.Add(-1)
		a.ended = time.Now()
		r.rest(a)
	}
	return s
}

// end closes a and leaves its sockets to its worker, which is not woken: nothing passes
// any more, and it looks for them by itself. unused says that no worker has
// them. Caller holds mu.
func (r *Relay) end(a *anchor) (s media.Stats, unused bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed.Store(true)
	if a.posted && !r.closed && a.enqueue() {
		a.worker.post(a)
	}
	s, lost := a.stats()
	if a.posted {
		r.lost.Add(lost[media.A] + lost[media.B])
	}
	return s, !a.posted
}

// closeAll closes what is left when the workers have ended. Leased anchors
// stay known, for Close to say what was counted. A second closeAll does nothing:
// somebody else may have the workers' descriptors by then.
func (r *Relay) closeAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed {
		return
	}
	r.closed = true
	r.collect()
	for _, p := range r.pools {
		for _, a := range p.waiting {
			a.closeSockets()
		}
		for _, a := range p.resting {
			a.closeRetired()
		}
		p.waiting, p.resting = nil, nil
	}
	for _, a := range r.anchors {
		a.closeSockets()
	}
	for _, w := range r.workers {
		closeFD(w.epoll)
		closeFD(w.event)
	}
}
