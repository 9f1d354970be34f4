package voice

// slow holds what the last 2 s of sound were like: means that forget.
type slow struct {
	n                                               float32 // frames, at most slowMost
	flux, voiced, held, flat, peak, low, old, lines float32
	level, level2                                   float32
	band, band2                                     [bands]float32
}

const (
	slowMost  = 100 // frames
	slowLevel = -60 // dBFS under which a frame is no sound
)

// add takes one frame, and fills in what it and those before it were like.
func (s *slow) add(k *kept, v *[Features]float32) {
	if k.level >= slowLevel {
		s.take(k)
	}
	v[fSlowCount] = s.n / slowMost
	v[fSlowFlux] = s.flux / 10
	v[fSlowVoiced] = s.voiced
	v[fSlowHeld] = s.held
	v[fSlowFlat] = s.flat / 20
	v[fSlowPeak] = s.peak
	v[fSlowLow] = s.low / 20
	v[fSlowOld] = s.old
	v[fSlowLines] = s.lines
	v[fSlowLevelStd] = std(1, s.level, s.level2) / 10
	var spread float32
	for b := range bands {
		spread += std(1, s.band[b], s.band2[b])
	}
	v[fSlowBandStd] = spread / bands / 10
	v[fSlowOdd] = 0
	if s.n > 0 {
		v[fSlowOdd] = distance(&k.band, &s.band) / 10
	}
}

func (s *slow) take(k *kept) {
	s.n = min(s.n+1, slowMost)
	part := 1 / s.n
	mean := func(m *float32, x float32) { *m += (x - *m) * part }
	mean(&s.flux, k.flux)
	var voiced float32
	if k.voiced > isVoiced {
		voiced = 1
	}
	mean(&s.voiced, voiced)
	mean(&s.held, k.held)
	mean(&s.flat, k.flat)
	mean(&s.peak, k.peak)
	mean(&s.low, k.low)
	mean(&s.old, k.old)
	mean(&s.lines, k.lines)
	mean(&s.level, k.level)
	mean(&s.level2, k.level*k.level)
	for b, x := range k.band {
		mean(&s.band[b], x)
		mean(&s.band2[b], x*x)
	}
}
