package rtp

import (
	"math"
	"math/rand/v2"
	"time"

	"tregua/testbed/peers"
)

// What is played: PCMA (RFC 3551) in packets of 20 ms.
const (
	sampleRate = 8000
	packetTime = 20 * time.Millisecond
	frameSize  = sampleRate / 50
	headerSize = 12
	version    = 2 << 6 // and no padding, extension or CSRC

	typePCMA = 8
	typeCN   = 13 // RFC 3389
)

// Frame is what is sent in a space of 20 ms.
type Frame struct {
	Type    uint8
	Payload []byte // nil: nothing is sent
}

// Source is what a stream plays: its nth frame, always the same.
type Source func(n int) Frame

// None sends nothing.
func None(int) Frame { return Frame{} }

// CN sends comfort noise of −70 dBov (RFC 3389) every 200 ms.
func CN(n int) Frame {
	if n%10 != 0 {
		return Frame{}
	}
	return Frame{typeCN, []byte{70}}
}

// Dead sends digital silence.
func Dead(int) Frame { return Frame{typePCMA, silence} }

var silence = func() []byte {
	b := make([]byte, frameSize)
	for i := range b {
		b[i] = encode(0)
	}
	return b
}()

// Tone sends 425 Hz at −15 dBFS, as exchanges in Italy do (ITU-T E.180).
func Tone() Source {
	samples := make([]float64, 2*frameSize) // 17 periods
	for i := range samples {
		samples[i] = 0.25 * math.Sin(2*math.Pi*425*float64(i)/sampleRate)
	}
	return Loop(samples)
}

// Quiet sends the noise of an open line, −65 dBFS.
func Quiet(seed uint64) Source {
	random := rand.New(rand.NewPCG(seed, 65))
	samples := make([]float64, 4*sampleRate)
	for i := range samples {
		samples[i] = math.Pow(10, -65.0/20) * random.NormFloat64()
	}
	return Loop(samples)
}

// Speech sends somebody who talks, from a first packet on that is as loud as
// speech is, for longer than a call of the testbed lasts.
func Speech(seed uint64) Source {
	const seconds = 12
	samples := make([]float64, 0, seconds*sampleRate)
	for _, s := range peers.Talk(seed, seconds) {
		samples = append(samples, float64(s)/32768)
	}
	source, first := Loop(samples), 0
	for level(source(first).Payload) < loud {
		first++
	}
	return func(n int) Frame { return source(first + n) }
}

// Loop plays samples between −1 and 1 for ever. What does not fill a frame is
// left out.
func Loop(samples []float64) Source {
	payload := make([]byte, len(samples)/frameSize*frameSize)
	for i := range payload {
		payload[i] = encode(int(samples[i] * 32767))
	}
	count := len(payload) / frameSize
	return func(n int) Frame {
		at := n % count * frameSize
		return Frame{typePCMA, payload[at : at+frameSize]}
	}
}

// Then plays before until onset, and after, from its beginning, from there.
func Then(before Source, onset time.Duration, after Source) Source {
	first := FrameAt(onset)
	return func(n int) Frame {
		if n < first {
			return before(n)
		}
		return after(n - first)
	}
}

// FrameAt is the number of the frame that is sent at a time after a stream's
// beginning.
func FrameAt(t time.Duration) int { return int(t / packetTime) }

// encode and decode are A-law (ITU-T G.711) on samples of 16 bits.
func encode(sample int) byte {
	mark := byte(0xd5)
	if sample < 0 {
		sample, mark = -sample-1, 0x55
	}
	sample = min(sample, 32767) >> 4
	segment := 0
	for s := sample >> 4; s > 0; s >>= 1 {
		segment++
	}
	return mark ^ byte(segment<<4|sample>>(max(segment, 1)-1)&0xf)
}

func decode(b byte) int {
	b ^= 0x55
	sample := int(b&0xf)<<4 + 8
	if segment := b >> 4 & 7; segment > 0 {
		sample = (sample + 0x100) << (segment - 1)
	}
	if b&0x80 == 0 {
		return -sample
	}
	return sample
}
