package ledger

import (
	"fmt"
	"time"

	"tregua/policy"
	"tregua/policy/keep"
)

// removalFaults holds what months say that was removed of them against the notes of it, and
// against the least that everybody keeps.
func removalFaults(removals []Removal, said map[policy.AttemptID]Purge, now time.Time) (faults []error) {
	found := map[policy.AttemptID]bool{}
	for i := range removals {
		d := &removals[i]
		found[d.Purge] = true
		if d.early(now) {
			faults = append(faults, fmt.Errorf("month %s: purge %s says that %d records were removed on %s; everybody keeps them for %s",
				d.Month, d.Purge, d.Records(), d.At.Format(time.DateOnly), keep.Public.Least))
		}
		if !d.told(said) {
			faults = append(faults, fmt.Errorf("month %s: %d records were removed, and purge %s does not tell of it", d.Month, d.Records(), d.Purge))
		}
	}
	for _, id := range sorted(said) {
		if p := said[id]; p.Removed != nil && !found[id] {
			faults = append(faults, fmt.Errorf("month %s: purge %s says that %d records were removed, and none were: the month is of an older copy", p.Month, id, p.Removed.Records))
		}
	}
	return faults
}

// early reports whether records went before everybody's term was over, or will have.
func (d *Removal) early(now time.Time) bool {
	first, err := startOf(d.Month)
	return err != nil || d.At.After(now) || keep.Public.Least.After(first.AddDate(0, 1, 0)).After(d.At)
}

// told reports whether a note says the same; that of a removal which goes on is not
// written yet.
func (d *Removal) told(said map[policy.AttemptID]Purge) bool {
	note, noted := said[d.Purge]
	if !noted {
		return !d.Done
	}
	return note.Removed != nil && note.Month == d.Month && *note.Removed == *d.said()
}
