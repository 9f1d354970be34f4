package relay

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"tregua/media"
)

// anchor is four sockets: for each leg one for RTP and one for RTCP.
type anchor struct {
	id     media.AnchorID
	pair   *pool
	port   [2]uint16 // of RTP, by leg
	worker *worker   // set by the lease, then fixed
	owner  uint64    // likewise

	// Of the worker once attached.
	rtp, rtcp [2]end
	mode      [2]media.Mode
	opaque    [2]bool   // by leg: it takes what is no RTP
	optOut    media.Key // of leg B
	eventType uint8     // of the telephone-events that leg A takes
	attached  bool
	ended     time.Time // when the sockets were closed
	watch

	count   [2]counter  // by leg; written by the worker, read by all
	word    word        // likewise
	pressed atomic.Bool // likewise: optOut was
	closed  atomic.Bool // set by Close: nothing passes from then on

	mu     sync.Mutex // protects what follows
	want   [2]media.Flow
	posted bool      // has been given to the worker
	queued bool      // stands in the worker's queue
	gone   bool      // the sockets are closed, or another's
	early  [4]uint64 // what the kernel had dropped of ends() before the worker had them
}

type counter struct{ packets, bytes, dropped atomic.Uint64 }

// openAnchor binds the sockets of pair at the ports. On an error nothing
// stays open.
func openAnchor(pair *pool, port [2]uint16) (*anchor, error) {
	a := newAnchor(pair, port)
	for leg := range a.rtp {
		var err error
		bind := pair.bind(media.Leg(leg))
		if a.rtp[leg].fd, err = openSocket(netip.AddrPortFrom(bind, port[leg])); err == nil {
			a.rtcp[leg].fd, err = openSocket(netip.AddrPortFrom(bind, port[leg]+1))
		}
		if err != nil {
			a.closeSockets()
			return nil, err
		}
	}
	return a, nil
}

func newAnchor(pair *pool, port [2]uint16) *anchor {
	a := &anchor{pair: pair, port: port, watch: newWatch()}
	for leg := range a.rtp {
		a.rtp[leg] = end{fd: -1, anchor: a, leg: media.Leg(leg), across: &a.rtp[1-leg]}
		a.rtcp[leg] = end{fd: -1, anchor: a, leg: media.Leg(leg), across: &a.rtcp[1-leg], rtcp: true}
	}
	return a
}

// anew is an anchor on the sockets of a, which has retired.
func (a *anchor) anew() *anchor {
	next := newAnchor(a.pair, a.port)
	was := a.ends()
	for i, e := range next.ends() {
		e.fd = was[i].fd
		next.early[i] = dropsOf(e.fd)
	}
	return next
}

// ends lists the sockets.
func (a *anchor) ends() [4]*end {
	return [4]*end{&a.rtp[0], &a.rtcp[0], &a.rtp[1], &a.rtcp[1]}
}

// quiet says that no packet has come since the sockets were opened.
func (a *anchor) quiet() bool {
	for _, e := range a.ends() {
		if !silent(e.fd) {
			return false
		}
	}
	return true
}

// ask stores the flow of a leg and says whether the worker must be told. It has
// nothing to do before both legs are known, or one is to hear ambience: a call
// that comes to nothing costs it nothing.
func (a *anchor) ask(leg media.Leg, f media.Flow) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.want[leg] = f
	if !a.posted && !watched(a.want[media.A].Mode) && !(a.want[media.A].Peer.IsValid() && a.want[media.B].Peer.IsValid()) {
		return false
	}
	a.posted = true
	return a.enqueue()
}

// enqueue marks a as standing in the queue; false: it does already. Caller
// holds mu.
func (a *anchor) enqueue() bool {
	first := !a.queued
	a.queued = true
	return first
}

// taken takes a out of the worker's queue and returns what is asked of it; closed
// says that it stood there for the last time. Whether it is closed and whether it
// stands in the queue change together: an anchor that was seen to be closed and
// then put into the queue once more would be released twice, and its sockets given
// to two calls.
func (a *anchor) taken() (want [2]media.Flow, closed bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queued = false
	return a.want, a.closed.Load()
}

// set brings modes and addresses into force. On the worker.
func (a *anchor) set(want [2]media.Flow) {
	for leg, f := range want {
		a.mode[leg], a.opaque[leg] = f.Mode, f.Formats.Opaque
		a.rtp[leg].setPeer(f.Peer)
		a.rtcp[leg].setPeer(controlPeer(f))
	}
	a.optOut, a.eventType = want[media.B].OptOut, want[media.A].Formats.Event
}

// controlPeer is where RTCP for the peer of f goes: RFC 3605 if its SDP says,
// else the next port (RFC 3550 section 11).
func controlPeer(f media.Flow) netip.AddrPort {
	if f.PeerRTCP.IsValid() || !f.Peer.IsValid() || f.Peer.Port() == 0 || f.Peer.Port() == 65535 {
		return f.PeerRTCP
	}
	return netip.AddrPortFrom(f.Peer.Addr(), f.Peer.Port()+1)
}

// stats are the counts so far, and what the kernel dropped of each leg, which
// they include. Caller holds mu.
func (a *anchor) stats() (s media.Stats, lost [2]uint64) {
	if !a.gone {
		for i, e := range a.ends() {
			lost[e.leg] += dropsOf(e.fd) - a.early[i]
		}
	}
	s.OptedOut = a.pressed.Load()
	for leg := range s.Received {
		c := &a.count[leg]
		s.Received[leg] = media.Count{Packets: c.packets.Load(), Bytes: c.bytes.Load()}
		s.Dropped[leg] = c.dropped.Load() + lost[leg]
	}
	return s, lost
}

// closeSockets ends a. Only its worker may call it while there is one.
func (a *anchor) closeSockets() {
	if a.retire() {
		a.closeRetired()
	}
}

// retire takes from a its sockets, which stay open; false: it has none any more.
// Only its worker may call it while there is one.
func (a *anchor) retire() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	had := !a.gone
	a.gone = true
	return had
}

// closeRetired closes the sockets that a had.
func (a *anchor) closeRetired() {
	for _, e := range a.ends() {
		if e.fd >= 0 {
			closeFD(e.fd)
		}
		e.fd = -1
	}
}
