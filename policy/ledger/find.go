package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// ErrNotFound is returned for an attempt without a record.
var ErrNotFound = errors.New("no record of the attempt")

// Attempt returns the record of an attempt, or [ErrNotFound]. It looks first
// where the id says that an old record is, and then in the order in which
// records move, so that it misses none.
func (r *Reader) Attempt(id policy.AttemptID) (View, error) {
	key := openRow(id)
	value, found, err := r.state.Get(key)
	if err != nil {
		return View{}, err
	}
	if found {
		o, err := readOpen(store.Row{Key: key, Value: value})
		if err != nil {
			return View{}, err
		}
		return r.viewOpen(o)
	}
	for _, find := range []func(policy.AttemptID) (View, bool, error){r.inItsMonth, r.inOutbox, r.inAnyMonth} {
		if v, found, err := find(id); found || err != nil {
			return v, err
		}
	}
	return View{}, r.notFound(id)
}

// notFound says that there is no record, and whether there may have been one.
func (r *Reader) notFound(id policy.AttemptID) error {
	at := timeOf(id)
	if err := r.Removed(Span{Since: at, Until: at}); err != nil {
		return fmt.Errorf("attempt %s: %w; %w", id, ErrNotFound, err)
	}
	return fmt.Errorf("attempt %s: %w", id, ErrNotFound)
}

// inItsMonth looks in the month that the id names; within a day of its edge,
// which a clock may cross either way, also in the month beyond.
func (r *Reader) inItsMonth(id policy.AttemptID) (View, bool, error) {
	at := timeOf(id)
	names := []string{MonthOf(at)}
	for _, day := range []int{-1, 1} {
		if name := MonthOf(at.AddDate(0, 0, day)); name != names[0] {
			names = append(names, name)
		}
	}
	months, err := r.shelf.Months()
	if err != nil {
		return View{}, false, err
	}
	return r.inMonths(id, slices.DeleteFunc(names, func(n string) bool { return !slices.Contains(months, n) }))
}

// timeOf returns the time in a UUIDv7 (RFC 9562 section 5.7).
func timeOf(id policy.AttemptID) time.Time {
	return time.UnixMilli(int64(binary.BigEndian.Uint64(id[:]) >> 16))
}

func (r *Reader) inOutbox(id policy.AttemptID) (View, bool, error) {
	for row, err := range r.state.Scan([]byte{spaceOutbox}, nil) {
		if err != nil {
			return View{}, false, err
		}
		o, err := readOutbox(row)
		if err != nil {
			return View{}, false, err
		}
		if o.head.id() == id && o.head.Note == nil {
			v, err := r.viewOutbox(&o)
			return v, true, err
		}
	}
	return View{}, false, nil
}

// inAnyMonth looks in all months, newest first.
func (r *Reader) inAnyMonth(id policy.AttemptID) (View, bool, error) {
	months, err := r.shelf.Months()
	if err != nil {
		return View{}, false, err
	}
	slices.Reverse(months)
	return r.inMonths(id, months)
}

// inMonths looks in months, in their order; they must exist.
func (r *Reader) inMonths(id policy.AttemptID, names []string) (v View, found bool, err error) {
	for _, name := range names {
		err := r.shelf.With(name, func(st store.Store) error {
			value, ok, err := st.Get(publicRow(id))
			if found = ok; err != nil || !ok {
				return err
			}
			key, err := readMonthKey(st, r.keys, name)
			if err != nil {
				return err
			}
			v, err = r.viewMonth(st, key, store.Row{Key: publicRow(id), Value: value})
			return err
		})
		if found || err != nil {
			return v, found, err
		}
	}
	return View{}, false, nil
}
