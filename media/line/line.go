// Package line keeps one outgoing RTP stream whole while what is sent on it
// changes hands: tregua's own packets, the peer's packets with our sound in
// them or under them, the peer's packets alone. Whoever listens sees one SSRC,
// one sequence and one clock. A Line is a value with one owner at a time; it
// is handed over by copying it. Pure: time is an argument.
package line

import (
	"math"
	"time"

	"tregua/media"
	"tregua/media/codec"
)

// Action is what is done on the line.
type Action uint8

// The actions. In all but Mute a telephone-event (RFC 4733) passes.
const (
	Mute    Action = iota // nothing is sent; the zero value is silent
	Fill                  // own packets on the 20 ms clock; the peer's are kept back
	Replace               // the peer's packets with ours for payload; own ones while none come
	Mix                   // the peer's packets with ours under them; own ones while none come
	Pass                  // the peer's packets; after one of the three above ours fades out under them
)

// For returns what whoever answered hears while the other side is in a state:
// ambience at once and alone, then under the line as soon as it lives, and the
// line alone once an operator is there.
func For(s media.State) Action {
	switch s {
	case media.None, media.CN:
		return Fill
	case media.Dead, media.Tone:
		return Replace
	case media.Quiet:
		return Mix
	case media.Operator:
		return Pass
	}
	return Mix
}

// Never is the time of something that is not going to happen.
const Never = time.Duration(math.MaxInt64)

// Sizes and times, in samples of 8 kHz unless they say otherwise.
const (
	frame  = 160                    // of an own packet
	sample = 125 * time.Microsecond // one sample lasts

	// PacketSize is the size of an own packet in bytes.
	PacketSize = headerSize + frame

	// patience is how long after the end of a 20 ms packet the peer's next one
	// may be late before own ones are sent: three frames after its beginning.
	patience = 40 * time.Millisecond
	minWait  = 60 * time.Millisecond
	// eventWait holds own packets back between those of a telephone-event,
	// which come every 50 ms and mean the whole of it.
	eventWait = 120 * time.Millisecond

	// minSpacing is between own packets, however late the clock calls: half of
	// their time is caught up at a time.
	minSpacing = 10 * time.Millisecond
	// lateMost is how late the clock may call before what was missed is left
	// out and not caught up.
	lateMost = 2 * frame

	// maxAhead is how far the line may be ahead of time where one source takes
	// over from another. A packet beyond it is dropped: speech of two that
	// overlaps would add up to a delay that stays.
	maxAhead = 3 * frame
	// maxAway is how far the peer's timestamps may lead away from time before
	// they are set anew, and how much of a backlog that comes at once is sent.
	maxAway = 4000
	// maxLost is how far the line may be ahead before its clock is set anew:
	// no packet, however odd, silences it for longer.
	maxLost = 8000

	fadeTime = 1600

	// RFC 3550 appendix A.1: a larger step is a restart, once a second packet
	// confirms it.
	maxDropout  = 3000
	maxMisorder = 100
	lateTime    = maxMisorder * maxAhead // samples in so many packets of 60 ms
)

// Config is what a line is born with.
type Config struct {
	// What the stream begins with, if none flowed before Start; random (RFC
	// 3550 section 5.1).
	SSRC      uint32
	Sequence  uint16
	Timestamp uint32

	Codec codec.Codec // of own packets
	Type  uint8       // payload type of own packets
	Noise uint8       // payload type of comfort noise, 13 (RFC 3389); 0: none
	Event uint8       // payload type of telephone-event; 0: none
}

// Line is the state of one outgoing stream. Its owner alone touches it.
type Line struct {
	config  Config
	action  Action
	started bool

	// What was sent. Time on the line is counted in samples from origin, at
	// which the timestamp is config.Timestamp.
	ssrc     uint32
	origin   time.Duration
	sequence uint16        // of the newest packet
	newest   int64         // where the newest packet lies
	end      int64         // where what was sent ends
	own      time.Duration // when the last own packet was sent
	owned    bool          // there was one
	last     time.Duration // when the newest packet was sent
	packets  uint32        // as a sender report counts
	octets   uint32
	fade     int   // of the ambience, samples to go
	owed     int64 // samples that the line was ahead of time when Pass began

	source source
}

// source is the stream that comes in.
type source struct {
	known    bool
	placed   bool // a packet of it was sent
	anchored bool // dSeq and dTS hold: nothing of ours was sent since
	hasLeft  bool // left holds
	ssrc     uint32
	left     uint32 // SSRC before this one
	turned   bool   // its packets have ceased to be replaced: they may begin anew
	ts       uint32 // of the newest, not of an event
	high     uint32 // highest sequence number, extended
	span     uint32 // numbers since it was anchored
	seen     uint64 // bit i: high-i was sent
	odd      uint32 // number that would confirm a restart; 1<<16: none
	dSeq     uint16
	dTS      uint32
	heard    time.Duration // when its last packet came
	hold     time.Duration // no own packet before

	event   bool // eventTS and eventAt hold
	eventTS uint32
	eventAt int64 // where that event lies on the line
}

// New returns a line on which nothing has been sent.
func New(c Config) Line {
	return Line{config: c, ssrc: c.SSRC, sequence: c.Sequence - 1, source: source{odd: noOdd}}
}

const noOdd = 1 << 16

// Format takes codec and payload types of c from now on: the SDP of whoever
// answers may come after New, and again. What the line has sent stays.
func (l *Line) Format(c Config) {
	l.config.Codec, l.config.Type = c.Codec, c.Type
	l.config.Noise, l.config.Event = c.Noise, c.Event
}
