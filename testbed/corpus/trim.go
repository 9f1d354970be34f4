package corpus

import (
	"math"
	"slices"
)

// frame is 20 ms.
const frame = Rate / 50

// trim returns a recording from its first to its last sound, without what a
// telephone does not carry, brought to 0 dB. It returns nothing for what is no
// clean recording of speech: less than 150 ms of it, or a noise 20 to 25 dB
// under it in its pauses. The rule knows levels only, and holds for both halves.
func trim(in []float32) []float32 {
	out := highPass(in)
	const step = frame / 2
	var levels []float64
	for i := 0; i+step <= len(out); i += step {
		levels = append(levels, meanSquare(out[i:i+step]))
	}
	if len(levels) < 15 {
		return nil
	}
	sorted := slices.Sorted(slices.Values(levels))
	loud := sorted[len(sorted)*95/100] // a click is shorter
	var sum float64
	n := 0
	for _, p := range levels {
		if p >= loud/100 {
			sum += p
			n++
		}
	}
	if loud < 1e-6 || n < 15 || sorted[len(sorted)/20] > loud/300 && n < len(levels)*8/10 {
		return nil
	}
	first, last := heard(levels, loud/300), len(levels)
	slices.Reverse(levels)
	last -= heard(levels, loud/300)
	if last-first < 15 {
		return nil
	}
	out = out[first*step : last*step]
	gain := float32(1 / math.Sqrt(sum/float64(n)))
	for i := range out {
		out[i] *= gain
	}
	return out
}

// heard returns where levels first stay over a threshold for 60 ms, a dip of
// 10 ms apart.
func heard(levels []float64, over float64) int {
	for i := range levels {
		n := 0
		for _, p := range levels[i:min(i+6, len(levels))] {
			if p >= over {
				n++
			}
		}
		if n >= 5 && levels[i] >= over {
			return i
		}
	}
	return len(levels)
}

// highPass takes away what is under 150 Hz: a Butterworth of the fourth order.
func highPass(in []float32) []float32 {
	out := slices.Clone(in)
	for _, q := range []float64{0.5412, 1.3066} {
		w := 2 * math.Pi * 150 / Rate
		alpha, c := math.Sin(w)/(2*q), math.Cos(w)
		a0 := 1 + alpha
		b0, b1 := (1+c)/2/a0, -(1+c)/a0
		a1, a2 := -2*c/a0, (1-alpha)/a0
		var x1, x2, y1, y2 float64
		for i, s := range out {
			x := float64(s)
			y := b0*x + b1*x1 + b0*x2 - a1*y1 - a2*y2
			x1, x2, y1, y2 = x, x1, y, y1
			out[i] = float32(y)
		}
	}
	return out
}

func meanSquare(samples []float32) float64 {
	var sum float64
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	return sum / float64(max(len(samples), 1))
}

// amplitude is the factor of a level in dB.
func amplitude(dB float64) float32 { return float32(math.Pow(10, dB/20)) }
