package line

import (
	"encoding/binary"
	"time"

	"tregua/media/codec"
)

const headerSize = 12

// header is what the line reads of an RTP packet (RFC 3550 section 5.1).
type header struct {
	kind     kind
	law      codec.Codec // of speech
	sequence uint16
	ts       uint32
	ssrc     uint32
	from, to int // of the payload
}

type kind uint8

const (
	other  kind = iota // a codec that the line cannot decode
	speech             // G.711
	noise              // comfort noise
	event              // telephone-event
)

// read returns the header of p, and false if p is no RTP packet.
func (l *Line) read(p []byte) (h header, ok bool) {
	if len(p) < headerSize || p[0]>>6 != 2 {
		return h, false
	}
	h.from, h.to = headerSize+4*int(p[0]&0x0f), len(p)
	if p[0]&0x10 != 0 { // extension, RFC 3550 section 5.3.1
		if len(p) < h.from+4 {
			return h, false
		}
		h.from += 4 + 4*int(binary.BigEndian.Uint16(p[h.from+2:]))
	}
	if p[0]&0x20 != 0 { // padding
		pad := int(p[len(p)-1])
		if pad == 0 {
			return h, false
		}
		h.to -= pad
	}
	if h.from > h.to {
		return h, false
	}
	h.sequence = binary.BigEndian.Uint16(p[2:])
	h.ts = binary.BigEndian.Uint32(p[4:])
	h.ssrc = binary.BigEndian.Uint32(p[8:])
	h.kind, h.law = l.config.kindOf(p[1] & 0x7f)
	return h, true
}

func (c *Config) kindOf(payloadType uint8) (kind, codec.Codec) {
	switch {
	case payloadType == c.Type:
		return speech, c.Codec
	case payloadType == c.Event && c.Event != 0:
		return event, 0
	case payloadType == c.Noise && c.Noise != 0:
		return noise, 0
	case payloadType == codec.PCMA.PayloadType():
		return speech, codec.PCMA
	case payloadType == codec.PCMU.PayloadType():
		return speech, codec.PCMU
	}
	return other, 0
}

// samples is how long the payload lasts, if that can be told.
func (h *header) samples() int64 {
	if h.kind == speech {
		return int64(h.to - h.from)
	}
	return 0
}

// wait is how long after this packet the peer's next one is waited for.
func (h *header) wait() time.Duration {
	if h.kind == event {
		return eventWait
	}
	return max(minWait, time.Duration(h.samples())*sample+patience)
}

// write puts the place of a packet on the line into its header.
func write(p []byte, sequence uint16, ts, ssrc uint32) {
	binary.BigEndian.PutUint16(p[2:], sequence)
	binary.BigEndian.PutUint32(p[4:], ts)
	binary.BigEndian.PutUint32(p[8:], ssrc)
}

// mark sets the marker bit: something begins after a pause (RFC 3551 4.1).
func mark(p []byte) { p[1] |= 0x80 }
