package detect

import (
	"math"
	"time"

	"tregua/media/detect/voice"
)

const (
	toneFrom  = 6  // frames of a steady tone from which the state is Tone
	toneMost  = 10 // of which so many are remembered
	musicFrom = 16 // frames of music, which a vowel can be like, likewise
	musicMost = 20
)

// audio takes the samples of one packet that begins at a timestamp, frame by
// frame.
func (d *Detector) audio(now time.Duration, ts uint32, payload []byte, table *[256]int16) {
	for len(payload) > 0 && !d.ev.Operator {
		rest, full := d.stream.push(payload, table)
		d.echo.line.push(payload[:len(payload)-len(rest)], table)
		ts += uint32(len(payload) - len(rest))
		payload = rest
		if !full {
			return
		}
		d.voice.Frame(&d.stream.window, &d.frame)
		d.stream.slide()
		d.weigh(now, ts, &d.frame)
	}
}

// hole is told how many samples did not come: lost, or not sent for silence.
func (d *Detector) hole(samples int) {
	if samples > 0 {
		d.ev.Missing += uint32(samples)
		d.echo.run = 0 // both sides no longer run in step
		d.idle(samples / voice.Hop)
	}
}

// lead is told how long nothing that can be heard came before the first audio.
func (d *Detector) lead(nothing time.Duration) {
	d.idle(int(nothing / frameTime))
}

// idle lets frames pass that cannot be heard. A short hole changes nothing.
func (d *Detector) idle(frames int) {
	if frames <= forgiven {
		return
	}
	d.voice.Silence(frames)
	d.missed += frames
	d.score = d.cfg.Lost(d.score, frames)
	d.tone, d.music = max(0, d.tone-frames), max(0, d.music-frames)
}

// forgiven is how many frames may be lost before they speak against speech.
const forgiven = 4

// weigh adds one frame to what speaks for an operator.
func (d *Detector) weigh(now time.Duration, end uint32, f *voice.Frame) {
	g := d.gate(now, f)
	d.ev.frame(f, g)
	var speech, tone float32
	if f.Level >= d.cfg.MinLevel {
		speech, tone = voice.Judge(&f.Features)
	}
	steady := f.Peak >= d.cfg.TonePeak && f.Glide < 0.25
	if f.Level >= d.cfg.MinLevel {
		d.tones(steady, tone > 0)
	} else {
		d.tones(false, false)
	}
	step := Step{now - d.start, end, d.missed, f, speech, g, steady, 0}
	d.missed = 0
	d.add(&step)
	if d.cfg.Each != nil {
		d.cfg.Each(step)
	}
}

// tones counts the frames of a tone and of music. Where a tone ends, what looks
// like music has to begin anew: the first words after a ringback tone must not
// be taken for more of it.
func (d *Detector) tones(steady, music bool) {
	if steady || music {
		d.ev.Tones++
	}
	was := d.tone
	if d.tone = max(d.tone-2, 0); steady {
		d.tone = min(was+1, toneMost)
	}
	switch {
	case was >= toneFrom && d.tone < toneFrom:
		d.music = 0
	case music:
		d.music = min(d.music+1, musicMost)
	default:
		d.music = max(d.music-4, 0)
	}
}

// add sums up what speaks for an operator.
func (d *Detector) add(s *Step) {
	sum, up := d.cfg.Sum(d.score, s)
	if up {
		if d.score <= 0 {
			d.ev.Onset = s.At
		}
		d.ev.Speech++
	}
	d.score, s.Score = sum, sum
	if up && sum >= d.cfg.Enough(s.At) {
		d.ev.Operator = true
		d.ev.Decided = s.At
	}
}

// Gate says why a frame may not count as speech.
type Gate uint8

// The gates.
const (
	Open     Gate = iota // none
	Unlikely             // weaker than the callee, but hardly an echo
	TooWeak              // under Config.MinLevel
	Doubtful             // perhaps an echo
	Echoed               // an echo
)

func (d *Detector) gate(now time.Duration, f *voice.Frame) Gate {
	e := &d.echo
	callee := float32(-120)
	if p := e.loudest(now, d.cfg.EchoSpan); p > 1e-12 {
		callee = float32(10 * math.Log10(float64(p)))
	}
	d.ev.Callee = callee
	weak := f.Level < d.cfg.MinLevel
	if e.run++; weak {
		e.run = 0
	}
	if callee < d.cfg.EchoLevel {
		e.loud = 0
		if weak {
			return TooWeak
		}
		return Open
	}
	e.loud++
	loss := callee - f.Level
	g := Open
	var like, louder float32
	if e.known >= knownFrames {
		louder = e.least - loss
	}
	if weak {
		g = TooWeak
	} else if loss >= echoAtLeast {
		var ok bool
		like, ok = e.like()
		g = e.judge(d.cfg, loss, like, ok)
	}
	f.Other(loss, like, louder)
	if g != Open && g != Unlikely && e.loud > echoFrames {
		e.learn(loss)
	}
	return g
}

// echoFrames is how long the callee must have been loud before a line without
// echo is taken for one: 200 ms.
const echoFrames = 10

// frameTime is how long voice.Hop samples last.
const frameTime = 20 * time.Millisecond
