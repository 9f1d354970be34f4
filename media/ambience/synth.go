package ambience

import "math"

// scene is the sound while it is made: two rings, what is heard directly and
// what the room answers.
type scene struct {
	random
	direct, sent []float64
}

// How loud the parts are beside the murmur, in dB.
const (
	keyboardLevel = -12
	phoneLevel    = -16
	airLevel      = -18
)

// synthesise makes a ring of n samples, in no particular scale. Everything
// that sounds is laid on the ring, across its end too: there is no seam.
func synthesise(seed uint64, n int) []float64 {
	s := scene{random: random(seed), direct: make([]float64, n), sent: make([]float64, n)}
	for i := range speakers {
		s.speaker(i)
	}
	scale(1/rms(s.direct), s.direct, s.sent)
	s.keyboards()
	s.phones()
	reverb := newRoom()
	circular(s.sent, reverb.pass)
	s.air()
	for i, v := range s.sent {
		s.direct[i] += v
	}
	telephone(s.direct)
	even(s.direct)
	return s.direct
}

// telephone leaves what a telephone lets through.
func telephone(ring []float64) {
	low, lower := newLowPass(200), newLowPass(200)
	high, higher := newLowPass(2600), newLowPass(2600)
	circular(ring, func(x float64) float64 {
		x -= low.pass(x)
		x -= lower.pass(x)
		return higher.pass(high.pass(x))
	})
}

func scale(by float64, rings ...[]float64) {
	for _, ring := range rings {
		for i := range ring {
			ring[i] *= by
		}
	}
}

// lay adds a piece of sound to the scene at a place.
func (s *scene) lay(at int, piece []float64, direct, sent float64) {
	n := len(s.direct)
	at %= n
	for _, v := range piece {
		s.direct[at] += direct * v
		s.sent[at] += sent * v
		if at++; at == n {
			at = 0
		}
	}
}

// air is the room itself: what ventilation leaves in a telephone's band.
func (s *scene) air() {
	ring := make([]float64, len(s.direct))
	for i := range ring {
		ring[i] = s.noise()
	}
	a, b := newLowPass(260), newLowPass(700)
	circular(ring, func(x float64) float64 { return b.pass(a.pass(x)) })
	level := gain(airLevel) / rms(ring)
	for i, v := range ring {
		s.direct[i] += level * v
	}
}

// even takes half of the slow changes of level out, so that the first second
// says the same at every phase.
func even(ring []float64) {
	const window = rate / 2
	n := len(ring)
	whole := rms(ring)
	sum := 0.0
	for i := range window {
		v := ring[(n-window/2+i)%n]
		sum += v * v
	}
	out := make([]float64, n)
	for i := range ring {
		level := math.Sqrt(sum / window)
		out[i] = ring[i] * math.Sqrt(whole/(level+whole/10))
		in, gone := ring[(i+window/2)%n], ring[(i+n-window/2)%n]
		sum = max(0, sum+in*in-gone*gone)
	}
	copy(ring, out)
}
