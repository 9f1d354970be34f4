package ambience

import (
	"math"
	"math/cmplx"
	"slices"

	"tregua/media/codec"
)

// decoded is the ring as whoever answers hears it, 1 being full scale.
func decoded(s *Sound, c codec.Codec) []float64 {
	var out []float64
	for _, b := range s.Encoded(c) {
		out = append(out, float64(c.Table()[b])/32768)
	}
	return out
}

// fft transforms x, whose length is a power of two, in place.
func fft(x []complex128) {
	n := len(x)
	for i, j := 1, 0; i < n; i++ {
		bit := n >> 1
		for ; j&bit != 0; bit >>= 1 {
			j ^= bit
		}
		j ^= bit
		if i < j {
			x[i], x[j] = x[j], x[i]
		}
	}
	turns := make([]complex128, n/2)
	for i := range turns {
		turns[i] = cmplx.Rect(1, -2*math.Pi*float64(i)/float64(n))
	}
	for size := 2; size <= n; size <<= 1 {
		for from := 0; from < n; from += size {
			for k := range size / 2 {
				a, b := x[from+k], turns[k*(n/size)]*x[from+k+size/2]
				x[from+k], x[from+k+size/2] = a+b, a-b
			}
		}
	}
}

// power returns the mean power spectrum of x in frames of n, half overlapped.
func power(x []float64, n int) []float64 {
	sum := make([]float64, n/2)
	frame := make([]complex128, n)
	frames := 0
	for at := 0; at+n <= len(x); at += n / 2 {
		for i := range frame {
			frame[i] = complex(x[at+i]*(0.5-0.5*math.Cos(2*math.Pi*float64(i)/float64(n))), 0)
		}
		fft(frame)
		for i := range sum {
			a := cmplx.Abs(frame[i])
			sum[i] += a * a
		}
		frames++
	}
	for i := range sum {
		sum[i] /= float64(frames)
	}
	return sum
}

// autocorrelation of the ring x, its mean taken out: how much it is like
// itself so many samples later, 1 being the same.
func autocorrelation(x []float64) []float64 {
	n := len(x)
	size := 1
	for size < 2*n {
		size *= 2
	}
	mean := 0.0
	for _, v := range x {
		mean += v / float64(n)
	}
	c := make([]complex128, size)
	for i, v := range x {
		c[i] = complex(v-mean, 0)
	}
	fft(c)
	for i, v := range c {
		c[i] = complex(real(v)*real(v)+imag(v)*imag(v), 0)
	}
	fft(c) // of an even function: its own inverse but for the scale
	out := make([]float64, n)
	for lag := range out {
		out[lag] = real(c[lag])
		if lag > 0 {
			out[lag] += real(c[n-lag])
		}
	}
	for lag := n - 1; lag >= 0; lag-- {
		out[lag] /= out[0]
	}
	return out
}

// envelope is the level of x in frames of n.
func envelope(x []float64, n int) []float64 {
	var out []float64
	for at := 0; at+n <= len(x); at += n {
		out = append(out, rms(x[at:at+n]))
	}
	return out
}

func db(v float64) float64 { return 20 * math.Log10(v) }

// lineAbove is how far the strongest line of a power spectrum stands above
// the median of its neighbourhood, in dB.
func lineAbove(p []float64, from, to, around int) float64 {
	top := math.Inf(-1)
	for i := from; i < to; i++ {
		near := slices.Clone(p[max(0, i-around):min(len(p), i+around+1)])
		slices.Sort(near)
		top = max(top, 10*math.Log10(p[i]/near[len(near)/2]))
	}
	return top
}

// band returns the level of x between two frequencies in frames of 10 ms.
func band(x []float64, from, to int) []float64 {
	const n, hop = 128, rate / 100
	var out []float64
	frame := make([]complex128, n)
	for at := 0; at+n <= len(x); at += hop {
		for i := range frame {
			frame[i] = complex(x[at+i]*(0.5-0.5*math.Cos(2*math.Pi*float64(i)/n)), 0)
		}
		fft(frame)
		sum := 0.0
		for f := from * n / rate; f < to*n/rate; f++ {
			sum += real(frame[f])*real(frame[f]) + imag(frame[f])*imag(frame[f])
		}
		out = append(out, math.Sqrt(sum))
	}
	return out
}
