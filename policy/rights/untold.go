package rights

import (
	"slices"
	"time"
)

// Untold returns the times of erasures before a moment that none of the notes tells of,
// which are given by their times: of those that a process ended in before it had written
// the note, and those whose note a restored backup does not have.
func (r *Register) Untold(before time.Time, told []time.Time) (missing []time.Time) {
	notes := map[time.Time]int{}
	for _, at := range told {
		notes[second(at)]++
	}
	for _, e := range r.All() {
		switch {
		case e.Sealed == nil || !e.At.Before(before):
		case notes[e.At] > 0:
			notes[e.At]--
		default:
			missing = append(missing, e.At)
		}
	}
	slices.SortFunc(missing, time.Time.Compare)
	return missing
}

// second rounds up, as the register does.
func second(at time.Time) time.Time { return at.UTC().Add(time.Second - 1).Truncate(time.Second) }
