package ambience

import "math"

// keyboards lays people who type on the ring: bursts of strokes, each a short
// click when the key goes down and a weaker one when it comes up.
func (s *scene) keyboards() {
	ring := scene{random: s.random, direct: make([]float64, len(s.direct)), sent: make([]float64, len(s.sent))}
	for range 4 {
		hz, loud := ring.between(1300, 2500), ring.softer(7)
		for at := ring.below(rate * 4); at < len(s.direct); at += int(rate * ring.between(1, 7)) {
			for range 5 + ring.below(30) {
				ring.lay(at, ring.click(hz), loud, loud*0.4)
				ring.lay(at+int(rate*ring.between(0.05, 0.09)), ring.click(hz*1.15), loud*0.4, loud*0.15)
				at += int(rate * ring.between(0.09, 0.24))
			}
		}
	}
	s.add(&ring, keyboardLevel)
}

// click is a key.
func (s *scene) click(hz float64) []float64 {
	piece := make([]float64, 120)
	var body resonator
	body.tune(hz*s.between(0.9, 1.1), 500)
	level := s.softer(6)
	for i := range piece {
		x := 0.0
		if i < 24 {
			x = s.noise()
		}
		piece[i] = level * body.pass(x) * math.Exp(-float64(i)/30)
	}
	return piece
}

// phones lays telephones on the ring, far off: each rings a few times, then
// somebody takes it.
func (s *scene) phones() {
	ring := scene{random: s.random, direct: make([]float64, len(s.direct)), sent: make([]float64, len(s.sent))}
	for at := ring.below(rate * 6); at < len(s.direct)-8*rate; at += int(rate * ring.between(5, 11)) {
		ringer := ring.warble
		if ring.below(3) == 0 {
			ringer = ring.bell
		}
		hz, loud := ring.between(850, 1300), ring.softer(4)
		long, pause := ring.between(0.7, 1.2), ring.between(1.7, 2.9)
		for range 1 + ring.below(3) {
			ring.lay(at, ringer(hz, int(rate*long)), loud*0.25, loud)
			at += int(rate * (long + pause))
		}
	}
	s.add(&ring, phoneLevel)
}

// add puts another scene under this one, so loud beside a murmur of 1.
func (s *scene) add(ring *scene, level float64) {
	by := gain(level) / (rms(ring.direct) + rms(ring.sent) + 1e-9)
	for i := range s.direct {
		s.direct[i] += by * ring.direct[i]
		s.sent[i] += by * ring.sent[i]
	}
	s.random = ring.random
}

// warble is an electronic ringer: two pitches in turn, each of which rises, so
// that no tone stands.
func (s *scene) warble(hz float64, n int) []float64 {
	piece := make([]float64, n)
	turn, other := int(rate/s.between(11, 17)), s.between(1.18, 1.33)
	phase, muffle := 0.0, newLowPass(900)
	for i := range piece {
		f := hz
		if i/turn%2 == 1 {
			f *= other
		}
		f *= 1 + 0.07*float64(i%turn)/float64(turn)
		phase += 2 * math.Pi * f / rate
		piece[i] = muffle.pass(math.Sin(phase)+0.3*math.Sin(2*phase)) * edge(i, n)
	}
	return piece
}

// bell is a ringer that strikes: partials that are not in tune and die away
// between the strokes.
func (s *scene) bell(hz float64, n int) []float64 {
	piece := make([]float64, n)
	gap, muffle := int(rate/s.between(18, 23)), newLowPass(1200)
	for i := range piece {
		t, x := float64(i)/rate, 0.0
		for k, partial := range [...]float64{1, 1.19, 1.53, 2.17, 2.71} {
			x += math.Sin(2*math.Pi*hz*partial*t+float64(k)) / float64(k+1)
		}
		piece[i] = muffle.pass(x) * math.Exp(-float64(i%gap)/(rate*0.03)) * edge(i, n)
	}
	return piece
}

// edge is 1 but for 10 ms at either end.
func edge(i, n int) float64 { return min(1, float64(i)/(rate/100), float64(n-i)/(rate/100)) }
