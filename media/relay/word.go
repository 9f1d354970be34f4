package relay

import (
	"sync/atomic"
	"time"

	"tregua/media"
)

// word is media.Heard as the worker writes it and anybody reads it, with no
// lock between them. state is written last and read first, so that who reads
// an operator reads his times too.
type word struct {
	onset, decided, ambience atomic.Int64
	state                    atomic.Uint64 // watch << 16 | turning | deaf << 8 | State; watch counts them
}

// turning in state says that the times are still those of the watch before.
const turning = 1 << 9

// begin says that a new watch has heard nothing yet.
func (w *word) begin() {
	next := (w.state.Load()>>16 + 1) << 16
	w.state.Store(next | turning)
	w.onset.Store(0)
	w.decided.Store(0)
	w.ambience.Store(0)
	w.state.Store(next)
}

// say puts a state into the word.
func (w *word) say(s media.State, deaf bool) {
	was := w.state.Load()
	is := was&^0xffff | uint64(s)
	if deaf {
		is |= 1 << 8
	}
	if is != was {
		w.state.Store(is)
	}
}

// found says that an operator is there.
func (w *word) found(onset, decided time.Duration) {
	w.onset.Store(int64(onset))
	w.decided.Store(int64(decided))
	w.say(media.Operator, false)
}

// read returns what has been said. A watch that begins meanwhile makes it look
// again.
func (w *word) read() media.Heard {
	for {
		s := w.state.Load()
		if s&turning != 0 {
			return media.Heard{}
		}
		h := media.Heard{
			State: media.State(s), Deaf: s>>8&1 == 1,
			Onset: time.Duration(w.onset.Load()), Decided: time.Duration(w.decided.Load()),
			Ambience: time.Duration(w.ambience.Load()),
		}
		if h.State != media.Operator {
			h.Onset, h.Decided = 0, 0 // being written
		}
		if w.state.Load() == s {
			return h
		}
	}
}
