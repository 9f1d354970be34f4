package peers

import (
	"math"
	"math/rand/v2"
	"sync"
)

// level returns the amplitude of a level in dBFS.
func level(db float64) float64 { return math.Pow(10, db/20) }

// withFloor returns x times gain with the floor of an analogue line, as
// samples.
func withFloor(x []float64, gain float64, r *rand.Rand) []int16 {
	out := make([]int16, len(x))
	for i, v := range x {
		v = v*gain + r.NormFloat64()*level(floorLevel)
		out[i] = int16(min(max(math.Round(v*32768), -32768), 32767))
	}
	return out
}

// crowd is how many people there are; each is recorded when first needed.
const crowd = 16

var (
	talks      = recordTalks()
	quietLine  = sync.OnceValue(func() []int16 { return withFloor(make([]float64, 5*sampleRate), 0, newRand()) })
	ringback   = sync.OnceValue(func() []int16 { return tone(1, 4) })
	steadyTone = sync.OnceValue(func() []int16 { return tone(1, 0) })
	music      = sync.OnceValue(compose)
)

func recordTalks() (all [crowd]func() []int16) {
	for i := range all {
		all[i] = sync.OnceValue(func() []int16 { return speech(uint64(i), 12) })
	}
	return all
}

// recording returns a ring of whole steps of a sound, nil: it has none. It is
// shared: nobody writes to it.
func recording(s Sound, person uint64) []int16 {
	switch s {
	case Speech:
		return talks[person%crowd]()
	case Quiet:
		return quietLine()
	case Ringback:
		return ringback()
	case Tone:
		return steadyTone()
	case Music:
		return music()
	case Nothing, ComfortNoise, Dead:
	}
	return nil
}

// newRand is the same everywhere, so that a sound is.
func newRand() *rand.Rand { return rand.New(rand.NewPCG(4, 25)) }

// tone is 425 Hz for so many seconds, and as many without. A second has a
// whole number of periods.
func tone(on, off int) []int16 {
	x := make([]float64, (on+off)*sampleRate)
	for i := range on * sampleRate {
		x[i] = math.Sqrt2 * math.Sin(2*math.Pi*425*float64(i)/sampleRate)
	}
	return withFloor(x, level(-20), newRand())
}

// chord is three notes and the four of the melody above them, in half tones
// from A of 220 Hz.
type chord struct{ notes, melody [4]int }

// song is a turn through A minor, F, C and G.
var song = [...]chord{
	{[4]int{-12, 0, 3, 7}, [4]int{12, 15, 19, 15}},
	{[4]int{-16, -4, 0, 3}, [4]int{20, 15, 12, 15}},
	{[4]int{-9, -5, 3, 7}, [4]int{19, 15, 10, 7}},
	{[4]int{-14, -2, 2, 5}, [4]int{14, 17, 22, 17}},
}

// compose plays the song once: 8 s.
func compose() []int16 {
	const beat = sampleRate / 2
	x := make([]float64, len(song)*4*beat)
	for c := range song {
		at := c * 4 * beat
		for _, n := range song[c].notes {
			pluck(x, at, n, 0.5, 1.6)
		}
		for i, n := range song[c].melody {
			pluck(x, at+i*beat, n, 1, 0.45)
		}
	}
	return withFloor(x, level(-20)/spoken(x), newRand())
}

// pluck lays one note on x, round its end: five harmonics that decay in so many
// seconds, the higher the faster.
func pluck(x []float64, at, halfTones int, loud, decay float64) {
	hz := 220 * math.Pow(2, float64(halfTones)/12)
	for k := 1.0; k <= 5; k++ {
		turn, fall := 2*math.Pi*hz*k/sampleRate, math.Exp(-k/(decay*sampleRate))
		b, c := 2*fall*math.Cos(turn), -fall*fall
		y1, y2 := loud/k*math.Sin(turn), 0.0
		for i := range min(int(4*decay*sampleRate), len(x)) {
			rise := min(1, float64(i)/80) // 10 ms
			x[(at+i)%len(x)] += rise * y1
			y1, y2 = b*y1+c*y2, y1
		}
	}
}
