package detect

import (
	"time"

	"tregua/media"
	"tregua/media/detect/voice"
)

// Evidence is what a state rests on. Durations are since Reset; levels in
// dBFS, -120 for silence or nothing yet.
type Evidence struct {
	Operator bool          // found
	Onset    time.Duration // when what led to it, or is now pending, began
	Decided  time.Duration // when it was found

	Packets uint32 // of the PBX's side
	Late    uint32 // too late or twice, not looked at
	Missing uint32 // samples that did not come between packets that did
	Unheard uint32 // of a payload type that is no audio known, comfort noise or telephone-event

	Frames  uint32 // of 20 ms that were looked at
	Speech  uint32 // that spoke for an operator
	Tones   uint32 // that were tone or music
	Weak    uint32 // under Config.MinLevel
	Guarded uint32 // that may be the callee's echo

	Level  float32 // of the last frame
	Peak   float32 // of the loudest
	Floor  float32 // of the faintest
	Callee float32 // loudest of the callee within Config.EchoSpan, at the last frame
	Score  float32 // the sum that Config.Decide is compared with

	Distinct int    // byte values in the first 500 ms of audio
	Repeated uint32 // packets whose payload was the one before again

	State media.State   // after the last packet
	Since time.Duration // when it began
}

func (e *Evidence) reset() { e.Level, e.Peak, e.Floor, e.Callee = -120, -120, -120, -120 }

func (e *Evidence) note(s media.State, at time.Duration) {
	if s != e.State {
		e.State, e.Since = s, at
	}
}

func (e *Evidence) frame(f *voice.Frame, g Gate) {
	e.Level = f.Level
	e.Peak = max(e.Peak, f.Level)
	if e.Frames == 0 || f.Level < e.Floor {
		e.Floor = f.Level
	}
	e.Frames++
	switch g {
	case TooWeak:
		e.Weak++
	case Echoed, Doubtful:
		e.Guarded++
	case Open, Unlikely:
	}
}
