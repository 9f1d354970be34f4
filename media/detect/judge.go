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

// Step is one frame of the PBX's side and what was made of it.
type Step struct {
	At     time.Duration // when its packet came
	End    uint32        // RTP timestamp after its last sample
	Frame  *voice.Frame  // valid until Each returns
	Speech float32       // log-odds that it is speech
	Gate   Gate
	Steady bool    // it is a tone that stays where it is
	Gain   float32 // what was added to the sum
	Score  float32 // the sum
}

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
	d.score = max(0, d.score-holeTakes*float32(min(frames, 100)-forgiven))
	d.tone = max(0, d.tone-frames)
}

// forgiven is how many frames may be lost before they speak against speech.
const forgiven = 4

// weigh adds one frame to what speaks for an operator.
func (d *Detector) weigh(now time.Duration, end uint32, f *voice.Frame) {
	g := d.gate(now, f)
	d.ev.frame(f, g)
	speech, tone := voice.Judge(&f.Features)
	steady := f.Peak >= d.cfg.TonePeak && f.Glide < 0.25
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
	if d.cfg.Each != nil {
		d.cfg.Each(Step{now, end, f, speech, g, steady, gain, d.score})
	}
	if gain > 0 && d.score >= d.cfg.enough(now-d.start) {
		d.ev.Operator = true
		d.ev.Decided = now - d.start
	}
}

// enough is the sum from which there is an operator at that time.
func (c *Config) enough(at time.Duration) float32 {
	late := float32(at-c.LateFrom) / float32(c.LateTo-c.LateFrom)
	return c.Decide + (c.DecideLate-c.Decide)*min(max(late, 0), 1)
}

// gain is what a frame adds to the score, by the log-odds that it is speech and
// what the gates say.
func (d *Detector) gain(speech float32, g Gate, steady bool) float32 {
	gain := min(max(speech-d.cfg.Bias, -d.cfg.Least), d.cfg.Most)
	if steady {
		gain = min(gain, -steadyTakes)
	}
	switch g {
	case TooWeak: // of which the network knows nothing
		return -weakTakes
	case Echoed:
		return min(gain, -echoTakes)
	case Doubtful:
		return min(gain, -doubtTakes)
	case Unlikely:
		return min(gain, unlikelyAdds)
	case Open:
	}
	return gain
}

// What a frame takes from the sum, or adds, at least or at most.
const (
	steadyTakes  = 1.3
	weakTakes    = 1.5
	echoTakes    = 1.9
	doubtTakes   = 0.7
	unlikelyAdds = 2.7
	holeTakes    = 3
)

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
