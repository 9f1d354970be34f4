package detect

import (
	"fmt"
	"time"
)

// Config holds the figures of a detector. Levels are in dBFS, 0 the mean
// square of a full-scale square wave, of 20 ms within 150 to 3700 Hz.
type Config struct {
	// MinLevel is the level under which a frame is not speech.
	MinLevel float32
	// Bias is taken from the log-odds of every frame that it is speech, before
	// they are added up: the higher, the more a frame must be like speech.
	Bias float32
	// Most is the most that one frame adds to the sum, Least the most that one
	// takes from it.
	Most, Least float32
	// Decide is the sum from which there is an operator.
	Decide float32
	// DecideLate is that sum from LateTo on; from LateFrom on it falls to it.
	// Who begins shortly before the cut has less time to be sure of.
	DecideLate       float32
	LateFrom, LateTo time.Duration
	// Debt is how far under zero sound that is no speech pushes the sum, and
	// Forgives what each frame brings back that is too weak or did not come.
	Debt, Forgives float32
	// What frames take from the sum at least: that did not come, of a steady
	// tone, too weak, of an echo, of what may be one; and what one adds at most
	// that is weaker than the callee but hardly an echo.
	HoleTakes, SteadyTakes, WeakTakes, EchoTakes, DoubtTakes, UnlikelyAdds float32
	// TonePeak is the share of the two strongest peaks from which a frame whose
	// strongest peak stays where it was is a tone.
	TonePeak float32
	// EchoLevel is the level of the callee in the last EchoSpan from which
	// the line may carry the callee's echo; a frame that is weaker than the callee by
	// EchoLoss (dB) or more is then compared with what the callee said.
	EchoLevel float32
	EchoLoss  float32
	EchoSpan  time.Duration
	// EchoLike and EchoDoubt are how like the callee's the last 128 ms must be
	// (0.5: by chance) for the frame to count against speech, or not to count.
	EchoLike  float32
	EchoDoubt float32
	// Hold is how long after the last packet with sound a line is still called
	// tone or quiet, though nothing, comfort noise or digital silence follow.
	Hold time.Duration
	// Each, if not nil, is told every frame, for those who tune or draw.
	Each func(Step)
}

// DefaultConfig returns the figures that were tuned on the tuning half of
// testbed/corpus.
func DefaultConfig() Config {
	return Config{
		MinLevel:     -52,
		Bias:         -1.23,
		Most:         3.26,
		Least:        0.65,
		Decide:       6.66,
		DecideLate:   6.66,
		LateFrom:     2300 * time.Millisecond,
		LateTo:       2800 * time.Millisecond,
		TonePeak:     0.98,
		Debt:         7.53,
		Forgives:     0.26,
		HoleTakes:    1.5,
		SteadyTakes:  0.39,
		WeakTakes:    0.76,
		EchoTakes:    0.57,
		DoubtTakes:   0.19,
		UnlikelyAdds: 5.5,
		EchoLevel:    -45,
		EchoLoss:     13,
		EchoLike:     0.64,
		EchoDoubt:    0.60,
		EchoSpan:     300 * time.Millisecond,
		Hold:         500 * time.Millisecond,
	}
}

// Validate returns what is wrong with the figures, or nil.
func (c *Config) Validate() error {
	type bounds struct {
		name           string
		value, low, up float32
	}
	for _, b := range []bounds{
		{"MinLevel", c.MinLevel, -90, 0},
		{"Bias", c.Bias, -20, 20},
		{"Most", c.Most, 0.1, 100},
		{"Least", c.Least, 0.1, 100},
		{"Decide", c.Decide, 0.1, 10000},
		{"DecideLate", c.DecideLate, 0.1, c.Decide},
		{"LateFrom in seconds", float32(c.LateFrom.Seconds()), 0, 60},
		{"LateTo in seconds", float32(c.LateTo.Seconds()), float32(c.LateFrom.Seconds()) + 0.01, 61},
		{"Debt", c.Debt, 0, 1000},
		{"Forgives", c.Forgives, 0, 1000},
		{"HoleTakes", c.HoleTakes, 0, 100},
		{"SteadyTakes", c.SteadyTakes, 0, 100},
		{"WeakTakes", c.WeakTakes, 0, 100},
		{"EchoTakes", c.EchoTakes, 0, 100},
		{"DoubtTakes", c.DoubtTakes, 0, 100},
		{"UnlikelyAdds", c.UnlikelyAdds, 0, 100},
		{"TonePeak", c.TonePeak, 0, 1},
		{"EchoLevel", c.EchoLevel, -90, 0},
		{"EchoLoss", c.EchoLoss, 0, 90},
		{"EchoLike", c.EchoLike, 0.5, 1},
		{"EchoDoubt", c.EchoDoubt, 0.5, c.EchoLike},
		{"EchoSpan in seconds", float32(c.EchoSpan.Seconds()), 0, float32(slots*slot) / float32(time.Second)},
		{"Hold in seconds", float32(c.Hold.Seconds()), 0.02, 10},
	} {
		if !(b.value >= b.low && b.value <= b.up) { // no number is neither
			return fmt.Errorf("detect: %s is %v, want %v to %v", b.name, b.value, b.low, b.up)
		}
	}
	return nil
}
