package ambience

import "math"

// speakers is how many people the murmur has. About half of them speak at a
// time: enough that no one is followed, few enough that it is voices.
const speakers = 20

// vowels are formants in Hz (Peterson, Barney: Control methods used in a study
// of the vowels, JASA 24, 1952).
var vowels = [...][3]float64{
	{270, 2290, 3010},
	{390, 1990, 2550},
	{530, 1840, 2480},
	{660, 1720, 2410},
	{730, 1090, 2440},
	{570, 840, 2410},
	{440, 1020, 2240},
	{300, 870, 2240},
	{640, 1190, 2390},
	{490, 1350, 1690},
}

// voice is one of the people.
type voice struct {
	pitch   float64 // Hz
	tract   float64 // length of the vocal tract, as a factor on formants
	tempo   float64 // syllables per second
	distant lowPass
	breath  float64
}

// speaker lets one person talk and listen all round the ring.
func (s *scene) speaker(i int) {
	v := voice{pitch: s.between(92, 135), tract: s.between(0.95, 1.06), tempo: s.between(4, 6.3), breath: s.between(0.008, 0.025)}
	if i%2 == 1 {
		v.pitch, v.tract = s.between(165, 235), s.between(1.1, 1.22)
	}
	v.distant = newLowPass(s.between(1100, 2600))
	loud := s.softer(10)
	direct := loud * s.between(0.35, 0.8)
	n := len(s.direct)
	for at, end := s.below(n), 0; end < n; {
		phrase := s.phrase(&v)
		s.lay(at+end, phrase, direct, loud*0.5)
		end += len(phrase) + int(rate*s.between(0.3, 2.8))
	}
}

// phrase is what is said in one breath, backwards: syllables that are drawn by
// lot could still be a word, the sound of one turned round is none.
func (s *scene) phrase(v *voice) []float64 {
	syllables := 4 + s.below(16)
	out := make([]float64, 0, syllables*rate/3)
	p := mouth{voice: v, random: &s.random, formants: vowels[s.below(len(vowels))], pitch: v.pitch * s.between(1.05, 1.25)}
	p.distant = v.distant
	for range syllables {
		out = p.syllable(out)
		p.pitch += (v.pitch*0.92 - p.pitch) * 0.15 // the voice sinks towards the end
	}
	out = p.close(out)
	peak := 0.0
	for _, x := range out {
		peak += x * x
	}
	level := 1 / (math.Sqrt(peak/float64(len(out))) + 1e-9)
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	scale(level, out)
	return out
}

// mouth is a voice while it speaks.
type mouth struct {
	*voice
	random   *random
	formants [3]float64
	pitch    float64
	phase    float64
	loudness float64
	rustle   float64 // level of a fricative
	tubes    [4]resonator
	hiss     resonator
	distant  lowPass
	shimmer  float64
}

// step is how often the mouth moves, in samples.
const step = 40

// syllable is a consonant and a vowel; the vowel is a blend of two.
func (m *mouth) syllable(out []float64) []float64 {
	r := m.random
	long := rate / m.tempo * r.between(0.65, 1.4)
	closed := min(long*0.45, rate*r.between(0.03, 0.09))
	a, b, w := vowels[r.below(len(vowels))], vowels[r.below(len(vowels))], r.unit()
	var target [3]float64
	for i := range target {
		target[i] = (a[i]*w + b[i]*(1-w)) * m.tract
	}
	tone := m.pitch * r.between(0.9, 1.13)
	depth, rustle := 0.01, 0.0 // p, t, k: the voice stops
	switch r.below(5) {
	case 0: // s, f: breath
		depth, rustle = 0.02, r.between(0.03, 0.11)
		m.hiss.tune(r.between(1900, 3300), 700)
	case 1, 2: // m, l, r: the voice goes on
		depth = r.between(0.2, 0.5)
	}
	out = m.glide(out, int(closed), depth, rustle, [3]float64{320 * m.tract, m.formants[1]*0.6 + 600, target[2]}, tone)
	return m.glide(out, int(long-closed), r.between(0.6, 1), 0, target, tone*r.between(0.95, 1.06))
}

// close ends a phrase.
func (m *mouth) close(out []float64) []float64 {
	return m.glide(out, rate/8, 0, 0, m.formants, m.pitch*0.85)
}

// glide moves the mouth to a place for a number of samples.
func (m *mouth) glide(out []float64, n int, loudness, rustle float64, formants [3]float64, tone float64) []float64 {
	for done := 0; done < n; done += step {
		for i, f := range formants {
			m.formants[i] += (f - m.formants[i]) * 0.16
			m.tubes[i].tune(m.formants[i], 50+m.formants[i]*0.045)
		}
		m.tubes[3].tune(3500, 900)
		m.pitch += (tone - m.pitch) * 0.1
		m.shimmer += (m.random.noise()*0.035 - m.shimmer) * 0.3
		for range step {
			m.loudness += (loudness - m.loudness) * 0.006
			m.rustle += (rustle - m.rustle) * 0.008
			out = append(out, m.sound())
		}
	}
	return out
}

// sound is one sample: the derivative of a glottal pulse (Rosenberg: Effect of
// glottal pulse shape on the quality of natural vowels, JASA 49, 1971) with
// some breath, through the tract.
func (m *mouth) sound() float64 {
	const open = 0.62
	m.phase += m.pitch * (1 + m.shimmer) / rate
	if m.phase >= 1 {
		m.phase--
	}
	x := 0.0
	if p := m.phase / open; p < 1 {
		x = 2*p - 3*p*p
	}
	breath := m.random.noise()
	x = (x + m.breath*breath) * m.loudness
	for i := range m.tubes {
		x = m.tubes[i].pass(x)
	}
	return m.distant.pass(x + m.rustle*m.hiss.pass(breath))
}
