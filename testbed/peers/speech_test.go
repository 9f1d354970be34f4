package peers

import (
	"math"
	"slices"
	"testing"
)

// rms is the root mean square of samples in dBFS.
func rms(x []int16) float64 {
	sum := 1e-9
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(sum/float64(len(x))/(1<<30))
}

// TestSpeech: a person of any seed is heard at once, at the level of speech,
// swells with syllables, and pauses for breath.
func TestSpeech(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		x := speech(seed, 8)
		if seed < 3 && (len(x) != 8*sampleRate || !slices.Equal(x, speech(seed, 8)) || slices.Equal(x, speech(seed+1, 8))) {
			t.Errorf("seed %d does not name a person", seed)
		}
		loud := slices.Max([]float64{rms(x[:samples*2]), rms(x[samples*2 : samples*5]), rms(x[samples*5 : samples*8])})
		if loud < speechLevel-15 {
			t.Errorf("seed %d begins at %.1f dBFS", seed, loud)
		}
		var levels []float64
		for part := range slices.Chunk(x, samples) {
			levels = append(levels, rms(part))
		}
		speaks, pauses, rises := 0, 0, 0
		for i, l := range levels {
			switch {
			case l > speechLevel-20:
				speaks++
			case l < floorLevel+5:
				pauses++
			}
			if i > 2 && l-levels[i-2] > 4 && levels[i-1]-levels[i-3] <= 4 {
				rises++
			}
		}
		// In 8 s: 400 frames, 32 to 42 syllables less the pauses.
		if speaks < 200 || pauses < 8 || rises < 12 || rises > 50 {
			t.Errorf("seed %d: %d frames of speech, %d of pause, %d syllables", seed, speaks, pauses, rises)
		}
		if l := rms(x); l > speechLevel+1 || l < speechLevel-4 {
			t.Errorf("seed %d: %.1f dBFS with its pauses", seed, l)
		}
	}
}
