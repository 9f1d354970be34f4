package ledger

import (
	"fmt"
	"maps"

	"tregua/policy/store"
)

// Next returns the Seq that the next record gets.
func (r *Reader) Next() (next uint64, err error) {
	for {
		before, _, err := readNumber(r.state, monthsCursor())
		if err != nil {
			return 0, err
		}
		next = before
		for row, err := range r.state.Scan([]byte{spaceOutbox}, outboxRow(before)) {
			if err != nil {
				return 0, err
			}
			next = seqOf(row) + 1
		}
		after, _, err := readNumber(r.state, monthsCursor())
		if err != nil {
			return 0, err
		}
		if next >= after {
			return next, nil
		} // all of it was moved meanwhile
	}
}

// Tallies counts records again, for who holds the counters against them while
// records are written.
type Tallies struct {
	counts map[Tally]Counters
	moving map[Tally]bool
}

// Add counts a record by its public part. One that may have been written after the
// counters were read is moving: what it belongs to is not compared. A note counts
// nowhere.
func (t *Tallies) Add(b []byte, moving bool) error {
	if t.counts == nil {
		t.counts, t.moving = map[Tally]Counters{}, map[Tally]bool{}
	}
	var p public
	if err := decode(nil, b, &p); err != nil {
		return fmt.Errorf("public part: %w", err)
	}
	if p.Note != nil {
		return nil
	}
	if moving {
		t.moving[p.tally()] = true
		return nil
	}
	n := t.counts[p.tally()]
	n.add(&p)
	t.counts[p.tally()] = n
	return nil
}

// Differences returns an error for each counter that is not what the records say, but for
// months whose records were removed.
func (t *Tallies) Differences(kept map[Tally]Counters, removals []Removal) (faults []error) {
	removed := removedMonths(removals)
	all := maps.Clone(t.counts)
	if all == nil {
		all = map[Tally]Counters{}
	}
	maps.Copy(all, kept)
	for of := range all { // order: the caller shows it to people only
		if k, c := kept[of], t.counts[of]; !t.moving[of] && !removed[of.Day.month()] && !k.Equal(c) {
			faults = append(faults, counterFault(of, k, c))
		}
	}
	return faults
}

func counterFault(of Tally, kept, counted Counters) error {
	return fmt.Errorf("group %d, campaign %d, day %d: counters say %v, the records %v", of.Group, of.Campaign, of.Day, kept, counted)
}

func seqOf(row store.Row) uint64 {
	seq := uint64(0)
	for _, b := range row.Key[1:] {
		seq = seq<<8 | uint64(b)
	}
	return seq
}
