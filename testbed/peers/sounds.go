package peers

import (
	"math"
	"math/rand/v2"
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
