package voice

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestPower holds the transform against its definition.
func TestPower(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	var x [Window]float32
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	var p [half]float32
	power(&x, &p)
	for k := 1; k < half; k++ {
		var re, im float64
		for i, v := range x {
			s, c := math.Sincos(2 * math.Pi * float64(k*i) / Window)
			re, im = re+float64(v)*c, im-float64(v)*s
		}
		want := (re*re + im*im) * 2 / (Window * Window * hannPower)
		if math.Abs(float64(p[k])-want) > 1e-5*(want+1) {
			t.Fatalf("bin %d: %v, want %v", k, p[k], want)
		}
	}
}

func TestDecibel(t *testing.T) {
	t.Parallel()
	for p := 1e-11; p < 10; p *= 1.07 {
		if got, want := float64(decibel(float32(p))), 10*math.Log10(p); math.Abs(got-want) > 0.03 {
			t.Fatalf("%v is %v dB, want %v", p, got, want)
		}
	}
	if decibel(0) != -120 {
		t.Error("nothing has a level")
	}
}

// TestLevel: a sine in the middle of the band has its own level.
func TestLevel(t *testing.T) {
	t.Parallel()
	for _, hz := range []float64{300, 1000, 3000} {
		var a Analyser
		var f Frame
		a.Frame(wave(hz, 0.1), &f)
		if want := 20*math.Log10(0.1) - 3.01; math.Abs(float64(f.Level)-want) > 0.1 {
			t.Errorf("%v Hz: %v dBFS, want %.2f", hz, f.Level, want)
		}
		if f.Peak < 0.98 {
			t.Errorf("%v Hz: two peaks have %v of it", hz, f.Peak)
		}
	}
	var a Analyser
	var f Frame
	if a.Frame(wave(50, 0.3), &f); f.Level > -50 {
		t.Errorf("hum has %v dBFS", f.Level)
	}
}

// TestPitch: a pulse train has its pitch, to a fiftieth; above 300 Hz the lags are too
// coarse to tell it from its octave.
func TestPitch(t *testing.T) {
	t.Parallel()
	for _, hz := range []float64{75, 110, 180, 260} {
		var x [Window]int16
		for i := range x {
			for k := 1.0; k*hz < 1500; k++ {
				x[i] += int16(1500 / k * math.Cos(2*math.Pi*k*hz*float64(i)/8000))
			}
		}
		voiced, height := pitch(&x)
		if got := 60 * math.Exp2(float64(height)); voiced < 0.9 || math.Abs(got/hz-1) > 0.02 {
			t.Errorf("%v Hz: %.1f Hz, correlation %v", hz, got, voiced)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	var x [Window]int16
	for i := range x {
		x[i] = int16(r.NormFloat64() * 1000)
	}
	if voiced, _ := pitch(&x); voiced > 0.6 {
		t.Errorf("noise has a pitch: %v", voiced)
	}
}

// TestFinite: no window gives a feature that is no number, or one far out.
func TestFinite(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	var a Analyser
	var f Frame
	for n := range 400 {
		var x [Window]int16
		switch n % 4 {
		case 1:
			x[r.IntN(Window)] = -32768
		case 2:
			for i := range x {
				x[i] = int16(r.Uint32())
			}
		case 3:
			for i := range x {
				x[i] = int16(65535*(i&1) - 32768)
			}
		}
		a.Frame(&x, &f)
		for i, v := range f.Features {
			if !(v > -10 && v < 10) {
				t.Fatalf("window %d: feature %d is %v", n, i, v)
			}
		}
		if speech, tone := Judge(&f.Features); speech != speech || tone != tone {
			t.Fatalf("window %d: judged %v, %v", n, speech, tone)
		}
	}
}

func wave(hz, amplitude float64) *[Window]int16 {
	var x [Window]int16
	for i := range x {
		x[i] = int16(32767 * amplitude * math.Sin(2*math.Pi*hz*float64(i)/8000))
	}
	return &x
}

// TestProducts holds the four lags at a time against one at a time.
func TestProducts(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 2))
	var x [pairs]float32
	for i := range x {
		x[i] = float32(r.NormFloat64())
	}
	for lag, got := range products(&x) {
		want := 0.0
		for i := 0; i+lag < pairs; i++ {
			want += float64(x[i]) * float64(x[i+lag])
		}
		if lag < shortest-1 {
			want = 0
		}
		if math.Abs(float64(got)-want) > 1e-4 {
			t.Errorf("lag %d: %v, want %v", lag, got, want)
		}
	}
}

// TestSilence: frames in which nothing came are frames of digital silence.
func TestSilence(t *testing.T) {
	t.Parallel()
	for _, frames := range []int{1, 2, 3, 40} {
		var a, b Analyser
		var f, g Frame
		for _, an := range []*Analyser{&a, &b} {
			an.Frame(wave(500, 0.1), &f)
		}
		a.Silence(frames)
		for range frames {
			b.Frame(&[Window]int16{}, &g)
		}
		a.Frame(wave(300, 0.1), &f)
		b.Frame(wave(300, 0.1), &g)
		if f != g {
			t.Errorf("%d frames:\n%v\n%v", frames, f, g)
		}
	}
}
