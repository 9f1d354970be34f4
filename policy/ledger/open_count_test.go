package ledger_test

import (
	"testing"
	"time"

	"tregua/policy/ledger"
)

// TestUnended: attempts count until they have ended, in the span in which they were
// made.
func TestUnended(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 7)
	h.start(noon)
	for n := range 4 {
		at := noon.Add(time.Duration(n) * time.Hour)
		h.turn(at, opening(record(n, 393331234567, at)))
	}
	h.turn(noon.Add(5*time.Hour), closing(1, connected(noon.Add(time.Hour))))
	for _, c := range []struct {
		span ledger.Span
		want uint64
	}{
		{ledger.Span{}, 3},
		{ledger.Span{Since: noon, Until: noon.Add(2 * time.Hour)}, 1},
		{ledger.Span{Since: noon.Add(2 * time.Hour)}, 2},
		{ledger.Span{Since: noon.Add(4 * time.Hour)}, 0},
	} {
		if got, err := h.reader.Unended(c.span); err != nil || got != c.want {
			t.Errorf("%+v: %d, %v, want %d", c.span, got, err, c.want)
		}
	}
}
