package peers

import (
	"math"
	"math/rand/v2"
	"slices"
)

// speechLevel is the level of speech in dBFS (0: the mean square of a
// full-scale square wave) while somebody speaks; the room behind is at
// floorLevel.
const (
	speechLevel = -20
	floorLevel  = -65
)

// speech returns so many seconds of a person who talks from the first sample
// on: words of no language, of the syllables that Italian has, in breaths with
// pauses between. A seed names the person and the words.
func speech(seed uint64, seconds float64) []int16 {
	p := newPerson(seed)
	out := make([]float64, 0, int(seconds*sampleRate)+4*sampleRate)
	for len(out) < int(seconds*sampleRate) {
		out = p.breathGroup(out)
		out = append(out, make([]float64, int(sampleRate*p.between(0.2, 0.6)))...)
	}
	out = out[:int(seconds*sampleRate)]
	const fade = 2 * samples // it may be said again from the beginning, without a click
	for i := range fade {
		out[len(out)-1-i] *= float64(i) / fade
	}
	return withFloor(out, level(speechLevel)/spoken(out), p.Rand)
}

// person is one who speaks, and where the mouth is.
type person struct {
	*rand.Rand
	pitch float64 // Hz
	tract float64 // length of the vocal tract, as a factor on formants
	tempo float64 // syllables per second
	rough float64 // how unlike one period of the voice is the next
	noise float64 // breath in the voice

	mouth
}

// newPerson draws a man or a woman by lot.
func newPerson(seed uint64) *person {
	p := &person{Rand: rand.New(rand.NewPCG(seed, seed^0x9e3779b97f4a7c15))}
	p.pitch, p.tract = p.between(95, 150), p.between(0.95, 1.05)
	if p.IntN(2) == 1 {
		p.pitch, p.tract = p.between(150, 230), p.between(1.08, 1.2)
	}
	p.tempo = p.between(4.4, 5.4)
	p.rough, p.noise = p.between(0.006, 0.018), p.between(0.01, 0.04)
	return p
}

func (p *person) between(low, high float64) float64 { return low + (high-low)*p.Float64() }

// breathGroup is what is said in one breath: 2 to 6 words. The voice sinks from
// word to word, and at the end it sinks or, for a question, rises.
func (p *person) breathGroup(out []float64) []float64 {
	words := 2 + p.IntN(5)
	p.glottis.hz = p.pitch * p.between(1.1, 1.25)
	start := len(out)
	for w := range words {
		base := p.pitch * (1.15 - 0.25*float64(w)/float64(words))
		if w == words-1 && p.IntN(4) == 0 {
			base *= 1.25
		}
		out = p.word(out, base, len(out) == start)
		if p.IntN(4) == 0 && w < words-1 {
			out = p.say(out, gesture{formants: p.formants}, p.between(40, 120))
		}
	}
	return p.say(out, gesture{formants: p.formants, hz: p.pitch * 0.85}, 90)
}

// word is 1 to 4 syllables, of which the last but one is stressed; the first of
// all is light.
func (p *person) word(out []float64, base float64, first bool) []float64 {
	syllables := 1 + p.IntN(4)
	for s := range syllables {
		stressed := s == max(0, syllables-2) && !(first && s == 0)
		long, loud, hz := 1000/p.tempo*p.between(0.65, 0.95), p.between(0.6, 0.8), base*p.between(0.95, 1.03)
		if stressed {
			long, loud, hz = long*1.25, p.between(0.9, 1.1), base*p.between(1.08, 1.2)
		}
		out = p.syllable(out, long, loud, hz, first && s == 0)
	}
	return out
}

// syllable is a consonant, a vowel that may move on to another, falls and fades,
// and at times a consonant again.
func (p *person) syllable(out []float64, long, loud, hz float64, first bool) []float64 {
	start := len(out)
	if p.IntN(14) > 0 {
		out = p.consonant(out, &consonants[onsets[p.IntN(len(onsets))]], hz, first)
	}
	coda := -1
	if p.IntN(4) == 0 {
		coda = codas[p.IntN(len(codas))]
		long *= 1.15
	}
	left := max(70, long-float64(len(out)-start)*1000/sampleRate)
	if coda >= 0 {
		left = max(70, left-consonants[coda].ms)
	}
	v := &vowels[p.IntN(len(vowels))]
	g := gesture{formants: p.place(v), voice: v.voice * loud, hz: hz}
	if p.IntN(6) == 0 { // a diphthong
		out = p.say(out, g, left*0.5)
		v = &vowels[p.IntN(len(vowels))]
		g.formants, g.hz, left = p.place(v), hz*p.between(0.94, 1.04), left*0.5
	}
	out = p.say(out, g, left*0.5)
	g.hz *= p.between(0.8, 0.95)
	g.voice *= 0.6
	out = p.say(out, g, left*0.5)
	if coda >= 0 {
		out = p.consonant(out, &consonants[coda], hz, false)
	}
	return out
}

// consonant closes the mouth if it must, opens it again, and goes on. The first
// of all has no closure: it would be a pause.
func (p *person) consonant(out []float64, c *phone, hz float64, first bool) []float64 {
	place := p.place(c)
	if c.closed > 0 && !first {
		out = p.say(out, gesture{formants: [3]float64{220, place[1], place[2]}, voice: c.hum, hz: hz * 0.95}, c.closed*p.between(0.85, 1.2))
	}
	g := gesture{formants: place, voice: c.voice, hiss: c.hiss * p.between(0.7, 1.2), at: c.at, wide: c.wide, hz: hz, burst: c.closed > 0}
	return p.say(out, g, c.ms*p.between(0.85, 1.2))
}

// place is where this person's mouth makes a sound; no one hits it twice alike.
func (p *person) place(s *phone) (f [3]float64) {
	for i := range f {
		f[i] = s.formants[i] * p.tract * p.between(0.95, 1.05)
	}
	return f
}

// spoken is the root mean square of the parts in which somebody speaks: the
// 20 ms that are not 25 dB under the loudest.
func spoken(x []float64) float64 {
	var all []float64
	for part := range slices.Chunk(x, samples) {
		sum := 0.0
		for _, v := range part {
			sum += v * v
		}
		all = append(all, sum/float64(len(part)))
	}
	least, sum, n := slices.Max(all)*math.Pow(10, -2.5), 0.0, 0
	for _, e := range all {
		if e >= least {
			sum += e
			n++
		}
	}
	return math.Sqrt(sum / float64(n))
}
