package voice

import "math"

// Lags in pairs of samples: 400 to 60 Hz.
const shortest, longest = 10, 66

// pitch returns the strongest normalised correlation of the samples with
// themselves at a lag of 60 to 400 Hz, and log2 of that frequency over 60 Hz.
func pitch(samples *[Window]int16) (voiced, height float32) {
	r := correlate(samples)
	best := 0
	for lag := shortest; lag <= longest; lag++ {
		// A multiple of the period correlates as well: it must be clearly better.
		if r[lag] > voiced+0.03 && r[lag] >= r[lag-1] && r[lag] >= r[lag+1] {
			voiced, best = r[lag], lag
		}
	}
	if best == 0 {
		return max(0, min(voiced, 1)), 0
	}
	// The parabola through three points gives a finer lag.
	shift := float32(0)
	if d := r[best-1] - 2*r[best] + r[best+1]; d < -1e-6 {
		shift = (r[best-1] - r[best+1]) / (2 * d)
	}
	return min(voiced, 1), log2(4000/60/(float32(best)+shift) + 1e-3)
}

// correlate returns the normalised correlation at each lag. Every second
// sample of a low-passed signal will do.
func correlate(samples *[Window]int16) (r [longest + 2]float32) {
	var x [pairs]float32
	var before [pairs + 1]float32 // energy before a sample
	var mean float32
	last := float32(samples[0])
	for i := range pairs {
		a, b := float32(samples[2*i]), float32(samples[2*i+1])
		x[i] = last + 2*a + b
		last = b
		mean += x[i]
	}
	mean /= pairs
	for i := range x {
		x[i] -= mean
		before[i+1] = before[i] + x[i]*x[i]
	}
	dots := products(&x)
	for lag := shortest - 1; lag <= longest+1; lag++ {
		dot := dots[lag]
		if energy := before[pairs-lag] * (before[pairs] - before[lag]); energy > 1 {
			r[lag] = dot / float32(math.Sqrt(float64(energy)))
		}
	}
	return r
}

// pairs is how many samples of half the rate a window has.
const pairs = half

// products returns the sums of products of the samples a lag apart. Four lags
// at a time: a sum alone would wait for itself.
func products(x *[pairs]float32) (dots [longest + 2]float32) {
	for lag := shortest - 1; lag <= longest+1; lag += 4 {
		var a, b, c, d float32
		u := x[:pairs-lag-3]
		w0, w1, w2, w3 := x[lag:][:len(u)], x[lag+1:][:len(u)], x[lag+2:][:len(u)], x[lag+3:][:len(u)]
		for i, s := range u {
			a += s * w0[i]
			b += s * w1[i]
			c += s * w2[i]
			d += s * w3[i]
		}
		m := len(u)
		a += x[m]*x[m+lag] + x[m+1]*x[m+1+lag] + x[m+2]*x[m+2+lag]
		b += x[m]*x[m+lag+1] + x[m+1]*x[m+1+lag+1]
		c += x[m] * x[m+lag+2]
		for k, dot := range [4]float32{a, b, c, d} {
			if lag+k < len(dots) {
				dots[lag+k] = dot
			}
		}
	}
	return dots
}
