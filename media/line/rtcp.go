package line

import (
	"encoding/binary"
	"time"
)

// RTCP packet types (RFC 3550 section 12.1, RFC 4585 section 6.1, RFC 3611).
const (
	senderReport   = 200
	receiverReport = 201
	description    = 202
	goodbye        = 203
	application    = 204
	feedback       = 205
	payloadFeed    = 206
	extendedReport = 207
)

// Report rewrites, in place, a compound RTCP packet that the peer sends to
// whoever listens to the line, so that it speaks of the line: its SSRC, its
// timestamps, what was sent on it. A BYE is taken out, the line goes on. It
// returns the size that is left, 0 if nothing is to be sent: what is no RTCP,
// and a sender's report about a source that is not on the line.
func (l *Line) Report(now time.Duration, packet []byte) (n int) {
	if !compound(packet) {
		return 0
	}
	from := ssrcOf(packet)
	if packet[1] == senderReport && (!l.source.known || from != l.source.ssrc) {
		return 0
	}
	for rest := packet; len(rest) > 0; {
		part := rest[:sizeOf(rest)]
		rest = rest[len(part):]
		if part[1] == goodbye {
			continue
		}
		l.speak(now, part, from)
		n += copy(packet[n:], part)
	}
	return n
}

// speak rewrites one packet of a report of that sender.
func (l *Line) speak(now time.Duration, part []byte, from uint32) {
	switch part[1] {
	case description:
		l.describe(part, from)
		return
	case senderReport, receiverReport, application, feedback, payloadFeed, extendedReport:
		if len(part) < 8 || ssrcOf(part) != from {
			return
		}
		binary.BigEndian.PutUint32(part[4:], l.ssrc)
	}
	// RFC 3550 section 6.4.1: NTP time at 8, RTP timestamp at 16, packets at
	// 20, octets at 24.
	if part[1] == senderReport && len(part) >= 28 {
		ts := l.timestamp(l.at(now))
		if l.source.anchored {
			ts = binary.BigEndian.Uint32(part[16:]) + l.source.dTS
		}
		binary.BigEndian.PutUint32(part[16:], ts)
		binary.BigEndian.PutUint32(part[20:], l.packets)
		binary.BigEndian.PutUint32(part[24:], l.octets)
	}
}

// describe rewrites the chunks of that sender (RFC 3550 section 6.5): each is
// an SSRC and items, ended by a zero and filled up to four bytes.
func (l *Line) describe(part []byte, from uint32) {
	for at := 4; at+8 <= len(part); {
		if binary.BigEndian.Uint32(part[at:]) == from {
			binary.BigEndian.PutUint32(part[at:], l.ssrc)
		}
		at += 4
		for at+1 < len(part) && part[at] != 0 {
			at += 2 + int(part[at+1])
		}
		at = at/4*4 + 4
	}
}

// Feedback rewrites, in place, a compound RTCP packet of whoever listens to
// the line, so that what it says of the line is about the peer's own stream.
// It returns its size, 0 if it is no RTCP. While there is no such stream it
// stays as it came: a peer passes over what is about an SSRC it does not know.
func (l *Line) Feedback(packet []byte) (n int) {
	if !compound(packet) {
		return 0
	}
	for rest := packet; len(rest) > 0 && l.source.known; {
		part := rest[:sizeOf(rest)]
		rest = rest[len(part):]
		switch part[1] {
		case senderReport:
			l.blocks(part, 28)
		case receiverReport:
			l.blocks(part, 8)
		case feedback, payloadFeed:
			l.rename(part, 8)
		case extendedReport:
			l.extended(part)
		}
	}
	return len(packet)
}

// extended rewrites the blocks of an extended report (RFC 3611 section 3: type,
// 8 bits of its own, length in words after the first).
func (l *Line) extended(part []byte) {
	for at := 8; at+4 <= len(part); {
		block := part[at:]
		size := sizeOf(block)
		if size > len(block) {
			return
		}
		block = block[:size]
		switch block[0] {
		case 1, 2, 3, 6: // losses, duplicates, receipt times, statistics: begin_seq at 8, end_seq at 10
			if l.rename(block, 4) && size >= 12 {
				for _, i := range [...]int{8, 10} {
					binary.BigEndian.PutUint16(block[i:], binary.BigEndian.Uint16(block[i:])-l.source.dSeq)
				}
			}
		case 5: // delay since the last receiver report: 12 bytes for each source
			for i := 4; i+12 <= size; i += 12 {
				l.rename(block, i)
			}
		case 7: // VoIP metrics
			l.rename(block, 4)
		}
		at += size
	}
}

// rename puts the peer's SSRC where the line's stands, and says whether it did.
func (l *Line) rename(block []byte, at int) bool {
	if len(block) < at+4 || binary.BigEndian.Uint32(block[at:]) != l.ssrc {
		return false
	}
	binary.BigEndian.PutUint32(block[at:], l.source.ssrc)
	return true
}

// blocks rewrites the report blocks that begin at a place (RFC 3550 section
// 6.4.1: SSRC, loss, extended highest sequence number at 8, 24 bytes in all).
func (l *Line) blocks(part []byte, at int) {
	for range int(part[0] & 0x1f) {
		if at+24 > len(part) {
			return
		}
		if block := part[at:]; binary.BigEndian.Uint32(block) == l.ssrc {
			binary.BigEndian.PutUint32(block, l.source.ssrc)
			got := binary.BigEndian.Uint16(block[10:])
			binary.BigEndian.PutUint32(block[8:], l.source.received(got))
		}
		at += 24
	}
}

// received is the peer's number, with its cycles, of the line's packet got. It
// is one of those that the present offsets hold for: newer and older ones may
// be our own.
func (s *source) received(got uint16) uint32 {
	behind := int16(uint16(s.high) + s.dSeq - got)
	return s.high - min(s.span, uint32(max(0, behind)))
}

// compound says whether packet is a whole number of RTCP packets, the first of
// them long enough for its SSRC (RFC 3550 appendix A.2).
func compound(packet []byte) bool {
	if len(packet) < 8 {
		return false
	}
	for rest := packet; len(rest) > 0; {
		if len(rest) < 4 || rest[0]>>6 != 2 || rest[1] < 192 || rest[1] > 223 || len(rest) < sizeOf(rest) {
			return false
		}
		rest = rest[sizeOf(rest):]
	}
	return sizeOf(packet) >= 8
}

func sizeOf(part []byte) int { return 4 + 4*int(binary.BigEndian.Uint16(part[2:])) }

func ssrcOf(part []byte) uint32 { return binary.BigEndian.Uint32(part[4:]) }
