package voice

import "math"

// sums adds up what a stretch of frames says.
type sums struct {
	n, voiced, held              float32
	level, level2, low, high     float32
	step, flux, glide, peak      float32
	correlation, correlation2    float32
	flat, flat2, centre, centre2 float32
	pitch, pitch2                float32
	old, lines                   float32
}

func (s *sums) add(k *kept) {
	level := max(k.level, -80)
	if s.n == 0 {
		s.low, s.high = level, level
	}
	s.n++
	s.level += level
	s.level2 += level * level
	s.low, s.high = min(s.low, level), max(s.high, level)
	s.step += k.step
	s.flux += k.flux
	s.glide += k.glide
	s.peak += k.peak
	s.held += k.held
	s.old += k.old
	s.lines += k.lines
	s.correlation += k.voiced
	s.correlation2 += k.voiced * k.voiced
	s.flat += k.flat
	s.flat2 += k.flat * k.flat
	s.centre += k.centroid
	s.centre2 += k.centroid * k.centroid
	if k.voiced > isVoiced {
		s.voiced++
		s.pitch += k.pitch
		s.pitch2 += k.pitch * k.pitch
	}
}

// context fills in what the last 10, 20 and 50 frames say together; k is the
// newest of them.
func (a *Analyser) context(k *kept, v *[Features]float32) {
	var s sums
	for back := 1; back <= min(a.n, 50); back++ {
		s.add(a.at(back))
		switch back {
		case 10:
			tenth(&s, v)
		case 20:
			twentieth(&s, k, v)
		}
	}
	if a.n < 10 {
		tenth(&s, v)
	}
	if a.n < 20 {
		twentieth(&s, k, v)
	}
	v[fLevelStd50] = std(s.n, s.level, s.level2) / 10
	v[fFlux50] = s.flux / s.n / 10
	v[fVoiced50] = s.voiced / s.n
	v[fHeld50] = s.held / max(s.voiced, 1)
	v[fGlide50] = s.glide / s.n / 4
	v[fPeak50] = s.peak / s.n
	v[fCount50] = s.n / 50
	v[fAboveFloor] = min(max(k.level, -80)-s.low, 60) / 20
}

func tenth(s *sums, v *[Features]float32) {
	v[fLevelStd10] = std(s.n, s.level, s.level2) / 10
	v[fVoiced10] = s.voiced / s.n
}

func twentieth(s *sums, k *kept, v *[Features]float32) {
	v[fCount20] = s.n / 20
	v[fBelowPeak] = (s.high - max(k.level, -80)) / 20
	v[fLevelStd20] = std(s.n, s.level, s.level2) / 10
	v[fRange20] = (s.high - s.low) / 30
	v[fStep20] = s.step / s.n / 10
	v[fFlux20] = s.flux / s.n / 10
	v[fVoiced20] = s.voiced / s.n
	v[fVoicedStd20] = std(s.n, s.correlation, s.correlation2) * 2
	v[fPitchStd20] = std(max(s.voiced, 1), s.pitch, s.pitch2) * 2
	v[fFlat20] = s.flat / s.n / 20
	v[fFlatStd20] = std(s.n, s.flat, s.flat2) / 10
	v[fPeak20] = s.peak / s.n
	v[fGlide20] = s.glide / s.n / 4
	v[fCentroidStd20] = std(s.n, s.centre, s.centre2) * 2
	v[fHeld20] = s.held / max(s.voiced, 1)
	v[fOld10Of20] = s.old / s.n
	v[fLinesOf20] = s.lines / s.n
}

// std is the standard deviation of n values with that sum and sum of squares.
func std(n, sum, squares float32) float32 {
	mean := sum / n
	return float32(math.Sqrt(float64(max(squares/n-mean*mean, 0))))
}
