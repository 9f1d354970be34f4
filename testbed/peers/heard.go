package peers

import (
	"math"
	"time"

	"github.com/pion/rtp"
)

// The bins of Heard.
const (
	binTime = 100 * time.Millisecond
	bins    = 50
)

// Heard is the RTP that one end of a call received. Levels are in dBFS, 0 the
// mean square of a full-scale square wave, -inf for nothing; G.711 alone has
// one. Digital silence has -72 in A-law, and -inf in mu-law.
type Heard struct {
	Packets   uint64
	Bytes     uint64        // of payload
	SSRC      uint32        // of the first packet; 0 before it
	Strangers uint64        // packets with another SSRC than the first
	First     time.Time     // when the first packet came; zero: none
	Gaps      uint64        // steps of the first SSRC's sequence that are not +1
	Jumps     uint64        // steps of its timestamp that do not fit, see jumped
	Loudest   float32       // level of the loudest packet
	Bins      [bins]float32 // mean level of what came in each 100 ms since the call was answered
}

// Onset returns when, after the answer, the first 100 ms began that were at
// least as loud as that; -1 s: none of Bins was.
func (h *Heard) Onset(level float32) time.Duration {
	for i, l := range h.Bins {
		if l >= level {
			return time.Duration(i) * binTime
		}
	}
	return -time.Second
}

// ear makes Heard of packets.
type ear struct {
	heard    Heard
	answered time.Time // zero: not yet
	energy   [bins]float64
	samples  [bins]int
	last     arrival // of the first SSRC
}

// newEar has heard nothing.
func newEar() ear { return ear{heard: Heard{Loudest: float32(math.Inf(-1))}} }

// arrival is what is remembered of a packet.
type arrival struct {
	at        time.Time
	sequence  uint16
	timestamp uint32
	length    uint32 // samples; 0: not known
}

// hear takes a packet that came at a time.
func (e *ear) hear(packet *rtp.Packet, at time.Time) {
	h := &e.heard
	now := arrival{at: at, sequence: packet.SequenceNumber, timestamp: packet.Timestamp}
	sound := packet.PayloadType == aLaw.payloadType() || packet.PayloadType == muLaw.payloadType()
	if sound {
		now.length = uint32(len(packet.Payload))
	}
	switch {
	case h.Packets == 0:
		h.SSRC, h.First = packet.SSRC, at
		e.last = now
	case packet.SSRC != h.SSRC:
		h.Strangers++
	default:
		if now.sequence != e.last.sequence+1 {
			h.Gaps++
		}
		if e.last.jumped(&now, packet.Marker) {
			h.Jumps++
		}
		e.last = now
	}
	h.Packets++
	h.Bytes += uint64(len(packet.Payload))
	if sound && now.length > 0 {
		e.listen(packet, at)
	}
}

// slack is by how much a pause in timestamps may differ from one in time: an
// end that had to wait for its processor hears late.
const slack = 250 * time.Millisecond

// jumped reports whether the timestamp of next does not fit: it is one packet
// after the last (as many as the sequence says) or, when a pause went before
// (RFC 3551 section 4.1: a marker; or no audio), as far as time went on.
func (a *arrival) jumped(next *arrival, marker bool) bool {
	step := int32(next.timestamp - a.timestamp)
	packets := int32(int16(next.sequence - a.sequence))
	if a.length > 0 && step == packets*int32(a.length) {
		return false
	}
	if !marker && a.length > 0 && next.length > 0 {
		return true
	}
	passed := next.at.Sub(a.at) - time.Duration(step)*time.Second/sampleRate
	return passed.Abs() > slack
}

// listen notes how loud a packet of G.711 is.
func (e *ear) listen(packet *rtp.Packet, at time.Time) {
	l := aLaw
	if packet.PayloadType == muLaw.payloadType() {
		l = muLaw
	}
	energy := l.energy(packet.Payload)
	e.heard.Loudest = max(e.heard.Loudest, decibel(energy/float64(len(packet.Payload))))
	if at.Before(e.answered) {
		return
	}
	if bin := at.Sub(e.answered) / binTime; bin < bins { // it is not while answered is zero
		e.energy[bin] += energy
		e.samples[bin] += len(packet.Payload)
	}
}

// all returns what was heard up to now.
func (e *ear) all() Heard {
	h := e.heard
	for i := range h.Bins {
		h.Bins[i] = float32(math.Inf(-1))
		if e.samples[i] > 0 {
			h.Bins[i] = decibel(e.energy[i] / float64(e.samples[i]))
		}
	}
	return h
}
