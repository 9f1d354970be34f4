package detect

import (
	"time"

	"tregua/media/detect/voice"
)

// Step is one frame of the PBX's side and what was made of it.
type Step struct {
	At     time.Duration // when its packet came, since Reset
	End    uint32        // RTP timestamp after its last sample
	Hole   int           // frames that did not come before it, if too many to be forgiven
	Frame  *voice.Frame  // valid until Each returns
	Speech float32       // log-odds that it is speech
	Gate   Gate
	Steady bool    // it is a tone that stays where it is
	Score  float32 // the sum with it
}

// Sum is the sum after a frame, and whether the frame spoke for an operator.
// Sound that is no speech, as of music, pushes it under zero, down to what
// Config.Debt allows; frames that are too weak bring it back towards zero.
func (c *Config) Sum(sum float32, s *Step) (next float32, up bool) {
	if s.Gate == TooWeak {
		return c.still(sum, 1, c.WeakTakes), false
	}
	gain := c.gain(s)
	return max(-c.Debt, sum+gain), gain > 0
}

// Lost is the sum after so many frames that did not come.
func (c *Config) Lost(sum float32, frames int) float32 {
	return c.still(sum, float32(max(min(frames, 100)-forgiven, 0)), c.HoleTakes)
}

// still moves the sum towards zero.
func (c *Config) still(sum, frames, takes float32) float32 {
	if sum < 0 {
		return min(0, sum+frames*c.Forgives)
	}
	return max(0, sum-frames*takes)
}

// gain is what a frame adds to the sum, by the log-odds that it is speech and
// what the gates say.
func (c *Config) gain(s *Step) float32 {
	gain := min(max(s.Speech-c.Bias, -c.Least), c.Most)
	if s.Steady {
		gain = min(gain, -c.SteadyTakes)
	}
	switch s.Gate {
	case Echoed:
		return min(gain, -c.EchoTakes)
	case Doubtful:
		return min(gain, -c.DoubtTakes)
	case Unlikely:
		return min(gain, c.UnlikelyAdds)
	case Open, TooWeak:
	}
	return gain
}

// Enough is the sum from which there is an operator, at a time since Reset.
func (c *Config) Enough(at time.Duration) float32 {
	late := float32(at-c.LateFrom) / float32(c.LateTo-c.LateFrom)
	return c.Decide + (c.DecideLate-c.Decide)*min(max(late, 0), 1)
}
