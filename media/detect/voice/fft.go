package voice

import (
	"math"
	"math/bits"
)

// The window: 32 ms, of which the newest 20 ms are new.
const (
	Window = 256
	Hop    = 160
	half   = Window / 2
)

var (
	hann         = window()   // for samples, scaled so that full scale is 1
	cosine, sine = circle()   // of the angle 2 pi k / Window
	swapped      = reversed() // bit reversal of 7 bits
)

// hannPower is the mean square of the window.
const hannPower = 0.375

func window() (w [Window]float32) {
	for i := range w {
		w[i] = float32((0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/Window)) / 32768)
	}
	return w
}

func circle() (cosine, sine [half]float32) {
	for k := range half {
		s, c := math.Sincos(2 * math.Pi * float64(k) / Window)
		cosine[k], sine[k] = float32(c), float32(s)
	}
	return cosine, sine
}

func reversed() (r [half]uint8) {
	for k := range r {
		r[k] = bits.Reverse8(uint8(k)) >> 1
	}
	return r
}

// power writes the power of each bin (31.25 Hz apart) of the real window x,
// scaled so that its sum is the mean square of the signal. Two real halves
// make one complex transform of half the length.
func power(x *[Window]float32, p *[half]float32) {
	var re, im [half]float32
	for k := range half {
		j := swapped[k]
		re[j], im[j] = x[2*k], x[2*k+1]
	}
	for size := 2; size <= half; size *= 2 {
		step, h := Window/size, size/2
		for start := 0; start < half; start += size {
			for k := range h {
				c, s := cosine[k*step&(half-1)], sine[k*step&(half-1)]
				a, b := start+k, start+k+h
				tr, ti := re[b]*c+im[b]*s, im[b]*c-re[b]*s
				re[b], im[b] = re[a]-tr, im[a]-ti
				re[a], im[a] = re[a]+tr, im[a]+ti
			}
		}
	}
	const scale = 2.0 / (Window * Window * hannPower)
	p[0] = 0
	for k := 1; k < half; k++ {
		m := half - k
		er, ei := (re[k]+re[m])/2, (im[k]-im[m])/2
		or, oi := (im[k]+im[m])/2, (re[m]-re[k])/2
		xr := er + or*cosine[k] + oi*sine[k]
		xi := ei + oi*cosine[k] - or*sine[k]
		p[k] = (xr*xr + xi*xi) * scale
	}
}

// log2 is the binary logarithm to about 0.005, enough for decibels.
func log2(x float32) float32 {
	b := math.Float32bits(x)
	m := math.Float32frombits(b&0x7fffff | 0x3f800000)
	return float32(int(b>>23)-128) + (-0.34484843*m+2.02466578)*m - 0.67487759
}

// decibel returns 10 log10 of a power, at least floor.
func decibel(p float32) float32 {
	if p < 1e-12 {
		return -120
	}
	return 3.0103 * log2(p)
}
