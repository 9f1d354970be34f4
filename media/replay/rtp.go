package replay

import (
	"slices"

	"github.com/pion/rtp"
)

// packet is one RTP packet as far as it is looked at.
type packet struct {
	ssrc    uint32
	ts      uint32
	seq     uint16
	pt      uint8
	payload []byte
}

// readRTP reads a datagram that may be RTP. What could be RTCP on the same
// port (RFC 5761 section 4) is none.
func readRTP(b []byte) (packet, bool) {
	if len(b) < 12 || b[0]>>6 != 2 || b[1] >= 192 && b[1] < 224 {
		return packet{}, false
	}
	var p rtp.Packet
	if p.Unmarshal(b) != nil {
		return packet{}, false
	}
	return packet{
		ssrc: p.SSRC, ts: p.Timestamp, seq: p.SequenceNumber, pt: p.PayloadType,
		payload: p.Payload,
	}, true
}

// count follows the sequence numbers of one side, as RFC 3550 appendix A.1 and
// A.3 do.
type count struct {
	started  bool
	ssrc     uint32
	last     uint16
	packets  int // once each
	missing  int // numbers that were jumped over and did not come late
	repeated int // twice in the capture: on two interfaces, or in truth
	recent   [8]uint16
	seen     int
}

// jumpMost is the largest step that is loss and not a new beginning
// (MAX_DROPOUT of RFC 3550 appendix A.1 would be a minute).
const jumpMost = 500

// take says whether the packet is a new one.
func (c *count) take(p *packet) bool {
	fresh := !c.started || p.ssrc != c.ssrc
	step := int16(p.seq - c.last)
	switch {
	case fresh || step > jumpMost || step < -100:
		c.seen = 0
	case c.had(p.seq):
		c.repeated++
		return false
	case step < 0:
		c.missing = max(0, c.missing-1)
		c.keep(p.seq)
		c.packets++
		return true
	default:
		c.missing += int(step) - 1
	}
	c.started, c.ssrc, c.last = true, p.ssrc, p.seq
	c.keep(p.seq)
	c.packets++
	return true
}

func (c *count) had(seq uint16) bool {
	return slices.Contains(c.recent[:min(c.seen, len(c.recent))], seq)
}

func (c *count) keep(seq uint16) {
	c.recent[c.seen%len(c.recent)] = seq
	c.seen++
}
