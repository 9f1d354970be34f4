package proxy

import (
	"slices"
	"testing"

	"tregua/policy"
)

// TestRecordsThatFindNoRoom: one that waits holds up those of its own number,
// in their order, and no other.
func TestRecordsThatFindNoRoom(t *testing.T) {
	t.Parallel()
	var taken []policy.AttemptID
	full := true
	s := &Server{cfg: ServerConfig{Record: func(a *policy.Attempt, _ policy.Ending) bool {
		if full && a.Called == 1 {
			full = false // room comes while the others are offered
			return false
		}
		taken = append(taken, a.ID)
		return true
	}}}
	w := &worker{}
	for i, called := range []policy.Number{1, 2, 1, 3} {
		w.unrecorded = append(w.unrecorded, Record{Attempt: policy.Attempt{Dialled: policy.Dialled{ID: policy.AttemptID{byte(i)}}, Called: called}})
	}
	s.record(w)
	s.record(w)
	want := []policy.AttemptID{{1}, {3}, {0}, {2}}
	if !slices.Equal(taken, want) || len(w.unrecorded) != 0 {
		t.Errorf("taken %v, want %v; %d wait", taken, want, len(w.unrecorded))
	}
}
