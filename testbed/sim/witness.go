package sim

import (
	"fmt"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/policy/desk"
	"tregua/proxy"
	"tregua/proxy/wire"
)

// witness stands at tregua's edge and keeps what crosses it.
type witness struct {
	queue    *queue
	order    []*trail // by first appearance
	trails   map[string]*trail
	byCall   map[uint64]*trail // by the id that tregua gives a call
	byID     map[policy.AttemptID]*trail
	byAnchor map[media.AnchorID]*trail
	objectAt map[policy.Number]time.Duration
	ends     map[policy.Number][]end // of answered attempts, in order
	result   *Result
	net      *network
}

// trail is what crossed the edge under one Call-ID, in order.
type trail struct {
	id      string
	list    []crossing
	attempt policy.Attempt
	call    uint64
	asks    int
	askedAt time.Duration // for the first time
	anchor  media.Anchor
	media   *hearing // nil: no ports
	flows   []flowed
	ups     []upped
	ended   time.Duration // when tregua recorded it; 0: not yet
}

// flowed is what was to be done with the packets of a leg from then on.
type flowed struct {
	at   time.Duration
	leg  media.Leg
	mode media.Mode
}

// upped is what was said of an answered call.
type upped struct {
	at time.Duration
	policy.Up
}

// end is the end of an attempt on a number, as it came in force at its desk.
type end struct {
	at     time.Duration
	id     policy.AttemptID
	ending policy.Ending
}

// crossing is one datagram that went in or out.
type crossing struct {
	at   time.Duration // of the turn
	came time.Duration // at the edge
	in   bool
	side media.Leg // where it came from, or went
	msg  *wire.Message
}

func newWitness(q *queue, r *Result) *witness {
	return &witness{
		queue: q, trails: map[string]*trail{}, byCall: map[uint64]*trail{},
		byID: map[policy.AttemptID]*trail{}, byAnchor: map[media.AnchorID]*trail{},
		objectAt: map[policy.Number]time.Duration{}, ends: map[policy.Number][]end{}, result: r,
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
	t.list = append(t.list, crossing{w.queue.now, m.At, true, media.Leg(m.Hop.Listener), m.Msg})
}

func (w *witness) sent(hop wire.Hop, data []byte) {
	m, err := wire.Read(data)
	if err != nil {
		w.broken("", "tregua sends what it cannot read itself: %v in %q", err, data)
		return
	}
	t := w.trail(m.CallID)
	t.list = append(t.list, crossing{w.queue.now, w.queue.now, false, media.Leg(hop.Listener), m})
}

func (w *witness) asked(a proxy.Ask) {
	t := w.trail(a.Attempt.CallID)
	if t.asks++; t.asks == 1 {
		t.askedAt = w.queue.now
	}
	t.attempt, t.call = a.Attempt, a.Return.Call
	w.byCall[t.call], w.byID[t.attempt.ID] = t, t
}

func (w *witness) leased(call uint64, a media.Anchor, m *hearing) (callID string) {
	t := w.byCall[call]
	t.anchor, t.media = a, m
	w.byAnchor[a.ID] = t
	return t.id
}

func (w *witness) flowed(id media.AnchorID, leg media.Leg, f media.Flow) {
	if t := w.byAnchor[id]; t != nil {
		t.flows = append(t.flows, flowed{w.queue.now, leg, f.Mode})
	}
}

func (w *witness) up(u proxy.Up) {
	t := w.byID[u.Attempt]
	t.ups = append(t.ups, upped{w.queue.now, u.Up})
	w.net.say(t.id, fmt.Sprintf("answered, watch %d, it runs: %t", u.Up.Watch, u.Up.Watching))
}

func (w *witness) recorded(r proxy.Record) {
	t := w.byID[r.Attempt.ID]
	t.ended = w.queue.now
	w.net.say(t.id, fmt.Sprintf("record %s %s class %d line %d", r.Ending.Outcome, r.Ending.Reason, r.Ending.Ratio, r.Ending.Line))
}

func (w *witness) closed(c desk.Closing) {
	if n := c.Attempt.Called; n != 0 && !c.Ending.AnsweredAt.IsZero() {
		w.ends[n] = append(w.ends[n], end{w.queue.now, c.Attempt.ID, c.Ending})
	}
}

func (w *witness) objected(n policy.Number) { w.objectAt[n] = w.queue.now }
