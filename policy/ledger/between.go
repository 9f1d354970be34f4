package ledger

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Between returns the records about a number of the attempts that were made in a
// span of time, newest first, with those that are still open. It looks in the
// months of the span only.
func (r *Reader) Between(n policy.Number, from, to time.Time) ([]View, error) {
	return r.between(r.keys.Index(n), from, to, r.recentOf)
}

// Batch finds the calls to many numbers. What no month has is read once, when the
// batch is made: that takes as long as all of it. It knows nothing that was recorded
// later.
type Batch struct {
	reader *Reader
	recent map[seal.Index][]View
}

// Batch returns a batch that knows what has been recorded until now.
func (r *Reader) Batch() (*Batch, error) {
	b := &Batch{reader: r, recent: map[seal.Index][]View{}}
	return b, r.eachRecent(func(of seal.Index, view func() (View, error)) error {
		v, err := view()
		b.recent[of] = append(b.recent[of], v)
		return err
	})
}

// Between is [Reader.Between], as of when the batch was made.
func (b *Batch) Between(n policy.Number, from, to time.Time) ([]View, error) {
	return b.reader.between(b.reader.keys.Index(n), from, to, func(h seal.Index, add func(View, error) error) error {
		for _, v := range b.recent[h] {
			if err := add(v, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *Reader) between(h seal.Index, from, to time.Time, recent func(seal.Index, func(View, error) error) error) ([]View, error) {
	views := map[policy.AttemptID]View{}
	add := func(v View, err error) error {
		if at := v.Record.Attempt.At; err == nil && !at.Before(from) && !at.After(to) {
			views[v.Record.Attempt.ID] = v
		}
		return err
	}
	// In this order they are missed by nobody who moves on meanwhile, see
	// [Reader.Attempt].
	if err := recent(h, add); err != nil {
		return nil, err
	}
	months, err := r.shelf.Months()
	if err != nil {
		return nil, err
	}
	first, last := MonthOf(from.AddDate(0, 0, -1)), MonthOf(to.AddDate(0, 0, 1))
	for _, name := range months {
		if name < first || name > last {
			continue
		}
		if err := r.shelf.With(name, func(st store.Store) error { return r.monthOf(st, name, h, add) }); err != nil {
			return nil, err
		}
	}
	found := make([]View, 0, len(views))
	for _, v := range views { // order: sorted below
		found = append(found, v)
	}
	slices.SortFunc(found, func(a, b View) int {
		return cmp.Or(b.Record.Attempt.At.Compare(a.Record.Attempt.At), bytes.Compare(b.Record.Attempt.ID[:], a.Record.Attempt.ID[:]))
	})
	return found, nil
}
