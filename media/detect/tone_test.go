package detect_test

import (
	"testing"

	"tregua/media"
	"tregua/media/codec"
)

// TestToneEnds: whoever speaks right after a tone is taken for more of it for
// 300 ms at most, and the tone itself for nothing else once it is known.
func TestToneEnds(t *testing.T) {
	t.Parallel()
	const before, most = 50, 15 // frames of 20 ms
	for seed := range uint64(40) {
		call := newCall(codec.PCMA)
		states := call.line(join(tones(1, -20, 425), speech(2, -20, seed)), 160)
		for i, s := range states[10:before] {
			if s != media.Tone {
				t.Errorf("voice %d: the tone is %v after %d frames", seed, s, i+10)
			}
		}
		lost := 0
		for _, s := range states[before:] {
			if s == media.Tone {
				lost++
			}
		}
		if lost > most {
			t.Errorf("voice %d: %d frames after the tone are taken for it", seed, lost)
		}
	}
}
