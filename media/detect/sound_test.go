package detect_test

import (
	"math"
	"math/rand/v2"
	"time"

	"tregua/media"
	"tregua/media/codec"
	"tregua/media/detect"
)

const rate = 8000

// seconds makes a line of that length from a function of the time.
func seconds(length float64, at func(t float64) float64) []float64 {
	out := make([]float64, int(length*rate))
	for i := range out {
		out[i] = at(float64(i) / rate)
	}
	return out
}

func silence(length float64) []float64 { return make([]float64, int(length*rate)) }

func dB(level float64) float64 { return math.Pow(10, level/20) }

func noise(length, level float64) []float64 {
	r := rand.New(rand.NewPCG(1, 2))
	return seconds(length, func(float64) float64 { return r.NormFloat64() * dB(level) })
}

func tones(length, level float64, hz ...float64) []float64 {
	return seconds(length, func(t float64) (v float64) {
		for _, f := range hz {
			v += math.Sin(2*math.Pi*f*t) * dB(level)
		}
		return v
	})
}

// speech is like a voice: harmonics of a gliding pitch under formants that
// move from vowel to vowel, hisses between them, syllables of 180 ms or so.
func speech(length, level float64, seed uint64) []float64 {
	r := rand.New(rand.NewPCG(seed, 7))
	out := make([]float64, int(length*rate))
	phase := 0.0
	pitch := 95 + 90*r.Float64()
	for at := 0; at < len(out); {
		n := int((0.10 + 0.14*r.Float64()) * rate)
		formants := []float64{300 + 500*r.Float64(), 900 + 1400*r.Float64(), 2400 + 500*r.Float64()}
		glide := 0.8 + 0.4*r.Float64()
		hiss := r.IntN(3) == 0
		for i := range min(n, len(out)-at) {
			x := float64(i) / float64(n)
			hz := pitch * (1 + (glide-1)*x)
			phase += 2 * math.Pi * hz / rate
			env := math.Sin(math.Pi*x) * dB(level) * 1.6
			if hiss && x < 0.35 {
				out[at+i] = env * 0.3 * r.NormFloat64()
				continue
			}
			for k := 1; float64(k)*hz < 3500; k++ {
				gain := 0.0
				for j, f := range formants {
					gain += math.Exp(-math.Pow((float64(k)*hz-f*(1+0.2*x))/180, 2)) / float64(j+1)
				}
				out[at+i] += env * (gain + 0.05) * math.Sin(phase*float64(k)) * 0.8
			}
		}
		pitch = min(220, max(80, pitch*glide))
		at += n + int(0.06*r.Float64()*rate)
	}
	return out
}

func join(parts ...[]float64) (out []float64) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func mix(a, b []float64) []float64 {
	out := append([]float64(nil), a...)
	for i := range min(len(out), len(b)) {
		out[i] += b[i]
	}
	return out
}

func encode(law codec.Codec, line []float64) []byte {
	out := make([]byte, len(line))
	for i, s := range line {
		out[i] = law.Encode(int16(max(-32768, min(32767, s*32768))))
	}
	return out
}

// call plays packets into a detector.
type call struct {
	cfg detect.Config
	d   detect.Detector
	law codec.Codec
	now time.Duration
	seq uint16
	ts  uint32
}

func newCall(law codec.Codec) *call {
	c := &call{cfg: detect.DefaultConfig(), law: law, seq: 65530, ts: 1<<32 - 500} // both wrap
	c.d.Reset(&c.cfg, detect.Formats{Codec: law, Event: 101, CN: 98}, 0)
	return c
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// packet sends the next packet, which comes when its last sample has.
func (c *call) packet(pt uint8, payload []byte, samples int) media.State {
	c.now += time.Duration(samples) * time.Second / rate
	state := c.d.PBX(c.now, pt, c.seq, c.ts, payload)
	c.seq++
	c.ts += uint32(samples)
	return state
}

// line sends audio in packets of so many samples and returns the state after
// each.
func (c *call) line(audio []float64, size int) (states []media.State) {
	payload := encode(c.law, audio)
	for ; len(payload) >= size; payload = payload[size:] {
		states = append(states, c.packet(c.law.PayloadType(), payload[:size], size))
	}
	return states
}

// both sends both sides, 20 ms each in turn.
func (c *call) both(pbx, callee []float64) media.State {
	state := media.None
	a, b := encode(c.law, pbx), encode(c.law, callee)
	for ; len(a) >= 160 && len(b) >= 160; a, b = a[160:], b[160:] {
		c.d.Callee(c.now+ms(10), c.law.PayloadType(), b[:160])
		state = c.packet(c.law.PayloadType(), a[:160], 160)
	}
	return state
}
