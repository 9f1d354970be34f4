package main

import (
	"image"
	"image/color"
	"math"
	"math/cmplx"
)

const (
	rate    = 8000
	window  = 512 // samples, 64 ms
	hop     = 80  // samples a column
	height  = window / 2
	columns = 12 * rate / hop // of a row
	gap     = 6
)

// spectrogram draws samples: time to the right, frequency upwards, rows below
// each other; -20 dB of full scale a component is white, 70 dB below it black.
func spectrogram(samples []int16) image.Image {
	rows := (len(samples)/hop + columns - 1) / columns
	img := image.NewRGBA(image.Rect(0, 0, columns, rows*(height+gap)))
	var frame [window]complex128
	for c := range len(samples)/hop - window/hop {
		for i := range frame {
			hann := 0.5 - 0.5*math.Cos(2*math.Pi*float64(i)/window)
			frame[i] = complex(hann*float64(samples[c*hop+i])/32768, 0)
		}
		spectrum := fft(frame[:])
		for f := range height {
			db := 20 * math.Log10(cmplx.Abs(spectrum[f])*4/window+1e-9)
			img.Set(c%columns, c/columns*(height+gap)+height-1-f, heat((db+110)/70))
		}
	}
	return img
}

// heat runs from black by blue and red to white.
func heat(v float64) color.RGBA {
	at := func(from, to float64) uint8 { return uint8(255 * min(max((v-from)/(to-from), 0), 1)) }
	return color.RGBA{R: at(0.35, 0.7), G: at(0.6, 0.95), B: max(at(0.05, 0.4)/2, at(0.8, 1)), A: 255}
}

// fft transforms x, whose length is a power of two, in place.
func fft(x []complex128) []complex128 {
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
	for size := 2; size <= n; size <<= 1 {
		turn := cmplx.Rect(1, -2*math.Pi/float64(size))
		for from := 0; from < n; from += size {
			w := complex(1, 0)
			for k := from; k < from+size/2; k++ {
				a, b := x[k], w*x[k+size/2]
				x[k], x[k+size/2] = a+b, a-b
				w *= turn
			}
		}
	}
	return x
}

// level is the RMS in dB of full scale.
func level(samples []int16) float64 {
	sum := 0.0
	for _, v := range samples {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(sum/float64(len(samples))/(32768*32768))
}

func peak(samples []int16) float64 {
	top := 1.0
	for _, v := range samples {
		top = max(top, math.Abs(float64(v)))
	}
	return 20 * math.Log10(top/32768)
}
