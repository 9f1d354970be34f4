package ledger

import (
	"bytes"
	"cmp"
	"fmt"
	"iter"
	"math"
	"slices"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// View is a record as it can be read now.
type View struct {
	Record   policy.Record // its personal fields are empty unless Personal
	Personal bool          // false: the person was erased
	Open     bool          // the attempt has not ended: no Seq, no Leaf
	Seq      uint64
	Node     uint32
	Boot     uint64
	Leaf     [32]byte
}

// Reader finds records: open rows, outbox and months. It is safe for
// concurrent use, also while records are written.
type Reader struct {
	state    store.Reader
	shelf    *Shelf
	keys     *seal.Keys
	subjects *seal.Subjects
}

// NewReader returns a reader of a ledger.
func NewReader(state store.Reader, shelf *Shelf, keys *seal.Keys, subjects *seal.Subjects) *Reader {
	return &Reader{state: state, shelf: shelf, keys: keys, subjects: subjects}
}

// ByNumber returns up to limit records about a number, newest first, with
// those that are still open.
func (r *Reader) ByNumber(n policy.Number, limit int) ([]View, error) {
	h := r.keys.Index(n)
	seen := map[policy.AttemptID]bool{}
	var views []View
	add := func(v View, err error) error {
		if id := v.Record.Attempt.ID; err == nil && !seen[id] {
			seen[id] = true
			views = append(views, v)
		}
		return err
	}
	if err := r.recentOf(h, add); err != nil {
		return nil, err
	}
	months, err := r.shelf.Months()
	if err != nil {
		return nil, err
	}
	before := len(views)
	for _, name := range slices.Backward(months) {
		if len(views)-before >= limit {
			break // older months hold older attempts
		}
		err := r.shelf.With(name, func(st store.Store) error { return r.monthOf(st, name, h, add) })
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(views, func(a, b View) int {
		return cmp.Or(b.Record.Attempt.At.Compare(a.Record.Attempt.At),
			bytes.Compare(b.Record.Attempt.ID[:], a.Record.Attempt.ID[:]))
	})
	return views[:min(limit, len(views))], nil
}

// recentOf gives the records about h that no month has yet.
func (r *Reader) recentOf(h seal.Index, add func(View, error) error) error {
	return r.eachRecent(func(of seal.Index, view func() (View, error)) error {
		if of != h {
			return nil
		}
		return add(view())
	})
}

// eachRecent gives the records that no month has yet, and whom each is about; view
// opens it.
func (r *Reader) eachRecent(visit func(of seal.Index, view func() (View, error)) error) error {
	for row, err := range r.state.Scan([]byte{spaceOpen}, nil) {
		if err != nil {
			return err
		}
		o, err := readOpen(row)
		if err == nil {
			err = visit(o.index, func() (View, error) { return r.viewOpen(o) })
		}
		if err != nil {
			return err
		}
	}
	// What stood before the cursor is in its month. From the bare prefix the scan
	// would walk over every deleted row that the store still carries.
	next, _, err := readNumber(r.state, monthsCursor())
	if err != nil {
		return err
	}
	for row, err := range r.state.Scan([]byte{spaceOutbox}, outboxRow(next)) {
		if err != nil {
			return err
		}
		o, err := readOutbox(row)
		if err == nil && o.head.Note == nil { // a note is about no number
			err = visit(o.index, func() (View, error) { return r.viewOutbox(&o) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// monthOf gives the records about h of one month.
func (r *Reader) monthOf(st store.Store, name string, h seal.Index, add func(View, error) error) error {
	key, err := readMonthKey(st, r.keys, name)
	if err != nil || key == nil {
		return err
	}
	for row, err := range st.Scan(numberPrefix(key.Index(h)), nil) {
		if err != nil {
			return err
		}
		public := publicRow(timedID(row.Key))
		value, found, err := st.Get(public)
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("row %x: there is no record of this attempt", row.Key)
		}
		if err := add(r.viewMonth(st, key, store.Row{Key: public, Value: value})); err != nil {
			return err
		}
	}
	return nil
}

// Each yields all records that have ended: those of the months by time, then
// the outbox. Records that end while it runs may be missing. After an error it
// stops.
func (r *Reader) Each() iter.Seq2[View, error] {
	return func(yield func(View, error) bool) {
		// The outbox is read first and given last: what the month writer moves
		// meanwhile is known by its Seq and not given twice.
		var outbox []View
		from := uint64(math.MaxUint64)
		for row, err := range r.state.Scan([]byte{spaceOutbox}, nil) {
			var v View
			var o outboxed
			if err == nil {
				o, err = readOutbox(row)
			}
			if err == nil && o.head.Note != nil {
				continue
			}
			if err == nil {
				v, err = r.viewOutbox(&o)
			}
			if err != nil {
				yield(View{}, err)
				return
			}
			from = min(from, v.Seq)
			outbox = append(outbox, v)
		}
		if !r.eachInMonths(func(v View, err error) bool { return err == nil && v.Seq >= from || yield(v, err) }) {
			return
		}
		for _, v := range outbox {
			if !yield(v, nil) {
				return
			}
		}
	}
}

// Open yields the attempts that have not ended.
func (r *Reader) Open() iter.Seq2[View, error] {
	return func(yield func(View, error) bool) {
		for row, err := range r.state.Scan([]byte{spaceOpen}, nil) {
			var v View
			var o *opened
			if err == nil {
				o, err = readOpen(row)
			}
			if err == nil {
				v, err = r.viewOpen(o)
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

func (r *Reader) eachInMonths(yield func(View, error) bool) bool {
	months, err := r.shelf.Months()
	if err != nil {
		yield(View{}, err)
		return false
	}
	for _, name := range months {
		more := true
		err := r.shelf.With(name, func(st store.Store) error {
			key, err := readMonthKey(st, r.keys, name)
			if err != nil || key == nil {
				return err
			}
			for row, err := range st.Scan([]byte{spacePublic}, nil) {
				var v View
				if err == nil {
					v, err = r.viewMonth(st, key, row)
				}
				if err != nil {
					return err
				}
				if more = yield(v, nil); !more {
					return nil
				}
			}
			return nil
		})
		if err != nil {
			yield(View{}, err)
			return false
		}
		if !more {
			return false
		}
	}
	return true
}
