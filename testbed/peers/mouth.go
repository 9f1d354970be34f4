package peers

import "math"

// gesture is where the mouth goes.
type gesture struct {
	formants [3]float64 // Hz
	voice    float64    // amplitude of the voice
	hiss     float64    // amplitude of a noise at Hz `at`, so many Hz wide
	at, wide float64
	hz       float64 // pitch; 0: as it is
	burst    bool    // the noise begins at once
}

// mouth is a synthesiser: a voice and its breath through four formants in a
// row, and beside them a noise through one (Klatt: Software for a
// cascade/parallel formant synthesizer, JASA 67, 1980).
type mouth struct {
	glottis  glottis
	formants [3]float64 // Hz, where they are
	voice    float64
	hiss     float64
	tubes    [4]resonator
	teeth    resonator
	chest    highPass
}

// reach is how much of the way the mouth goes in 2 ms (16 samples): the whole
// takes some 40 ms.
const (
	reach = 0.11
	turn  = 16
)

// say moves the mouth for so many milliseconds and appends what is heard.
func (p *person) say(out []float64, g gesture, ms float64) []float64 {
	m := &p.mouth
	if m.formants[0] == 0 {
		m.formants = g.formants // it was in place before the first sound
	}
	if g.hiss > 0 {
		m.teeth.tuneNoise(g.at*p.tract, g.wide)
	}
	if g.burst {
		m.hiss = g.hiss
	}
	for range int(ms * sampleRate / 1000 / turn) {
		for i, f := range g.formants {
			m.formants[i] += (f - m.formants[i]) * reach
			m.tubes[i].tune(m.formants[i], 55+m.formants[i]*0.04)
		}
		m.tubes[3].tune(3450, 800)
		if g.hz > 0 {
			m.glottis.hz += (g.hz - m.glottis.hz) * 0.05
		}
		for range turn {
			m.voice += (g.voice - m.voice) * 0.012
			m.hiss += (g.hiss - m.hiss) * 0.015
			out = append(out, p.sample())
		}
	}
	return out
}

func (p *person) sample() float64 {
	m := &p.mouth
	noise := 2*p.Float64() - 1
	if m.glottis.done() {
		m.glottis.begin(1+p.rough*p.NormFloat64(), 1+3*p.rough*p.NormFloat64())
	}
	x := (m.glottis.next() + p.noise*noise) * m.voice
	for i := range m.tubes {
		x = m.tubes[i].pass(x)
	}
	return m.chest.pass(x + m.hiss*m.teeth.pass(noise))
}

// glottis is the voice: the derivative of Rosenberg's pulse (Effect of glottal
// pulse shape on the quality of natural vowels, JASA 49, 1971).
type glottis struct {
	hz    float64 // pitch
	phase float64 // of this period
	step  float64
	loud  float64
}

func (g *glottis) done() bool { return g.step == 0 || g.phase >= 1 }

// begin starts a period, a little longer or shorter, louder or softer than the
// pitch says.
func (g *glottis) begin(pace, loud float64) {
	if g.phase >= 1 {
		g.phase--
	}
	g.step, g.loud = g.hz*pace/sampleRate, loud
}

func (g *glottis) next() float64 {
	const open = 0.55
	x := 0.0
	if q := g.phase / open; q < 1 {
		x = (2*q - 3*q*q) * g.loud
	}
	g.phase += g.step
	return x
}

// resonator has two poles.
type resonator struct{ a, b, c, y1, y2 float64 }

// tune makes a formant: unity gain at 0 Hz.
func (r *resonator) tune(hz, wide float64) {
	e := math.Exp(-math.Pi * wide / sampleRate)
	r.b, r.c = 2*e*math.Cos(2*math.Pi*min(hz, 3600)/sampleRate), -e*e
	r.a = 1 - r.b - r.c
}

// tuneNoise makes noise of a band: white noise between -1 and 1 has a root
// mean square of 1 after it.
func (r *resonator) tuneNoise(hz, wide float64) {
	r.tune(hz, wide)
	r.a = math.Sqrt(3 * (1 + r.c) * ((1-r.c)*(1-r.c) - r.b*r.b) / (1 - r.c))
}

func (r *resonator) pass(x float64) float64 {
	y := r.a*x + r.b*r.y1 + r.c*r.y2
	r.y1, r.y2 = y, r.y1
	return y
}

// highPass is a headset's microphone, which hardly hears what is low: one zero
// at 0 Hz, one pole.
type highPass struct{ x, y float64 }

func (h *highPass) pass(x float64) float64 {
	const pole = 0.7 // 450 Hz
	h.y, h.x = (1+pole)/2*(x-h.x)+pole*h.y, x
	return h.y
}
