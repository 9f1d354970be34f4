package corpus

import (
	"math"
	"time"
)

// dead is a constant, or a short buffer again and again.
func (m *maker) dead() {
	m.pronto()
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

func (m *maker) country() country {
	for {
		if c := countries[m.r.IntN(len(countries))]; halfOf("country", c.name) == m.half {
			return c
		}
	}
}

func (m *maker) music() {
	pieces := m.lib.music[m.half]
	piece := pieces[m.r.IntN(len(pieces))].Samples
	if m.varied {
		piece = m.manner().of(stretch(m.r, piece, 2*samples))
	}
	piece = stretch(m.r, piece, samples)
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
	m.pronto()
	for f := range frames {
		frames[f] = true
	}
}
