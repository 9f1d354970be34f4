package detect

import (
	"math"
	"time"

	"tregua/media/detect/voice"
)

const (
	toneFrom = 6  // frames of tone from which the state is Tone
	toneMost = 10 // frames of tone that are remembered
)

// audio takes the samples of one packet, frame by frame.
func (d *Detector) audio(now time.Duration, payload []byte, table *[256]int16) {
	for len(payload) > 0 && !d.ev.Operator {
		rest, full := d.stream.push(payload, table)
		d.echo.line.push(payload[:len(payload)-len(rest)], table)
		payload = rest
		if !full {
			return
		}
		d.voice.Frame(&d.stream.window, &d.frame)
		d.stream.slide()
		d.weigh(now, &d.frame)
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

// idle lets frames pass that cannot be heard. A short hole changes nothing.
func (d *Detector) idle(frames int) {
	if frames <= forgiven {
		return
	}
	d.score = max(0, d.score-d.cfg.Most/2*float32(min(frames, 100)-forgiven))
	d.tone = max(0, d.tone-frames)
}

// forgiven is how many frames may be lost before they speak against speech.
const forgiven = 4

// weigh adds one frame to what speaks for an operator.
func (d *Detector) weigh(now time.Duration, f *voice.Frame) {
	speech, tone := voice.Judge(&f.Features)
	steady := f.Peak >= d.cfg.TonePeak && f.Glide < 0.25
	g := d.gate(now, f)
	d.ev.frame(f, g)
	if f.Level >= d.cfg.MinLevel && (steady || tone > 0) {
		d.tone = min(d.tone+1, toneMost)
		d.ev.Tones++
	} else {
		d.tone = max(d.tone-2, 0)
	}
	gain := d.gain(speech, g, steady)
	if gain > 0 {
		if d.score == 0 {
			d.ev.Onset = now - d.start
		}
		d.ev.Speech++
	}
	d.score = max(0, d.score+gain)
	if d.score >= d.cfg.Decide {
		d.ev.Operator = true
		d.ev.Decided = now - d.start
	}
}

// gain is what a frame adds to the score, by the log-odds that it is speech and
// what the gates say.
func (d *Detector) gain(speech float32, g gate, steady bool) float32 {
	most := d.cfg.Most
	gain := min(max(speech-d.cfg.Bias, -most), most)
	switch {
	case g == echoed || g == tooWeak || steady:
		return min(gain, -most/4)
	case g == doubtful:
		return min(gain, 0)
	case g == unlikely:
		return min(gain, most/3)
	}
	return gain
}

// gate says why a frame may not count as speech.
type gate uint8

const (
	open     gate = iota
	unlikely      // to be echo
	tooWeak
	doubtful
	echoed
)

func (d *Detector) gate(now time.Duration, f *voice.Frame) gate {
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
			return tooWeak
		}
		return open
	}
	e.loud++
	loss := callee - f.Level
	g := open
	if weak {
		g = tooWeak
	} else if loss >= echoAtLeast {
		g = e.judge(d.cfg, loss)
	}
	if g != open && g != unlikely && e.loud > echoFrames {
		e.learn(loss)
	}
	return g
}

// echoFrames is how long the callee must have been loud before a line without
// echo is taken for one: 200 ms.
const echoFrames = 10
