package ledger

import (
	"fmt"
	"maps"
	"slices"

	"tregua/policy/store"
)

// CountedMonths are the months that must have a store, oldest first: those of which
// the counters have attempts, once the outbox is empty. While records wait in it, which
// is so after a crash only, their month may not be there yet, and none is told.
func CountedMonths(r store.Reader) ([]string, error) {
	for _, err := range r.Scan([]byte{spaceOutbox}, nil) {
		return nil, err
	}
	months := map[string]bool{}
	for row, err := range r.Scan([]byte{spaceCount}, nil) {
		if err != nil {
			return nil, err
		}
		t, _, err := readCounters(row.Key, row.Value)
		if err != nil {
			return nil, err
		}
		months[fmt.Sprintf("%04d-%02d", t.Day/10000, t.Day/100%100)] = true
	}
	return slices.Sorted(maps.Keys(months)), nil
}
