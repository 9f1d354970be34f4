package rtp

import (
	"encoding/binary"
	"net/netip"
	"time"
)

// Leg is a side of a call.
type Leg int

// The legs: A is the dialer, B the called person.
const (
	A Leg = iota
	B
)

// Sites are the SIP addresses between which a call goes. The program under test
// is PBX and Trunk. With nothing between the SIPps, PBX is Carrier and Trunk is
// Dialer.
type Sites struct {
	Dialer, PBX, Trunk, Carrier netip.AddrPort
}

// of returns where a SIPp is, and the side of the program that faces it.
func (s *Sites) of(leg Leg) (own, program netip.AddrPort) {
	if leg == A {
		return s.Dialer, s.PBX
	}
	return s.Carrier, s.Trunk
}

// Call is what was seen of a call on the wire. Zero times: not seen.
type Call struct {
	ID       string
	User     string       // of the Request-URI that the dialer sent
	Answered time.Time    // the first 200 arrived at the program
	Told     time.Time    // and at the dialer
	Cut      [2]time.Time // the program's first BYE arrived on the leg
	HungUp   [2]time.Time // the first BYE of the leg itself

	Own  [2]netip.AddrPort // where the leg listens, by its own SDP
	Peer [2]netip.AddrPort // where it was told to send to

	Sent [2]Stream // what was sent to the leg, by the program or the other generator
}

// Over says whether the call has ended on a leg.
func (c *Call) Over(leg Leg) bool { return !c.Cut[leg].IsZero() || !c.HungUp[leg].IsZero() }

// Ladder reads packets into calls. Keep says whether payloads are kept.
type Ladder struct {
	Keep  bool
	Sites Sites
	Calls []*Call // in the order of their first message

	byID  map[string]*Call
	media map[netip.AddrPort]listener
	alien int
}

// listener is whose port an address is.
type listener struct {
	call *Call
	leg  Leg
}

// NewLadder returns a ladder without calls.
func NewLadder(sites Sites, keep bool) *Ladder {
	return &Ladder{Keep: keep, Sites: sites, byID: map[string]*Call{}, media: map[netip.AddrPort]listener{}}
}

// Alien returns how many packets reached media ports of no call.
func (l *Ladder) Alien() int { return l.alien }

// See reads a packet. It returns the call whose signalling it was part of, or
// nil.
func (l *Ladder) See(p Packet) *Call {
	for leg := range Leg(2) {
		own, program := l.Sites.of(leg)
		if p.From == own && p.To == program || p.From == program && p.To == own {
			return l.message(p)
		}
	}
	if to, ok := l.media[p.To]; ok {
		if a, ok := readArrival(p, l.Keep); ok {
			to.call.Sent[to.leg] = append(to.call.Sent[to.leg], a)
		}
		return nil
	}
	if _, ok := readArrival(p, false); ok {
		l.alien++
	}
	return nil
}

func (l *Ladder) message(p Packet) *Call {
	m, ok := readMessage(p.Payload)
	if !ok {
		return nil
	}
	c := l.byID[m.callID]
	if c == nil {
		if p.From != l.Sites.Dialer || m.method != "INVITE" || m.status != 0 {
			return nil // left over from another load
		}
		c = &Call{ID: m.callID, User: m.user}
		l.byID[m.callID] = c
		l.Calls = append(l.Calls, c)
	}
	// With nothing between, one message is of both legs.
	for leg := range Leg(2) {
		switch own, program := l.Sites.of(leg); {
		case p.From == own && p.To == program:
			l.fromLeg(c, leg, m, p.At)
		case p.From == program && p.To == own:
			l.toLeg(c, leg, m, p.At)
		}
	}
	return c
}

// fromLeg reads what a SIPp sent.
func (l *Ladder) fromLeg(c *Call, leg Leg, m message, at time.Time) {
	if m.media.IsValid() && m.method == "INVITE" {
		c.Own[leg] = m.media
		l.media[m.media] = listener{c, leg}
	}
	switch {
	case m.method == "BYE" && m.status == 0:
		first(&c.HungUp[leg], at)
	case leg == B && m.method == "INVITE" && m.status == 200:
		first(&c.Answered, at)
	}
}

// toLeg reads what a SIPp was sent.
func (l *Ladder) toLeg(c *Call, leg Leg, m message, at time.Time) {
	if m.media.IsValid() && m.method == "INVITE" {
		c.Peer[leg] = m.media
	}
	switch {
	case m.method == "BYE" && m.status == 0:
		first(&c.Cut[leg], at)
	case leg == A && m.method == "INVITE" && m.status == 200:
		first(&c.Told, at)
	}
}

func first(t *time.Time, at time.Time) {
	if t.IsZero() {
		*t = at
	}
}

// Arrival is an RTP packet that arrived.
type Arrival struct {
	At        time.Time
	SSRC      uint32
	Timestamp uint32
	Sequence  uint16
	Type      uint8
	Payload   []byte // nil when it was not kept
}

func readArrival(p Packet, keep bool) (a Arrival, ok bool) {
	b := p.Payload
	if len(b) < headerSize || b[0] != version {
		return a, false
	}
	a = Arrival{
		At: p.At, SSRC: binary.BigEndian.Uint32(b[8:]), Timestamp: binary.BigEndian.Uint32(b[4:]),
		Sequence: binary.BigEndian.Uint16(b[2:]), Type: b[1] &^ 0x80,
	}
	if keep {
		a.Payload = append(a.Payload, b[headerSize:]...)
	}
	return a, 64 > a.Type || a.Type > 95 // RFC 5761 section 4: RTCP
}
