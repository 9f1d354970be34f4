// Package media names what the signalling and the packet path say to each
// other. It holds types only; media/relay moves the packets.
package media

import (
	"net/netip"
	"strings"
	"time"

	"tregua/media/codec"
)

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

// The modes. Tap and Cover are for leg A: the watch on an answered call.
const (
	Mute  Mode = iota // nothing is passed; the zero value is silent
	Pass              // packets pass as they came
	Tap               // they do, and are listened to
	Cover             // they are listened to, and leg B hears ambience until an operator speaks
)

// Flow is the whole state of one direction: packets that come from a leg.
type Flow struct {
	Mode Mode
	// Peer is where the leg says it is (c= and m= of its SDP): packets for it
	// go there until it is latched, that is, until a first packet from it
	// shows where it really is (symmetric RTP, RFC 4961). Zero: unknown yet.
	Peer     netip.AddrPort
	PeerRTCP netip.AddrPort
	Formats  Formats
	// OptOut is the key by which who speaks here says that no call is wanted any
	// more; zero: none, and no key is looked at.
	OptOut Key
}

// Key is a key of the telephone as it is sent in RTP: its event of RFC 4733
// section 3.2, and one more. Zero is none.
type Key uint8

// Keys are those of a telephone, each in the place of its event.
const keys = "0123456789*#"

// ParseKey reads 0 to 9, * or #; ok: it is one of them.
func ParseKey(text string) (k Key, ok bool) {
	if len(text) != 1 {
		return 0, false
	}
	i := strings.IndexByte(keys, text[0])
	return Key(i + 1), i >= 0
}

// Is reports whether the payload of a telephone-event is of the key.
func (k Key) Is(payload []byte) bool {
	return k != 0 && len(payload) >= 4 && payload[0] == byte(k-1)
}

// Formats are the payload types that a leg takes, as its SDP says: those of the
// packets that are sent to it.
type Formats struct {
	Sealed bool        // SRTP: nothing can be heard, or added; the rest is zero
	Opaque bool        // no RTP at all: UDPTL (ITU-T T.38), or what nobody here knows; the rest is zero
	Spoken bool        // it takes G.711: it can be spoken to
	Codec  codec.Codec // the first law of G.711 that it lists
	Audio  uint8       // its payload type
	Event  uint8       // telephone-event (RFC 4733); 0: none
	Noise  uint8       // comfort noise (RFC 3389); 0: none
}

// Heard is the word of an anchor: what is known of leg A since its watch began.
// Times are those of the shards (Mono); zero is never.
type Heard struct {
	State    State
	Deaf     bool          // packets came, in no codec that can be heard
	Onset    time.Duration // the operator began to speak
	Decided  time.Duration // that was decided
	Ambience time.Duration // the first packet of ambience left
}

// Stats is what was seen of a call's media.
type Stats struct {
	Received [2]Count // by leg: RTP that came from it, and what passed for Formats.Opaque
	Dropped  [2]uint64
	OptedOut bool // leg B pressed its OptOut
}

// Count counts RTP packets and payload bytes; of a datagram that is none, all
// its bytes.
type Count struct{ Packets, Bytes uint64 }
