package replay

import (
	"math"
	"time"

	"tregua/media"
	"tregua/media/codec"
	"tregua/media/detect"
)

// player plays one call.
type player struct {
	call *Call
	d    detect.Detector
	now  time.Duration // since the answer, of what was played last
	out  Result
	legs [2]struct {
		count
		meter
	}
}

func newPlayer(call *Call, cfg detect.Config) *player {
	p := &player{call: call, out: Result{Call: call, Config: cfg}}
	p.d.Reset(&p.out.Config, call.Formats, 0)
	p.note(0, media.None)
	return p
}

// played says whether what comes then is looked at.
func (c *Call) played(at time.Duration) bool {
	return at >= c.Answered && at < c.Answered+Listen && (c.Ended == 0 || at < c.Ended)
}

// take plays one packet that came from a leg, at a time that is played.
func (p *player) take(at time.Duration, leg media.Leg, in *packet) {
	now := at - p.call.Answered
	side := &p.legs[leg]
	if !side.take(in) {
		return
	}
	p.out.Traffic[leg].Types[in.pt&127]++
	if p.call.Encrypted {
		return
	}
	p.tick(now)
	if law, ok := p.call.codecOf(in.pt); ok {
		side.hear(now, in.payload, law)
	}
	if leg == media.B {
		p.d.Callee(now, in.pt, in.payload)
		return
	}
	found := p.out.Evidence.Operator
	p.d.Source(in.ssrc)
	p.note(now, p.d.PBX(now, in.pt, in.seq, in.ts, in.payload))
	p.out.Evidence = p.d.Evidence()
	if !found {
		p.out.Score = append(p.out.Score, Point{now, float64(p.out.Evidence.Score)})
	}
}

// step is how often the state is looked at when no packet comes.
const step = 10 * time.Millisecond

// tick looks at the state between the last packet and now.
func (p *player) tick(now time.Duration) {
	for t := p.now + step; t < now; t += step {
		p.note(t, p.d.State(t))
	}
	p.now = max(p.now, now)
}

func (p *player) note(at time.Duration, s media.State) {
	if n := len(p.out.States); n > 0 {
		last := &p.out.States[n-1]
		last.To = at
		if last.State == s {
			return
		}
		if last.From == at { // it lasted no time
			last.State = s
			return
		}
	}
	p.out.States = append(p.out.States, Span{State: s, From: at, To: at})
}

// finish ends the call at its end, at that of the capture, or after Listen.
func (p *player) finish(end time.Duration) Result {
	r := &p.out
	if p.call.Ended > 0 && p.call.Ended <= end {
		r.Ended, end = true, p.call.Ended
	}
	r.Until = min(max(end-p.call.Answered, p.now), Listen)
	p.tick(r.Until)
	p.note(r.Until, p.d.State(r.Until))
	for leg := range p.legs {
		c, t := &p.legs[leg].count, &r.Traffic[leg]
		t.Packets, t.Missing, t.Repeated = c.packets, c.missing, c.repeated
		r.Level[leg] = p.legs[leg].points
	}
	r.Evidence, r.Deaf = p.d.Evidence(), p.d.Deaf()
	return *r
}

// meter measures the level of each 20 ms of sound.
type meter struct {
	n      int // samples in sum
	sum    float64
	square float64
	points []Point
}

// Samples of 20 ms, and the level that stands for digital silence.
const (
	frame   = 160
	silence = -100
)

// hear measures a payload that came at now: its last sample is taken to be of
// then.
func (m *meter) hear(now time.Duration, payload []byte, law codec.Codec) {
	table := law.Table()
	for i, b := range payload {
		s := float64(table[b]) / 32768
		m.sum += s
		m.square += s * s
		if m.n++; m.n < frame {
			continue
		}
		mean := m.sum / frame // A-law has no zero: its silence is an offset, which is no sound
		level := max(silence, 10*math.Log10(m.square/frame-mean*mean))
		left := time.Duration(len(payload)-1-i) * time.Second / 8000
		m.points = append(m.points, Point{max(0, now-left), level})
		m.n, m.sum, m.square = 0, 0, 0
	}
}
