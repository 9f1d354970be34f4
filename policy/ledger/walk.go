package ledger

import (
	"errors"
	"fmt"
	"slices"

	"tregua/policy/store"
)

// walk is one reading of [Reader.Records].
type walk struct {
	r      *Reader
	next   uint64
	yield  func(Sealed, error) bool
	ended  bool // the one who reads has had enough
	months []string
	at     int   // which of the months had the last record
	gaps   []gap // that were removed; nil: not looked for yet
}

// round gives what stands in the months, and then what stands in the outbox. A
// record moves from there to here, and the cursor with it: what is before the cursor
// is in a month.
func (w *walk) round() error {
	cursor, _, err := readNumber(w.r.state, monthsCursor())
	if err != nil {
		return err
	}
	if w.next < cursor {
		return w.inMonths(cursor)
	}
	for row, err := range w.r.state.Scan([]byte{spaceOutbox}, outboxRow(w.next)) {
		if err != nil {
			return err
		}
		o, err := readOutbox(row)
		if err != nil {
			return err
		}
		if o.head.Seq != w.next {
			return w.hole(o.head.Seq)
		}
		w.give(Sealed{
			Seq: o.head.Seq, ID: o.head.id(), Month: MonthOf(o.head.at()), Note: o.head.Note != nil,
			Public: o.public, Commitment: o.commitment, Leaf: o.leaf,
		})
		if w.ended {
			return nil
		}
	}
	return nil
}

// hole tells that the outbox does not begin with the next record, unless that one
// was moved meanwhile.
func (w *walk) hole(found uint64) error {
	cursor, _, err := readNumber(w.r.state, monthsCursor())
	if err != nil || cursor > w.next {
		return err
	}
	w.miss(found)
	return nil
}

// miss says which records are missing before one, and why, and goes on after them.
func (w *walk) miss(to uint64) {
	for w.next < to && !w.ended {
		missing := &MissingError{From: w.next, To: to - 1}
		if g := find(w.gaps, w.next); g != nil && g.From <= w.next {
			missing.To, missing.Removed = min(g.To, to-1), g.removal
		} else if g != nil {
			missing.To = min(g.From-1, to-1)
		}
		w.next = missing.To + 1
		w.ended = !w.yield(Sealed{}, missing)
	}
}

// known tells of the next records when a purge is known to have removed them: nobody
// looks for those in all months.
func (w *walk) known(cursor uint64) bool {
	g := find(w.gaps, w.next)
	if g == nil || g.From > w.next || !g.removal.Done {
		return false
	}
	w.miss(min(g.To+1, cursor))
	return true
}

func (w *walk) give(s Sealed) {
	w.next = s.Seq + 1
	w.ended = !w.yield(s, nil)
}

// inMonths gives the records before the cursor. Calls that go on over the end of a
// month make two months alternate, so that those next to the last one are asked
// first.
func (w *walk) inMonths(cursor uint64) (err error) {
	if _, found, err := w.r.state.Get(metaRow(metaSeqs)); err != nil || !found {
		return errors.Join(err, errUnsequenced)
	}
	if w.months, err = w.r.shelf.Months(); err != nil {
		return err
	}
	w.at = len(w.months) - 1
	for w.next < cursor && !w.ended {
		if w.known(cursor) {
			continue
		}
		if err := w.inOrder(cursor); err != nil {
			return err
		}
	}
	return nil
}

// inOrder gives what the first month has that has the next record, or tells that none has.
func (w *walk) inOrder(cursor uint64) error {
	before := w.next
	for _, i := range w.order() {
		if err := w.inMonth(i); err != nil || w.ended {
			return err
		}
		if w.next > before {
			w.at = i
			return nil
		}
	}
	return w.skip(cursor)
}

var errUnsequenced = errors.New("the months are not in order yet; they are put in order when the ledger is opened for writing")

// order returns the months in the order in which they are asked for the next record.
func (w *walk) order() []int {
	order := make([]int, 0, len(w.months))
	for _, i := range []int{w.at, w.at + 1, w.at - 1} {
		if i >= 0 && i < len(w.months) {
			order = append(order, i)
		}
	}
	for i := range slices.Backward(w.months) {
		if i < w.at-1 || i > w.at+1 {
			order = append(order, i)
		}
	}
	return order
}

// inMonth gives what a month has of the sequence, up to the first record that it
// has not.
func (w *walk) inMonth(i int) error {
	return w.r.shelf.With(w.months[i], func(st store.Store) error {
		for row, err := range st.Scan([]byte{spaceSeq}, seqRow(w.next)) {
			if err != nil {
				return err
			}
			seq, key, err := readSeq(row)
			if err != nil || seq != w.next {
				return err
			}
			value, found, err := st.Get(key)
			if err != nil {
				return err
			}
			if !found {
				return nil // its number stands here and it does not
			}
			s, err := readSealed(store.Row{Key: key, Value: value})
			if err != nil {
				return err
			}
			if s.Seq != seq {
				return fmt.Errorf("attempt %s: the record says %d, its row in the order of records %d", s.ID, s.Seq, seq)
			}
			s.Month = w.months[i]
			if w.give(s); w.ended {
				return nil
			}
		}
		return nil
	})
}

// skip goes on with the next record that a month has.
func (w *walk) skip(cursor uint64) error {
	removals, err := w.r.Removals()
	if err != nil {
		return err
	}
	if w.gaps = gapsOf(removals); w.known(cursor) {
		return nil
	}
	to := cursor
	for _, name := range w.months {
		err := w.r.shelf.With(name, func(st store.Store) error {
			for row, err := range st.Scan([]byte{spaceSeq}, seqRow(w.next+1)) {
				if err != nil {
					return err
				}
				seq, _, err := readSeq(row)
				to = min(to, seq)
				return err
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	w.miss(to)
	return nil
}
