package corpus

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// random returns the source of everything that is by chance in one thing.
func random(name string) *rand.Rand {
	h := fnv.New128a()
	h.Write([]byte(name))
	var sum [16]byte
	h.Sum(sum[:0])
	seed := [32]byte{}
	copy(seed[:], sum[:])
	return rand.New(rand.NewChaCha8(seed))
}

// pool is a minute of noise of each colour at 0 dB, cut from at random.
type pool struct{ white, pink []float32 }

func newPool(h Half) pool {
	r := random("noise/" + h.String())
	const n = 60 * Rate
	p := pool{make([]float32, n), make([]float32, n)}
	var b [7]float64
	for i := range n {
		w := r.NormFloat64()
		p.white[i] = float32(w)
		// Paul Kellet's refined filter: -3 dB an octave.
		b[0] = 0.99886*b[0] + w*0.0555179
		b[1] = 0.99332*b[1] + w*0.0750759
		b[2] = 0.96900*b[2] + w*0.1538520
		b[3] = 0.86650*b[3] + w*0.3104856
		b[4] = 0.55000*b[4] + w*0.5329522
		b[5] = -0.7616*b[5] - w*0.0168980
		p.pink[i] = float32(b[0] + b[1] + b[2] + b[3] + b[4] + b[5] + b[6] + w*0.5362)
		b[6] = w * 0.115926
	}
	gain := float32(1 / math.Sqrt(meanSquare(p.pink)))
	for i := range p.pink {
		p.pink[i] *= gain
	}
	return p
}

// between returns a number of the range.
func between(r *rand.Rand, low, high float64) float64 { return low + (high-low)*r.Float64() }

// stretch returns where n samples may be cut from all.
func stretch(r *rand.Rand, all []float32, n int) []float32 {
	at := r.IntN(max(len(all)-n, 1))
	return all[at:min(at+n, len(all))]
}

// add mixes in at a gain.
func add(line, in []float32, at int, gain float32) {
	for i, s := range in {
		if j := at + i; j >= 0 && j < len(line) {
			line[j] += s * gain
		}
	}
}

// hum is a mains hum: 50 or 60 Hz and what a rectifier makes of it.
func hum(r *rand.Rand, line []float32, level float64) {
	base := 50.0
	if r.IntN(4) == 0 {
		base = 60
	}
	tmp := make([]float32, len(line))
	for k := 1; k <= 12; k++ {
		a, phase := math.Pow(float64(k), -between(r, 0.5, 1.5))*r.Float64(), r.Float64()*2*math.Pi
		if k%2 == 0 {
			a *= between(r, 0.5, 3)
		}
		for i := range tmp {
			tmp[i] += float32(a * math.Sin(2*math.Pi*base*float64(k)*float64(i)/Rate+phase))
		}
	}
	add(line, tmp, 0, amplitude(level)/float32(math.Sqrt(meanSquare(tmp)+1e-12)))
}

// clicks are contacts, relays, keyboards: short bursts at random.
func clicks(r *rand.Rand, line []float32) {
	rate := between(r, 1, 14)
	peak := amplitude(between(r, -34, -6))
	noisy, ring := r.Float64(), between(r, 400, 3200)
	decay := between(r, 0.4, 12) / 1000 * Rate // samples
	for at := r.ExpFloat64() * Rate / rate; int(at) < len(line); at += (0.02 + r.ExpFloat64()/rate) * Rate {
		gain := float64(peak) * between(r, 0.3, 1)
		for i := range int(5 * decay) {
			s := noisy*r.NormFloat64() + (1-noisy)*math.Sin(2*math.Pi*ring*float64(i)/Rate)
			if j := int(at) + i; j < len(line) {
				line[j] += float32(gain * s * math.Exp(-float64(i)/decay))
			}
		}
	}
}
