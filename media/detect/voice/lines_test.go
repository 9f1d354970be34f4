package voice

import (
	"math"
	"testing"
)

// played feeds frames of a sound, given by its phase over time, and returns
// the last.
func played(frames int, phase func(t float64) float64) (a Analyser, f Frame) {
	for n := range frames {
		var x [Window]int16
		for i := range x {
			x[i] = int16(4000 * math.Sin(phase(float64(n*Hop+i)/8000)))
		}
		a.Frame(&x, &f)
	}
	return a, f
}

// TestLines: a note that is held lies on a line of its age, one that glides as
// a voice does has none that is old, and a gap of one frame ends no line.
func TestLines(t *testing.T) {
	t.Parallel()
	held := func(t float64) float64 { return 2 * math.Pi * 700 * t }
	glide := func(t float64) float64 { return 2 * math.Pi * (700*t + 100*t*t) }
	for _, c := range []struct {
		name               string
		frames             int
		sound              func(float64) float64
		old5, old10, old20 bool
	}{
		{"4 frames", 4, held, false, false, false},
		{"5 frames", 5, held, true, false, false},
		{"10 frames", 10, held, true, true, false},
		{"20 frames", 20, held, true, true, true},
		{"a glide", 40, glide, false, false, false},
	} {
		_, f := played(c.frames, c.sound)
		for _, share := range []struct {
			feature int
			want    bool
		}{{fOld5, c.old5}, {fOld10, c.old10}, {fOld20, c.old20}} {
			if got := f.Features[share.feature]; got > 0.9 != share.want || got > 0 && got <= 0.9 {
				t.Errorf("%s: feature %d is %v, want near 1: %v", c.name, share.feature, got, share.want)
			}
		}
	}
	for gap, want := range []bool{true, true, false, false} {
		a, f := played(12, held)
		for range gap {
			a.Frame(&[Window]int16{}, &f)
		}
		if a.Frame(wave(700, 0.1), &f); f.Features[fOld10] > 0.9 != want {
			t.Errorf("after %d frames without it %v is on the line, want near 1: %v", gap, f.Features[fOld10], want)
		}
	}
}

// TestSlow: what was like something else is odd, and silence changes nothing
// of what the sound was like.
func TestSlow(t *testing.T) {
	t.Parallel()
	a, f := played(150, func(t float64) float64 { return 2 * math.Pi * 700 * t })
	if v := &f.Features; v[fSlowCount] != 1 || v[fSlowOld] < 0.9 || v[fSlowOdd] > 0.1 {
		t.Errorf("a tone: %v of the frames, %v on old lines, %v odd", v[fSlowCount], v[fSlowOld], v[fSlowOdd])
	}
	old := f.Features[fSlowOld]
	a.Silence(50)
	a.Frame(&[Window]int16{}, &f)
	if f.Features[fSlowOld] != old {
		t.Errorf("silence: %v on old lines, was %v", f.Features[fSlowOld], old)
	}
	if a.Frame(wave(2500, 0.1), &f); f.Features[fSlowOdd] < 0.5 {
		t.Errorf("another tone is %v odd", f.Features[fSlowOdd])
	}
}
