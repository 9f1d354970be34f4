package relay

import (
	"testing"

	"tregua/media"
)

// TestWordTurns: between two watches nobody reads the times of the one before,
// nor those of an operator who is not yet said to be there.
func TestWordTurns(t *testing.T) {
	t.Parallel()
	var w word
	nothing := func(when string) {
		t.Helper()
		if got := w.read(); got != (media.Heard{}) {
			t.Errorf("%s: %+v", when, got)
		}
	}
	w.begin()
	w.onset.Store(2) // as found does before it says so
	w.decided.Store(3)
	nothing("not yet said")
	w.ambience.Store(1)
	w.found(2, 3)
	if got := w.read(); got != (media.Heard{State: media.Operator, Onset: 2, Decided: 3, Ambience: 1}) {
		t.Errorf("found: %+v", got)
	}
	w.state.Store(1<<16 | turning) // as begin does first
	nothing("turning")
	w.begin()
	nothing("a new watch")
}
