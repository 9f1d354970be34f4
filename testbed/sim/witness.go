package sim

import (
	"fmt"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy"
	"tregua/proxy/wire"
)

// witness stands at tregua's edge and keeps what crosses it.
type witness struct {
	queue    *queue
	order    []*trail // by first appearance
	trails   map[string]*trail
	byCall   map[uint64]*trail // by the id that tregua gives a call
	objectAt map[policy.Number]time.Duration
	result   *Result
	net      *network
}

// trail is what crossed the edge under one Call-ID, in order.
type trail struct {
	id      string
	list    []crossing
	attempt policy.Attempt
	asks    int
	anchor  media.Anchor
}

// crossing is one datagram that went in or out.
type crossing struct {
	at   time.Duration
	in   bool
	side media.Leg // where it came from, or went
	msg  *wire.Message
}

func newWitness(q *queue, r *Result) *witness {
	return &witness{
		queue: q, trails: map[string]*trail{}, byCall: map[uint64]*trail{},
		objectAt: map[policy.Number]time.Duration{}, result: r,
	}
}

func (w *witness) broken(call, format string, args ...any) {
	w.result.Broken = append(w.result.Broken, Broken{call, fmt.Sprintf(format, args...)})
	w.net.say(call, "BROKEN: "+fmt.Sprintf(format, args...))
}

func (w *witness) trail(callID string) *trail {
	t := w.trails[callID]
	if t == nil {
		t = &trail{id: callID}
		w.trails[callID] = t
		w.order = append(w.order, t)
	}
	return t
}

func (w *witness) received(m proxy.Message) {
	t := w.trail(m.Msg.CallID)
	t.list = append(t.list, crossing{w.queue.now, true, media.Leg(m.Hop.Listener), m.Msg})
}

func (w *witness) sent(hop wire.Hop, data []byte) {
	m, err := wire.Read(data)
	if err != nil {
		w.broken("", "tregua sends what it cannot read itself: %v in %q", err, data)
		return
	}
	t := w.trail(m.CallID)
	t.list = append(t.list, crossing{w.queue.now, false, media.Leg(hop.Listener), m})
}

func (w *witness) asked(a proxy.Ask) {
	t := w.trail(a.Attempt.CallID)
	t.asks++
	t.attempt = a.Attempt
	w.byCall[a.Return.Call] = t
}

func (w *witness) leased(call uint64, a media.Anchor) {
	if t := w.byCall[call]; t != nil {
		t.anchor = a
	}
}

func (w *witness) objected(n policy.Number) { w.objectAt[n] = w.queue.now }
