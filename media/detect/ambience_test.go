package detect_test

import (
	"testing"

	"tregua/media"
	"tregua/media/ambience"
	"tregua/media/codec"
)

// TestAmbienceIsNoOperator: what we play to the callee may come back. The PBX
// gets the callee's packets alone, so it is his phone that gives some of it
// back and the PBX's side that echoes that, with the callee's packets to
// compare; where a call is sent back to the carrier it came from, what we play
// on one leg may come with no packet of the callee beside it, and then by two
// hybrids, 20 dB or more. None of that is an operator.
func TestAmbienceIsNoOperator(t *testing.T) {
	t.Parallel()
	sound := ambience.New(ambience.Config{})
	played := func(phase uint32) []float64 {
		cursor := sound.Cursor(phase)
		var out []float64
		for len(out) < 3*rate {
			for _, s := range cursor.NextLinear(160) {
				out = append(out, float64(s)/32768)
			}
		}
		return out
	}
	// through is a path with a return loss in dB and a delay in samples.
	through := func(in []float64, loss float64, delay int) []float64 {
		delayed := append(make([]float64, delay+4), in...)
		return seconds(3, func(at float64) float64 {
			i := int(at*rate+0.5) + 4
			return (0.85*delayed[i] + 0.35*delayed[i-2] - 0.2*delayed[i-4]) * dB(-loss)
		})
	}
	cases := 0
	for phase := range uint32(4) {
		in := played(phase << 30)
		for _, loss := range []float64{15, 20, 25, 30, 40} {
			for _, delay := range []int{160, 1280} {
				for _, phone := range []float64{-1, 0, 10} { // -1: not in the callee's packets
					if phone < 0 && loss < 20 {
						continue
					}
					line, callee := through(in, loss, delay), silence(3)
					if phone >= 0 {
						callee = through(in, phone, 320)
						line = through(callee, loss, delay)
					}
					for _, floor := range []float64{-120, -65} {
						call := newCall(codec.PCMA)
						cases++
						if got := call.both(mix(line, noise(3, floor)), callee); got == media.Operator {
							t.Errorf("phase %d/4, loss %v dB, delay %d ms, phone %v dB, floor %v: operator; %+v",
								phase, loss, delay/8, phone, floor, call.d.Evidence())
						}
					}
				}
			}
		}
	}
	if cases != 4*2*2*(5*2+4) {
		t.Errorf("%d cases", cases)
	}
}
