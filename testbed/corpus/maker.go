package corpus

import (
	"math"
	"math/rand/v2"
	"strings"
	"time"
)

// maker has what a class is made of.
type maker struct {
	lib  *Library
	half Half
	c    *Case
	r    *rand.Rand

	varied bool // recordings are said in other manners
}

// latest is the last onset of an operator.
const latest = 2500 * time.Millisecond

// speaker returns somebody of the half.
func (m *maker) speaker() *Voice {
	voices := m.lib.voices[m.half]
	return &voices[m.r.IntN(len(voices))]
}

// talk adds what somebody says from a sample on: recordings of one voice, with
// pauses, until the end. Those of klettres are letters and syllables, set
// together in words of four or so.
func (m *maker) talk(to []float32, v *Voice, at int, gain float32) {
	how := m.manner()
	for at < len(to) {
		clip := how.of(v.Clips[m.r.IntN(len(v.Clips))].Samples)
		add(to, clip, at, gain)
		pause := between(m.r, 0.05, 0.45)
		if strings.HasPrefix(v.Name, "klettres") && m.r.IntN(4) > 0 {
			pause = between(m.r, 0, 0.06) // letters and syllables make a word
		}
		at += len(clip) + int(pause*Rate)
	}
}

// operator adds an operator at a usual level.
func (m *maker) operator() { m.operatorAt(between(m.r, -34, -16)) }

func (m *maker) operatorAt(level float64) {
	m.pronto()
	at := int(between(m.r, 0.1, latest.Seconds()) * Rate)
	m.c.Onset = moment(at)
	m.c.Voice = make([]float32, samples)
	v := m.speaker()
	m.c.Speaker = v.Name
	m.talk(m.c.Voice, v, at, amplitude(level))
	add(m.c.Line, m.c.Voice, 0, 1)
}

// short is an operator who says one word and waits.
func (m *maker) short() {
	m.pronto()
	at := int(between(m.r, 0.1, latest.Seconds()) * Rate)
	m.c.Onset = moment(at)
	m.c.Voice = make([]float32, samples)
	v := m.speaker()
	m.c.Speaker = v.Name
	clip := v.Clips[m.r.IntN(len(v.Clips))].Samples
	for range 50 {
		if len(clip) >= Rate/4 && len(clip) <= Rate*8/10 && !strings.HasPrefix(v.Name, "klettres") {
			break
		}
		v = m.speaker()
		m.c.Speaker = v.Name
		clip = v.Clips[m.r.IntN(len(v.Clips))].Samples
	}
	clip = m.manner().of(clip)
	add(m.c.Voice, clip, at, amplitude(between(m.r, -34, -16)))
	add(m.c.Line, m.c.Voice, 0, 1)
}

// pronto lets the callee speak first, and again; most do.
func (m *maker) pronto() {
	if m.r.Float64() >= 0.85 {
		return
	}
	v, gain := m.speaker(), amplitude(between(m.r, -30, -14))
	for at := between(m.r, 0.05, 0.6); at < 3; at += between(m.r, 1.2, 2.5) {
		clip := v.Clips[m.r.IntN(len(v.Clips))].Samples
		add(m.c.Callee, clip[:min(len(clip), Rate*8/10)], int(at*Rate), gain)
	}
	m.mixTo(m.c.Callee, m.lib.noise[m.half].pink, between(m.r, -75, -55))
}

// chatter lets the callee speak on and on.
func (m *maker) chatter() {
	clear(m.c.Callee)
	m.talk(m.c.Callee, m.speaker(), int(between(m.r, 0, 0.4)*Rate), amplitude(between(m.r, -30, -12)))
	m.mixTo(m.c.Callee, m.lib.noise[m.half].pink, between(m.r, -75, -55))
}

// hybrid adds the callee's echo with a return loss of low to high dB.
func (m *maker) hybrid(low, high float64) {
	var path [24]float32
	var energy float64
	for i := range path {
		path[i] = float32(m.r.NormFloat64() * math.Exp(-float64(i)/between(m.r, 2, 8)))
		energy += float64(path[i] * path[i])
	}
	echo := make([]float32, samples)
	delay := int(between(m.r, 0.060, 0.160) * Rate)
	for i, tap := range path {
		add(echo, m.c.Callee, delay+i, tap)
	}
	// The loss is that of this speech, not of white noise.
	loss := amplitude(-between(m.r, low, high))
	scale := math.Sqrt(meanSquare(m.c.Callee[:samples-delay]) / (meanSquare(echo) + 1e-15))
	add(m.c.Line, echo, 0, loss*float32(min(scale, 1e3)))
}

// ambience lets come back what tregua plays to the callee: by the callee's
// phone, and so in the callee's packets too, or on a way of its own.
func (m *maker) ambience(low, high float64) {
	played := m.lib.ambience[m.half].Cursor(m.r.Uint32())
	spoken := m.c.Callee
	m.c.Callee = make([]float32, samples)
	for at := 0; at < samples; at += frame {
		for i, s := range played.NextLinear(frame) {
			m.c.Callee[at+i] = float32(s) / 32768
		}
	}
	m.hybrid(low, high)
	if m.r.IntN(2) == 0 {
		add(spoken, m.c.Callee, 0, amplitude(-between(m.r, 0, 12)))
	}
	m.c.Callee = spoken
}

func (m *maker) mixTo(to, noise []float32, level float64) {
	add(to, stretch(m.r, noise, samples), 0, amplitude(level))
}

func (m *maker) mix(noise []float32, level float64) { m.pronto(); m.mixTo(m.c.Line, noise, level) }

// floor is the noise of an analogue line.
func (m *maker) floor(low, high float64) {
	noise := m.lib.noise[m.half].pink
	if m.r.IntN(2) == 0 {
		noise = m.lib.noise[m.half].white
	}
	m.pronto()
	m.mixTo(m.c.Line, noise, between(m.r, low, high))
}

// ground is digital silence or a floor.
func (m *maker) ground() {
	if m.r.IntN(3) == 0 {
		m.pronto()
		return
	}
	m.floor(-80, -55)
}

// noisy adds steady noise under the operator.
func (m *maker) noisy(low, high float64) {
	noise := m.lib.noise[m.half].pink
	if m.r.IntN(2) == 0 {
		noise = m.lib.noise[m.half].white
	}
	m.mixTo(m.c.Line, noise, m.level()-between(m.r, low, high))
}

// crowded adds a call centre's voices under the operator.
func (m *maker) crowded(low, high float64) {
	add(m.c.Line, m.crowd(), 0, amplitude(m.level()-between(m.r, low, high)))
	m.mixTo(m.c.Line, m.lib.noise[m.half].pink, between(m.r, -75, -60))
}

// level is the operator's active level in dB.
func (m *maker) level() float64 {
	var loudest, sum float64
	n := 0
	for _, floor := range []bool{true, false} {
		for i := 0; i+frame <= samples; i += frame {
			p := meanSquare(m.c.Voice[i : i+frame])
			if floor {
				loudest = max(loudest, p)
			} else if p > loudest/100 {
				sum += p
				n++
			}
		}
	}
	return 10 * math.Log10(sum/float64(max(n, 1))+1e-12)
}

// crowd is six to twelve people at once, at 0 dB.
func (m *maker) crowd() []float32 {
	out := make([]float32, samples)
	for range 6 + m.r.IntN(7) {
		v := m.speaker()
		m.talk(out, v, -m.r.IntN(Rate), float32(between(m.r, 0.4, 1)))
	}
	gain := float32(1 / math.Sqrt(meanSquare(out)+1e-12))
	for i := range out {
		out[i] *= gain
	}
	return out
}

func (m *maker) babble(level float64) {
	m.floor(-80, -65)
	add(m.c.Line, m.crowd(), 0, amplitude(level))
}
