package corpus

import (
	"math"
	"math/rand/v2"
	"strings"
	"time"
)

// Class is a kind of call.
type Class struct {
	Name  string
	Group Group
	make  func(*maker)
}

// Classes lists the kinds; every one has as many cases as every other.
var Classes = []Class{
	{"operator, quiet line", Lawful, func(m *maker) { m.floor(-80, -60); m.operator(20) }},
	{"operator, soft, -36 to -30", Lawful, func(m *maker) { m.floor(-70, -58); m.operatorAt(between(m.r, -36, -30), 10) }},
	{"operator in noise, SNR 10 to 20", Lawful, func(m *maker) { m.operator(0); m.noisy(10, 20) }},
	{"operator in a call centre, SNR 10 to 20", Lawful, func(m *maker) { m.operator(0); m.crowded(10, 20) }},
	{"operator, one short word", Lawful, func(m *maker) { m.floor(-80, -60); m.short() }},
	{"operator from digital silence", Lawful, func(m *maker) { m.operator(20) }},
	{"operator from no packets", Lawful, func(m *maker) { m.floor(-80, -60); m.operator(20); m.before(m.c.quiet) }},
	{"operator from comfort noise", Lawful, func(m *maker) { m.floor(-80, -60); m.operator(20); m.before(m.c.noise) }},
	{"operator after a tone", Lawful, func(m *maker) { m.floor(-80, -60); m.operator(20); m.until(m.tones) }},
	{"operator after music", Lawful, func(m *maker) { m.floor(-80, -60); m.operator(20); m.until(m.music) }},
	{"operator over the callee, echo 20 to 45 dB", Lawful, func(m *maker) { m.floor(-80, -60); m.operator(20); m.chatter(); m.hybrid(20, 45) }},
	{"operator, 1 to 5 % loss", Lawful, func(m *maker) { m.floor(-80, -60); m.operator(20); m.c.loss = between(m.r, 0.01, 0.05) }},

	{"operator in noise, SNR 3 to 10", Hard, func(m *maker) { m.operator(0); m.noisy(3, 10) }},
	{"operator in a call centre, SNR 3 to 10", Hard, func(m *maker) { m.operator(0); m.crowded(3, 10) }},

	{"dead line", Steady, func(m *maker) { m.dead() }},
	{"ringback", Steady, func(m *maker) { m.ground(); m.ring() }},
	{"busy, congestion, special tones", Steady, func(m *maker) { m.ground(); m.engaged() }},
	{"DTMF", Steady, func(m *maker) { m.ground(); dtmf(m.r, m.c.Line, between(m.r, -35, -10)) }},
	{"hum", Steady, func(m *maker) { m.floor(-80, -55); hum(m.r, m.c.Line, between(m.r, -55, -25)) }},
	{"clicks", Steady, func(m *maker) { m.ground(); clicks(m.r, m.c.Line) }},
	{"echo 15 to 25 dB", Steady, func(m *maker) { m.ground(); m.chatter(); m.hybrid(15, 25) }},
	{"echo 25 to 45 dB", Steady, func(m *maker) { m.ground(); m.chatter(); m.hybrid(25, 45) }},
	{"pink noise -70 to -30", Steady, func(m *maker) { m.mix(m.lib.noise[m.half].pink, between(m.r, -70, -30)) }},
	{"white noise -70 to -30", Steady, func(m *maker) { m.mix(m.lib.noise[m.half].white, between(m.r, -70, -30)) }},

	{"no packets", Lively, func(m *maker) { m.all(m.c.quiet) }},
	{"comfort noise", Lively, func(m *maker) { m.all(m.c.noise) }},
	{"quiet analogue line", Lively, func(m *maker) { m.floor(-85, -50) }},
	{"music on hold", Lively, func(m *maker) { m.ground(); m.music() }},
	{"synthetic music", Lively, func(m *maker) { m.ground(); melody(m.r, m.c.Line, between(m.r, -36, -14)) }},
	{"babble -65 to -45", Lively, func(m *maker) { m.babble(between(m.r, -65, -45)) }},
	{"babble -45 to -35", Lively, func(m *maker) { m.babble(between(m.r, -45, -35)) }},
}

// maker has what a class is made of.
type maker struct {
	lib  *Library
	half Half
	c    *Case
	r    *rand.Rand
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
	for at < len(to) {
		clip := v.Clips[m.r.IntN(len(v.Clips))].Samples
		add(to, clip, at, gain)
		pause := between(m.r, 0.05, 0.45)
		if strings.HasPrefix(v.Name, "klettres") && m.r.IntN(4) > 0 {
			pause = between(m.r, 0, 0.06) // letters and syllables make a word
		}
		at += len(clip) + int(pause*Rate)
	}
}

// operator adds an operator at a usual level, snr dB over what is there.
func (m *maker) operator(float64) { m.operatorAt(between(m.r, -34, -16), 0) }

func (m *maker) operatorAt(level, _ float64) {
	m.pronto(0.85)
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
	m.pronto(0.85)
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
	add(m.c.Voice, clip, at, amplitude(between(m.r, -34, -16)))
	add(m.c.Line, m.c.Voice, 0, 1)
}

// pronto lets the callee speak first, and again.
func (m *maker) pronto(likely float64) {
	if m.r.Float64() >= likely {
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

func (m *maker) mixTo(to, noise []float32, level float64) {
	add(to, stretch(m.r, noise, samples), 0, amplitude(level))
}

func (m *maker) mix(noise []float32, level float64) { m.pronto(0.85); m.mixTo(m.c.Line, noise, level) }

// floor is the noise of an analogue line.
func (m *maker) floor(low, high float64) {
	noise := m.lib.noise[m.half].pink
	if m.r.IntN(2) == 0 {
		noise = m.lib.noise[m.half].white
	}
	m.pronto(0.85)
	m.mixTo(m.c.Line, noise, between(m.r, low, high))
}

// ground is digital silence or a floor.
func (m *maker) ground() {
	if m.r.IntN(3) == 0 {
		m.pronto(0.85)
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

// dead is a constant, or a short buffer again and again.
func (m *maker) dead() {
	m.pronto(0.85)
	switch m.r.IntN(4) {
	case 0, 1: // zero
	case 2: // an offset
		offset := float32(between(m.r, -0.02, 0.02))
		for i := range m.c.Line {
			m.c.Line[i] = offset
		}
	default: // somebody's idea of comfort noise
		once := make([]float32, m.c.packet)
		m.mixTo(once, m.lib.noise[m.half].white, between(m.r, -85, -70))
		for i := range m.c.Line {
			m.c.Line[i] = once[i%len(once)]
		}
	}
}

func (m *maker) ring() {
	sound(m.r, m.c.Line, m.country().ring, between(m.r, -35, -10))
}

func (m *maker) engaged() {
	level := between(m.r, -35, -10)
	country := m.country()
	switch m.r.IntN(6) {
	case 0, 1:
		sound(m.r, m.c.Line, country.busy, level)
	case 2, 3:
		sound(m.r, m.c.Line, country.congests, level)
	case 4: // dial tone
		sound(m.r, m.c.Line, signal{hz: country.busy.hz}, level)
	default: // special information tone, fax, modem
		odd := []signal{
			{[]float64{1100}, 0, []int{500, 3000}},
			{[]float64{2100}, 0, nil},
		}
		if k := m.r.IntN(3); k < 2 {
			sound(m.r, m.c.Line, odd[k], level)
			return
		}
		at := m.r.IntN(Rate)
		for _, hz := range []float64{950, 1400, 1800} {
			sound(m.r, m.c.Line[min(at, samples):min(at+Rate*330/1000, samples)], signal{hz: []float64{hz}}, level)
			at += Rate * 330 / 1000
		}
	}
}

func (m *maker) tones() {
	if m.r.IntN(2) == 0 {
		m.ring()
	} else {
		m.engaged()
	}
}

func (m *maker) country() (c struct {
	name                 string
	ring, busy, congests signal
}) {
	for {
		if c = countries[m.r.IntN(len(countries))]; halfOf("country", c.name) == m.half {
			return c
		}
	}
}

func (m *maker) music() {
	pieces := m.lib.music[m.half]
	piece := stretch(m.r, pieces[m.r.IntN(len(pieces))].Samples, samples)
	gain := amplitude(between(m.r, -34, -14)) / float32(math.Sqrt(meanSquare(piece)+1e-9))
	add(m.c.Line, piece, 0, gain)
}

// until adds what sounds before the operator, and stops 20 to 300 ms before.
func (m *maker) until(what func()) {
	whole := m.c.Line
	m.c.Line = make([]float32, samples)
	what()
	end := max(0, int(m.c.Onset.Seconds()*Rate)-int(between(m.r, 0.02, 0.3)*Rate))
	add(whole, m.c.Line[:end], 0, 1)
	m.c.Line = whole
}

// before marks the frames before the operator.
func (m *maker) before(frames []bool) {
	for f := range frames {
		frames[f] = time.Duration(f+1)*20*time.Millisecond < m.c.Onset
	}
}

func (m *maker) all(frames []bool) {
	m.pronto(0.85)
	for f := range frames {
		frames[f] = true
	}
}
