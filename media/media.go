// Package media names what the signalling and the packet path say to each
// other. It holds types only; media/relay moves the packets.
package media

import "net/netip"

// AnchorID names the ports of one media stream of one call; zero is none.
type AnchorID uint64

// Leg is a side of a call.
type Leg uint8

// The legs: A is the caller, B the callee.
const (
	A Leg = iota
	B
)

// Other returns the other side.
func (l Leg) Other() Leg { return 1 - l }

// Anchor is a leased pair of RTP ports, one to be offered to each leg. RTCP is
// on the next higher port (RFC 3550 section 11).
type Anchor struct {
	ID   AnchorID
	Addr [2]netip.AddrPort // Addr[A] is where leg A sends to
}

// Mode is what is done with the packets of a flow.
type Mode uint8

// The modes so far.
const (
	Mute Mode = iota // nothing is passed; the zero value is silent
	Pass             // packets pass as they came
)

// Flow is the whole state of one direction: packets that come from a leg.
type Flow struct {
	Mode Mode
	// Peer is where the leg says it is (c= and m= of its SDP): packets for it
	// go there until it is latched, that is, until a first packet from it
	// shows where it really is (symmetric RTP, RFC 4961). Zero: unknown yet.
	Peer     netip.AddrPort
	PeerRTCP netip.AddrPort
}

// Stats is what was seen of a call's media.
type Stats struct {
	Received [2]Count // by leg: RTP that came from it
	Dropped  [2]uint64
}

// Count counts RTP packets and payload bytes.
type Count struct{ Packets, Bytes uint64 }
