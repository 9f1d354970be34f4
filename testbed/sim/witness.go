package sim

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
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
	byAside  map[policy.AttemptID]*beside
	granted  map[policy.AttemptID]time.Duration // when the gate let it through
	seats    map[policy.AttemptID]*seat         // who wants a place at the gate or has one
	givenUp  map[policy.AttemptID]time.Duration // when, of those that wait for their decision
	leases   map[uint64]lease                   // of calls that have no trail yet
	plans    map[string]*plan                   // by trail
	result   *Result
	net      *network
	law      string // which is being held
}

// lease is the media of a call.
type lease struct {
	anchor media.Anchor
	media  *hearing
}

// beside is an attempt beside that of a call: what a REFER or a redirect wants
// dialled.
type beside struct {
	attempt policy.Attempt
	asked   time.Duration
	records []policy.Ending
}

// trail is what crossed the edge under one Call-ID, in order.
type trail struct {
	id      string
	side    media.Leg // of the network, where its caller is
	inbound bool
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
	asides  []*beside
	lapsed  bool // its INVITE came again so late that it is a second attempt

	attempts []policy.AttemptID
	exchange
}

// flowed is what was to be done with the packets of a leg from then on.
type flowed struct {
	at   time.Duration
	leg  media.Leg
	mode media.Mode
	peer netip.AddrPort
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
		byID: map[policy.AttemptID]*trail{}, byAside: map[policy.AttemptID]*beside{}, leases: map[uint64]lease{}, law: "edge", byAnchor: map[media.AnchorID]*trail{},
		granted: map[policy.AttemptID]time.Duration{}, seats: map[policy.AttemptID]*seat{}, givenUp: map[policy.AttemptID]time.Duration{},
		objectAt: map[policy.Number]time.Duration{}, ends: map[policy.Number][]end{}, result: r,
	}
}

func (w *witness) broken(call, format string, args ...any) {
	w.result.Broken = append(w.result.Broken, Broken{call, w.law, fmt.Sprintf(format, args...)})
	w.net.say(call, "BROKEN: "+fmt.Sprintf(format, args...))
}

func (w *witness) trail(id string) *trail {
	t := w.trails[id]
	if t == nil {
		t = &trail{id: id}
		if p := w.plans[id]; p != nil && p.inbound {
			t.inbound, t.side, t.from = true, media.B, media.B
		}
		w.trails[id] = t
		w.order = append(w.order, t)
	}
	return t
}

func (w *witness) received(m proxy.Message) {
	t := w.trail(trailOf(m.Msg.CallID, m.Msg))
	t.list = append(t.list, crossing{w.queue.now, m.At, true, media.Leg(m.Hop.Listener), m.Msg})
}

func (w *witness) sent(hop wire.Hop, data []byte) {
	m, err := wire.Read(data)
	if err != nil {
		w.broken("", "tregua sends what it cannot read itself: %v in %q", err, data)
		return
	}
	t := w.trail(trailOf(m.CallID, m))
	t.list = append(t.list, crossing{w.queue.now, w.queue.now, false, media.Leg(hop.Listener), m})
	if t.inbound && t.call == 0 && m.Method == "INVITE" {
		w.named(t, m)
	}
}

// named finds the media of an inbound call by the token of its Contact: nobody
// is asked about it.
func (w *witness) named(t *trail, m *wire.Message) {
	_, token, _ := strings.Cut(m.Contact.URI, ";tregua=b")
	id, err := strconv.ParseUint(token[:min(len(token), 16)], 16, 64)
	l, ok := w.leases[id]
	if err != nil || !ok {
		w.broken(t.id, "an inbound call leaves with the contact %q", m.Contact.URI)
		return
	}
	t.call, t.anchor, t.media = id, l.anchor, l.media
	w.byCall[id], w.byAnchor[l.anchor.ID] = t, t
	t.flows = append(t.flows, l.media.early...)
}

// asked takes a question to the policy. Of a call with its number, or of a
// number that the call is to be handed on to.
func (w *witness) asked(a proxy.Ask) {
	id := a.Attempt.CallID
	if isAside(a.Attempt.Called) {
		t := w.trail(id)
		b := &beside{attempt: a.Attempt, asked: w.queue.now}
		t.asides = append(t.asides, b)
		w.byAside[a.Attempt.ID] = b
		return
	}
	if isSmuggled(a.Attempt.Called) {
		id += "~"
	}
	t := w.trail(id)
	if t.asks++; t.asks == 1 {
		t.askedAt = w.queue.now
	}
	stopped := w.net.cfg.Stop > 0 && w.queue.now >= w.net.cfg.Stop // nobody waits any more for it to come again
	t.lapsed = t.lapsed || t.asks > 1 && (stopped || t.tooLate(w.queue.now))
	t.attempts = append(t.attempts, a.Attempt.ID)
	t.attempt, t.call = a.Attempt, a.Return.Call
	w.byCall[t.call], w.byID[t.attempt.ID] = t, t
}

// tooLate reports whether the last refusal of the INVITE was answered so long ago
// that nobody waits any more for it to come again.
func (t *trail) tooLate(now time.Duration) bool {
	first, of := time.Duration(0), uint32(0)
	for i := range t.list {
		if x := &t.list[i]; x.is(false, t.side, "INVITE", 300, 699) && x.msg.CSeq.N > of {
			first, of = x.at, x.msg.CSeq.N
		}
	}
	return of != 0 && now >= first+64*t1
}

func (w *witness) leased(call uint64, a media.Anchor, m *hearing) (callID string) {
	t := w.byCall[call]
	if t == nil { // an inbound call: its INVITE says whose it is
		w.leases[call] = lease{a, m}
		return ""
	}
	t.anchor, t.media = a, m
	w.byAnchor[a.ID] = t
	return t.id
}

func (w *witness) flowed(id media.AnchorID, m *hearing, leg media.Leg, f media.Flow) {
	x := flowed{w.queue.now, leg, f.Mode, f.Peer}
	if t := w.byAnchor[id]; t != nil {
		t.flows = append(t.flows, x)
	} else if m != nil {
		m.early = append(m.early, x)
	}
}

// ended is told of the end of an inbound call.
func (w *witness) ended(id media.AnchorID) {
	if t := w.byAnchor[id]; t != nil {
		t.ended = w.queue.now
	}
}

func (w *witness) up(u proxy.Up) {
	t := w.byID[u.Attempt]
	t.ups = append(t.ups, upped{w.queue.now, u.Up})
	w.net.say(t.id, fmt.Sprintf("answered, watch %d, it runs: %t", u.Up.Watch, u.Up.Watching))
}

func (w *witness) recorded(r proxy.Record) {
	if b := w.byAside[r.Attempt.ID]; b != nil {
		b.records = append(b.records, r.Ending)
		w.net.say(r.Attempt.CallID, fmt.Sprintf("record of %d: %s %s", r.Attempt.Called, r.Ending.Outcome, r.Ending.Reason))
		return
	}
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
