// Package ambience is the comfort noise that the law asks for: the sound of a
// call centre, so that whoever answers hears that somebody is there. New
// synthesises it (a murmur of many voices without a word, keyboards, distant
// phones, the room itself; never hiss, tone or music), FromWAV reads a
// recording. Either gives a Sound: a ring of samples, encoded once per codec
// and shared by all calls, which a Cursor reads from a phase of its own.
package ambience

import (
	"fmt"
	"math"

	"tregua/media/codec"
)

const (
	rate = 8000 // samples per second

	// MaxRead is the most that a Cursor hands out at once, in samples. The
	// ring is followed by that much of its beginning, so that what is read is
	// always one piece.
	MaxRead = 2048

	defaultLevel   = -34
	defaultSeconds = 96
	defaultOfFile  = 180
	minSeconds     = 61 // no repetition within a minute
	maxSeconds     = 300
	minLevel       = -60
	maxLevel       = -16
)

// Config says which sound. The zero value is the default sound.
type Config struct {
	Seed    uint64  // of the synthesis: the same seed is the same sound, byte for byte
	Level   float64 // dBFS, the RMS over the whole ring, full scale 32768; 0 means -34
	Seconds int     // of the ring; 0 means 96. Of a WAV file: at most so much is used, 0 means 180
}

// Validate says what is wrong with c.
func (c Config) Validate() error {
	if c.Level != 0 && (c.Level < minLevel || c.Level > maxLevel) {
		return fmt.Errorf("ambience level %g dBFS: give one from %d to %d", c.Level, minLevel, maxLevel)
	}
	if c.Seconds != 0 && (c.Seconds < minSeconds || c.Seconds > maxSeconds) {
		return fmt.Errorf("ambience of %d s: give %d to %d, so that no repetition is heard", c.Seconds, minSeconds, maxSeconds)
	}
	return nil
}

// level returns the amplitude that is asked for, 1 being full scale. What
// Validate refuses is brought to the nearest bound.
func (c Config) level() float64 {
	db := c.Level
	if db == 0 {
		db = defaultLevel
	}
	return math.Pow(10, min(max(db, minLevel), maxLevel)/20)
}

func (c Config) seconds(otherwise int) int {
	if c.Seconds == 0 {
		return otherwise
	}
	return min(max(c.Seconds, minSeconds), maxSeconds)
}

// Sound is a ring of samples at 8 kHz, linear and encoded. It is immutable:
// any number of cursors may read it at once.
type Sound struct {
	linear []int16 // the ring and MaxRead samples of its beginning
	coded  [2][]byte
}

// New synthesises a sound. It takes about a second of CPU and is best called
// at start, off the packet path.
func New(c Config) *Sound {
	return newSound(synthesise(c.Seed, c.seconds(defaultSeconds)*rate), c.level())
}

// newSound brings a ring to its level and encodes it.
func newSound(ring []float64, level float64) *Sound {
	gain := 32768 * level / rms(ring)
	s := &Sound{linear: make([]int16, 0, len(ring)+MaxRead)}
	for _, v := range ring {
		s.linear = append(s.linear, int16(math.Round(min(max(v*gain, -32767), 32767))))
	}
	s.linear = append(s.linear, s.linear[:MaxRead]...)
	for c := range s.coded {
		s.coded[c] = codec.Codec(c).Append(make([]byte, 0, len(s.linear)), s.linear)
	}
	return s
}

func rms(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(x)))
}

// Len returns the length of the ring in samples.
func (s *Sound) Len() int { return len(s.linear) - MaxRead }

// Linear returns the ring as samples. It must not be written to.
func (s *Sound) Linear() []int16 { return s.linear[:s.Len():s.Len()] }

// Encoded returns the ring as payload of that codec. It must not be written to.
func (s *Sound) Encoded(c codec.Codec) []byte { return s.coded[c][:s.Len():s.Len()] }

// Cursor returns a cursor at a phase: 0 is the beginning of the ring, 1<<31
// its middle.
func (s *Sound) Cursor(phase uint32) Cursor {
	return Cursor{sound: s, at: uint32(uint64(phase) * uint64(s.Len()) >> 32)}
}

// Cursor is a call's place in a Sound: a small value, copied freely, each copy
// going its own way. What it hands out is shared and must not be written to.
// The zero Cursor hands out nothing.
type Cursor struct {
	sound *Sound
	at    uint32
}

// Next returns the next n samples as payload of that codec and moves on. It
// returns fewer if n is above MaxRead.
func (c *Cursor) Next(law codec.Codec, n int) []byte {
	from, to := c.move(n)
	if to == 0 {
		return nil
	}
	return c.sound.coded[law][from:to:to]
}

// NextLinear returns the next n samples and moves on, as Next.
func (c *Cursor) NextLinear(n int) []int16 {
	from, to := c.move(n)
	if to == 0 {
		return nil
	}
	return c.sound.linear[from:to:to]
}

// move takes up to n samples of the way.
func (c *Cursor) move(n int) (from, to int) {
	if c == nil || c.sound == nil || n <= 0 {
		return 0, 0
	}
	n = min(n, MaxRead)
	from = int(c.at)
	next := from + n
	if next >= c.sound.Len() {
		next -= c.sound.Len()
	}
	c.at = uint32(next)
	return from, from + n
}
