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
// closes the mouth now and then, and pauses for breath.
func TestSpeech(t *testing.T) {
	t.Parallel()
	for seed := range uint64(crowd) {
		x := speech(seed, 8)
		if seed < 2 && (len(x) != 8*sampleRate || !slices.Equal(x, speech(seed, 8)) || slices.Equal(x, speech(seed+1, 8))) {
			t.Errorf("seed %d does not name a person", seed)
		}
		loud := slices.Max([]float64{rms(x[:samples*2]), rms(x[samples*2 : samples*5]), rms(x[samples*5 : samples*8])})
		if loud < speechLevel-15 {
			t.Errorf("seed %d begins at %.1f dBFS", seed, loud)
		}
		speaks, stops, breaths, run := 0, 0, 0, 0
		for part := range slices.Chunk(x, samples/2) { // 10 ms
			if l := rms(part); l < speechLevel-25 {
				run++
				continue
			} else if l > speechLevel-20 {
				speaks++
			}
			switch {
			case run >= 15:
				breaths++
			case run >= 2:
				stops++
			}
			run = 0
		}
		if speaks < 400 || breaths < 1 || breaths > 10 || stops < 4 || stops > 40 {
			t.Errorf("seed %d: speaks %d ms of 8000, %d stops, %d breaths", seed, 10*speaks, stops, breaths)
		}
		if l := rms(x); l > speechLevel+1 || l < speechLevel-4 {
			t.Errorf("seed %d: %.1f dBFS with its pauses", seed, l)
		}
	}
}
