package complaint

import (
	"fmt"
	"slices"
	"time"

	"github.com/fxamacker/cbor/v2"

	"tregua/policy"
	"tregua/policy/store"
)

// Purge empties the complaints that were closed before a time, but for those about
// numbers that are held, and returns how many. Told returns a row that is committed with
// them, which says how many go; nil: it only counts.
func (f *File) Purge(before time.Time, held func(policy.Number) bool, told func(n int) (store.Row, error)) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var rows []store.Row
	gone := map[string]bool{}
	for i := range f.all {
		c := &f.all[i]
		if c.Open() || !c.ClosedAt.Before(before) || held(c.Number) || len(rows) == store.MaxRows-1 {
			continue
		}
		n, err := numberOf(c.ID)
		if err != nil {
			return 0, err
		}
		value, err := cbor.Marshal(row{Version: rowVersion})
		if err != nil {
			return 0, err
		}
		rows, gone[c.ID] = append(rows, store.Row{Key: key(n), Value: value}), true
	}
	if told == nil || len(rows) == 0 {
		return len(rows), nil
	}
	row, err := told(len(rows))
	if err == nil {
		err = f.store.Commit(store.Batch{Put: append(rows, row)})
	}
	if err != nil {
		return 0, fmt.Errorf("purge of complaints: %w", err)
	}
	f.all = slices.DeleteFunc(f.all, func(c Complaint) bool { return gone[c.ID] })
	return len(gone), nil
}
