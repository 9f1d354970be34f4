// Package codec turns the payload of the codecs that tregua can hear into
// linear samples and back. G.711 is two tables; a sample is a signed 16-bit
// number at 8 kHz, full scale the codec's own, so that both laws have the same
// loudness.
package codec

import (
	"math/bits"
	"strconv"
)

// Codec is a law of ITU-T G.711.
type Codec uint8

// The codecs.
const (
	PCMA Codec = iota // A-law
	PCMU              // mu-law
)

var names = [...]string{"PCMA", "PCMU"}

// String returns the encoding name of RFC 3551 section 6.
func (c Codec) String() string {
	if int(c) < len(names) {
		return names[c]
	}
	return "Codec(" + strconv.Itoa(int(c)) + ")"
}

// PayloadType returns the static RTP payload type (RFC 3551 section 6).
func (c Codec) PayloadType() uint8 {
	if c == PCMU {
		return 0
	}
	return 8
}

// Silence returns the byte that encodes a sample of zero.
func (c Codec) Silence() byte { return c.Encode(0) }

// Table returns the 256 samples that the payload bytes stand for. It must not
// be written to.
func (c Codec) Table() *[256]int16 {
	if c == PCMU {
		return &ulaw
	}
	return &alaw
}

// Encode returns the byte that stands for the sample, by the decision values
// of G.711 tables 1a to 2b.
func (c Codec) Encode(sample int16) byte {
	if c == PCMU {
		return encodeULaw(sample)
	}
	return encodeALaw(sample)
}

// Append encodes samples to the end of payload.
func (c Codec) Append(payload []byte, samples []int16) []byte {
	for _, s := range samples {
		payload = append(payload, c.Encode(s))
	}
	return payload
}

var (
	alaw = table(decodeALaw)
	ulaw = table(decodeULaw)
)

func table(decode func(byte) int16) (t [256]int16) {
	for b := range t {
		t[b] = decode(byte(b))
	}
	return t
}

// G.711 inverts every second bit of an A-law byte on the line.
const alawMask = 0x55

// decodeALaw scales the 13-bit value by 8.
func decodeALaw(b byte) int16 {
	b ^= alawMask
	exp := b >> 4 & 7
	v := int16(b&15)<<4 + 8
	if exp > 0 {
		v = (v + 0x100) << (exp - 1)
	}
	if b&0x80 == 0 {
		return -v
	}
	return v
}

func encodeALaw(s int16) byte {
	sign := byte(0x80)
	if s < 0 {
		s, sign = ^s, 0
	}
	code := byte(s >> 4)
	if e := bits.Len16(uint16(s)) - 8; e > 0 {
		code = byte(e)<<4 | byte(s>>(e+3))&15
	}
	return (code | sign) ^ alawMask
}

// The bias that makes the segments of mu-law powers of two, and the largest
// magnitude that it leaves in range.
const (
	ulawBias = 0x84
	ulawMax  = 32635
)

// decodeULaw scales the 14-bit value by 4.
func decodeULaw(b byte) int16 {
	b = ^b
	v := (int16(b&15)<<3+ulawBias)<<(b>>4&7) - ulawBias
	if b&0x80 != 0 {
		return -v
	}
	return v
}

func encodeULaw(s int16) byte {
	sign := byte(0)
	v := int(s)
	if v < 0 {
		v, sign = -v, 0x80
	}
	v = min(v, ulawMax) + ulawBias
	e := bits.Len(uint(v)) - 8
	return ^(sign | byte(e)<<4 | byte(v>>(e+3))&15)
}
