package peers

import "math"

// law is one of the two laws of ITU-T G.711. The zero value is A-law.
type law uint8

const (
	aLaw law = iota
	muLaw
)

// payloadType returns the static RTP payload type (RFC 3551 section 6).
func (l law) payloadType() uint8 {
	if l == muLaw {
		return 0
	}
	return 8
}

// silence returns the byte of a sample of zero.
func (l law) silence() byte {
	if l == muLaw {
		return 0xFF
	}
	return 0xD5
}

func (l law) encode(sample int) byte {
	if l == muLaw {
		return mulaw(sample)
	}
	return alaw(sample)
}

// alaw encodes a 16 bit sample (ITU-T G.711 table 1).
func alaw(sample int) byte {
	sign := byte(0x80)
	if sample < 0 {
		sign, sample = 0, -sample-1
	}
	magnitude := min(sample>>3, 0xFFF) // 12 bits
	segment := 0
	for m := magnitude >> 5; m > 0; m >>= 1 {
		segment++
	}
	mantissa := magnitude >> max(segment, 1) & 0x0F
	return (sign | byte(segment<<4|mantissa)) ^ 0x55
}

// mulaw encodes a 16 bit sample (ITU-T G.711 table 2).
func mulaw(sample int) byte {
	sign := byte(0x80)
	if sample < 0 {
		sign, sample = 0, -sample
	}
	magnitude := min(sample>>2+33, 0x1FFF) // 13 bits, of which the first is never 0
	segment := 0
	for m := magnitude >> 6; m > 0; m >>= 1 {
		segment++
	}
	return ^(sign ^ 0x80 | byte(segment<<4) | byte(magnitude>>(segment+1)&0x0F))
}

// energies are the squares of the samples that a byte stands for, full scale
// being 1.
var energies = [...][256]float64{aLaw: squares(alawSample), muLaw: squares(mulawSample)}

func squares(sample func(byte) int) (s [256]float64) {
	for i := range s {
		v := float64(sample(byte(i))) / 32768
		s[i] = v * v
	}
	return s
}

func alawSample(b byte) int {
	b ^= 0x55
	v := int(b&0x0F)<<4 + 8
	if segment := b >> 4 & 7; segment > 0 {
		v = (v + 0x100) << (segment - 1)
	}
	if b&0x80 == 0 {
		return -v
	}
	return v
}

func mulawSample(b byte) int {
	b = ^b
	v := (int(b&0x0F)<<3+0x84)<<(b>>4&7) - 0x84
	if b&0x80 != 0 {
		return -v
	}
	return v
}

// energy returns the sum of squares of a payload.
func (l law) energy(payload []byte) (sum float64) {
	for _, b := range payload {
		sum += energies[l][b]
	}
	return sum
}

// decibel returns the level of a mean square in dBFS.
func decibel(meanSquare float64) float32 { return float32(10 * math.Log10(meanSquare)) }
