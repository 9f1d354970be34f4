package replaytest

import (
	"math"
	"math/rand/v2"

	"tregua/media/codec"
)

const rate = 8000

// Sound is a line as it sounds, 8000 samples a second, full scale 1.
type Sound []float64

// Silence is digital silence.
func Silence(seconds float64) Sound { return make(Sound, int(seconds*rate)) }

// Noise is white noise at a level in dBFS.
func Noise(seconds, level float64) Sound {
	r := rand.New(rand.NewPCG(1, 2))
	out := Silence(seconds)
	for i := range out {
		out[i] = r.NormFloat64() * math.Pow(10, level/20)
	}
	return out
}

// Tone is one tone at a level in dBFS.
func Tone(seconds, level, hz float64) Sound {
	out := Silence(seconds)
	for i := range out {
		out[i] = math.Sqrt2 * math.Pow(10, level/20) * math.Sin(2*math.Pi*hz*float64(i)/rate)
	}
	return out
}

// Speech is like a voice at about a level in dBFS: harmonics of a pitch that
// glides, under formants that change with each syllable.
func Speech(seconds, level float64, seed uint64) Sound {
	r := rand.New(rand.NewPCG(seed, 7))
	out := Silence(seconds)
	pitch, phase := 110+80*r.Float64(), 0.0
	for at := 0; at < len(out); {
		n := int((0.11 + 0.12*r.Float64()) * rate)
		formants := [3]float64{300 + 500*r.Float64(), 900 + 1400*r.Float64(), 2400 + 500*r.Float64()}
		glide := 0.8 + 0.4*r.Float64()
		for i := range min(n, len(out)-at) {
			x := float64(i) / float64(n)
			hz := pitch * (1 + (glide-1)*x)
			phase += 2 * math.Pi * hz / rate
			for k := 1; float64(k)*hz < 3500; k++ {
				gain := 0.05
				for j, f := range formants {
					gain += math.Exp(-math.Pow((float64(k)*hz-f*(1+0.2*x))/180, 2)) / float64(j+1)
				}
				out[at+i] += 1.3 * math.Sin(math.Pi*x) * math.Pow(10, level/20) * gain * math.Sin(phase*float64(k))
			}
		}
		pitch = min(220, max(80, pitch*glide))
		at += n + int(0.06*r.Float64()*rate)
	}
	return out
}

// Join plays one sound after the other.
func Join(parts ...Sound) (out Sound) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// Encode returns the sound as the payload of a codec.
func (s Sound) Encode(law codec.Codec) []byte {
	out := make([]byte, len(s))
	for i, v := range s {
		out[i] = law.Encode(int16(max(-32768, min(32767, v*32768))))
	}
	return out
}
