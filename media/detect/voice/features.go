package voice

// The features, in order. dB are divided by 20 and counts by their range, so
// that all are near -1 to 1.
const (
	fLevel      = iota // level, from -40 dBFS
	fAboveFloor        // level over the lowest of the last second
	fBelowPeak         // level under the highest of the last 0.4 s
	fFlat              // spectral flatness
	fPeak1             // share of the strongest peak, of two, of four
	fPeak2
	fPeak4
	fVoiced   // strongest normalised correlation at a pitch of 60 to 400 Hz
	fPitch    // log2 of that pitch, weighed by it
	fBand     // seven bands relative to the level
	fHum      = fBand + bands
	fCentroid = iota + bands - 1
	fFlux1    // how far the bands moved since the last frame, and the one three before
	fFlux3
	fGlide     // how far the strongest peak moved
	fPitchMove // how far the pitch moved
	// of the last 10 frames
	fLevelStd10
	fVoiced10
	// of the last 20 frames
	fCount20
	fLevelStd20
	fRange20
	fStep20
	fFlux20
	fVoiced20
	fVoicedStd20
	fPitchStd20
	fFlat20
	fFlatStd20
	fPeak20
	fGlide20
	fCentroidStd20
	fHeld20 // share of voiced frames whose pitch is the last one's
	// of the last 50 frames
	fLevelStd50
	fFlux50
	fVoiced50
	fHeld50
	fGlide50
	fPeak50
	fCount50
	// of lines: peaks that stay where they are
	fOld5 // share of the power that is on lines of 5, 10, 20 frames
	fOld10
	fOld20
	fLines // share of the peaks that are on lines of 10 frames
	fOld10Of20
	fLinesOf20
	// of the last 2 s of sound
	fSlowCount
	fSlowFlux
	fSlowVoiced
	fSlowHeld
	fSlowFlat
	fSlowPeak
	fSlowLow
	fSlowOld
	fSlowLines
	fSlowLevelStd
	fSlowBandStd
	fSlowOdd // how far the frame's bands are from those
	// of the other side, by Frame.Other
	fOther       // 1: the other side is or has just been loud
	fOtherLoss   // how far under it the frame is
	fOtherLike   // how like the other side's signal, if that is known
	fOtherKnown  // 1: it is
	fOtherLouder // how far over what has come of the other side so far, if that is known

	// Features is how many there are.
	Features = iota + bands - 1
)

const bands = 7

// edges of the bands as bins of 31.25 Hz: 156 Hz to 3.7 kHz.
var edges = [bands + 1]int{5, 13, 23, 36, 52, 71, 93, 119}

// kept is what later frames ask of an earlier one.
type kept struct {
	level, voiced, pitch, flat, peak, peakAt, centroid float32
	flux, glide, step                                  float32
	held                                               float32 // 1: voiced and the pitch is the last one's
	low, old, lines                                    float32
	band                                               [bands]float32
}

const memory = 64 // frames kept, a power of two; 50 are used

// Analyser holds the last 1.3 s of one signal, and what the last 2 s were
// like. The zero value is ready.
type Analyser struct {
	n     int // frames so far
	past  [memory]kept
	lines lines
	slow  slow
}

// Reset forgets the signal.
func (a *Analyser) Reset() { *a = Analyser{} }

// Frame is what one window gave.
type Frame struct {
	Level    float32 // dBFS, -120 for nothing
	Peak     float32 // share of the two strongest peaks, 0..1
	Glide    float32 // bins that the strongest peak moved, at most 4
	Features [Features]float32
}

// Silence lets frames pass in which nothing came, so that what comes next is
// seen to begin.
func (a *Analyser) Silence(frames int) {
	var zero [Window]int16
	var f Frame
	for i := range min(frames, memory) {
		if i < 2 {
			a.Frame(&zero, &f)
			continue
		}
		a.past[a.n&(memory-1)] = *a.at(1)
		a.n++
	}
}

// Other says what the other side of the call makes of the frame: how many dB
// the frame is under it, how like it the frame is (0.5: by chance; 0: not
// known), and how many dB the frame is over the loudest that has come of the
// other side (0: not known). It is not called while the other side is silent.
func (f *Frame) Other(loss, like, louder float32) {
	v := &f.Features
	v[fOther] = 1
	v[fOtherLoss] = min(max(loss, -20), 60) / 20
	v[fOtherLouder] = min(max(louder, -20), 20) / 10
	if like > 0 {
		v[fOtherLike], v[fOtherKnown] = (like-0.55)*6, 1
	}
}

// Frame analyses the window of samples that ends now, Hop after the last.
func (a *Analyser) Frame(samples *[Window]int16, f *Frame) {
	var x [Window]float32
	for i, s := range samples {
		x[i] = float32(s) * hann[i]
	}
	var p [half]float32
	power(&x, &p)
	var k kept
	v := &f.Features
	a.spectrum(&p, &k, v)
	k.voiced, k.pitch = pitch(samples)
	a.motion(&k, v)
	a.slow.add(&k, v)
	a.past[a.n&(memory-1)] = k
	a.n++
	a.context(&k, v)
	f.Level, f.Peak, f.Glide = k.level, v[fPeak2], k.glide
	v[fOther], v[fOtherLoss], v[fOtherLike], v[fOtherKnown], v[fOtherLouder] = 0, 0, 0, 0, 0
}

// spectrum fills in what the window alone says.
func (a *Analyser) spectrum(p *[half]float32, k *kept, v *[Features]float32) {
	var total, moment float32 = 1e-12, 0
	var logs float32
	for b := range bands {
		var sum float32 = 1e-13
		for i := edges[b]; i < edges[b+1]; i++ {
			sum += p[i]
			moment += p[i] * float32(i)
			logs += log2(p[i] + 1e-14)
		}
		total += sum
		k.band[b] = decibel(sum)
	}
	k.level = decibel(total)
	for b := range bands {
		k.band[b] = max(k.band[b]-k.level, -50)
		v[fBand+b] = k.band[b] / 20
	}
	low := p[1] + p[2] + p[3] + p[4] + 1e-13
	k.low = min(max(decibel(low)-k.level, -40), 40)
	v[fHum] = k.low / 20
	const bins = 119 - 5
	k.flat = max(3.0103*(logs/bins-log2(total/bins)), -40)
	k.centroid = moment / total / 32
	v[fFlat], v[fCentroid] = k.flat/20, k.centroid
	peaks(p, total, k, v)
	a.lines.follow(p, total, k, v)
}

// peaks finds the four strongest maxima, three bins each.
func peaks(p *[half]float32, total float32, k *kept, v *[Features]float32) {
	var top [4]float32
	at := 0
	for i := edges[0]; i < edges[bands]; i++ {
		if p[i] <= p[i-1] || p[i] < p[i+1] {
			continue
		}
		sum := p[i-1] + p[i] + p[i+1]
		if sum > top[0] {
			at = i
		}
		for j := range top {
			if sum > top[j] {
				sum, top[j] = top[j], sum
			}
		}
	}
	v[fPeak1] = top[0] / total
	v[fPeak2] = (top[0] + top[1]) / total
	v[fPeak4] = (top[0] + top[1] + top[2] + top[3]) / total
	k.peak = min(v[fPeak2], 1)
	if at > 0 {
		// The centre of mass of the three bins is a frequency finer than a bin.
		k.peakAt = float32(at) + (p[at+1]-p[at-1])/(p[at-1]+p[at]+p[at+1])
	}
}

// isVoiced is the correlation from which a pitch means something.
const isVoiced = 0.55

// motion fills in how the frame differs from those before it.
func (a *Analyser) motion(k *kept, v *[Features]float32) {
	v[fLevel] = (max(k.level, -80) + 40) / 20
	v[fVoiced] = k.voiced
	v[fPitch] = k.voiced * (k.pitch - 1) / 1.5
	v[fFlux1], v[fFlux3], v[fGlide], v[fPitchMove] = 0, 0, 0, 0
	if a.n == 0 {
		return
	}
	last := a.at(1)
	k.flux = distance(&k.band, &last.band)
	k.step = min(abs(k.level-last.level), 40)
	k.glide = min(abs(k.peakAt-last.peakAt), 4)
	v[fFlux1], v[fGlide] = k.flux/10, k.glide/4
	v[fFlux3] = distance(&k.band, &a.at(min(3, a.n)).band) / 10
	if k.voiced > isVoiced && last.voiced > isVoiced {
		moved := abs(k.pitch - last.pitch)
		v[fPitchMove] = min(moved, 0.5) * 4
		if moved < 0.012 {
			k.held = 1
		}
	}
}

// at returns the frame that came back frames ago; 1 is the last one kept.
func (a *Analyser) at(back int) *kept { return &a.past[(a.n-back)&(memory-1)] }

func distance(a, b *[bands]float32) (d float32) {
	for i := range a {
		d += abs(a[i] - b[i])
	}
	return d / bands
}

func abs(x float32) float32 { return max(x, -x) }
