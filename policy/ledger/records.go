package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"

	"tregua/policy"
	"tregua/policy/store"
)

// Sealed is a record as it is proved: the public part, and the commitment that
// stands for the personal one.
type Sealed struct {
	Seq        uint64
	ID         policy.AttemptID
	Month      string // "2026-11": the month it belongs to
	Note       bool   // it is a note, of no attempt: ID is its own, and it has no personal part
	Public     []byte // deterministic CBOR, see [ReadPublic]
	Commitment [32]byte
	Leaf       [32]byte // as it is written; whether it is of the record is for the reader to check, see [LeafOf]
}

// LeafOf returns the leaf of a record, SHA-256("tregua/1" ‖ SHA-256(public) ‖
// commitment).
func LeafOf(public []byte, commitment [32]byte) [32]byte { return leafOf(public, commitment) }

// ReadPublic reads a public part, and returns the record without what is personal
// and its Seq. Of a note it has the id and the time.
func ReadPublic(b []byte) (r policy.Record, seq uint64, err error) {
	var p public
	if err := decode(nil, b, &p); err != nil {
		return r, 0, fmt.Errorf("public part: %w", err)
	}
	if p.Note != nil {
		r.Attempt.ID, r.Attempt.At = p.id(), p.at()
		return r, p.Seq, nil
	}
	if err := p.read(&r); err != nil {
		return r, 0, fmt.Errorf("public part: %w", err)
	}
	return r, p.Seq, nil
}

// MissingError says which records are not there where others are.
type MissingError struct {
	From, To uint64 // the first one, and the one before the next that is there
}

// Error names the records.
func (e *MissingError) Error() string {
	if e.From == e.To {
		return fmt.Sprintf("record %d is missing", e.From)
	}
	return fmt.Sprintf("records %d to %d are missing", e.From, e.To)
}

// Records yields the records that have ended, in the order of Seq and beginning
// with from, wherever they stand. It ends at the last one that is committed; who
// wants more asks again from there, so that every reader has a cursor of its own
// and holds up nobody. Records that are missing are a [MissingError], after which
// it goes on if it may; after another error it stops.
func (r *Reader) Records(from uint64) iter.Seq2[Sealed, error] {
	return func(yield func(Sealed, error) bool) {
		w := &walk{r: r, next: from, yield: yield}
		for {
			before := w.next
			if err := w.round(); err != nil {
				yield(Sealed{}, err)
				return
			}
			if w.ended || w.next == before {
				return // no more, or moved meanwhile: who asks again finds it
			}
		}
	}
}

// Views yields the records of attempts that have ended as [Reader.Records] does: in
// the order of Seq, opened, and without notes and without what is missing.
func (r *Reader) Views(from uint64) iter.Seq2[View, error] {
	return func(yield func(View, error) bool) {
		for s, err := range r.Records(from) {
			if _, missing := errors.AsType[*MissingError](err); missing || err == nil && s.Note {
				continue
			}
			var v View
			if err == nil {
				v, err = r.Attempt(s.ID)
			}
			if !yield(v, err) || err != nil {
				return
			}
		}
	}
}

// walk is one reading of [Reader.Records].
type walk struct {
	r      *Reader
	next   uint64
	yield  func(Sealed, error) bool
	ended  bool // the one who reads has had enough
	months []string
	at     int // which of the months had the last record
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

// miss says which records are missing and goes on after them.
func (w *walk) miss(to uint64) {
	missing := &MissingError{From: w.next, To: to - 1}
	w.next = to
	w.ended = !w.yield(Sealed{}, missing)
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
		before := w.next
		for _, i := range w.order() {
			if err := w.inMonth(i); err != nil || w.ended {
				return err
			}
			if w.next > before {
				w.at = i
				break
			}
		}
		if w.next == before {
			if err := w.skip(cursor); err != nil {
				return err
			}
		}
	}
	return nil
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

// readSeq reads an A2 row, and returns the key of the public part.
func readSeq(row store.Row) (seq uint64, public []byte, err error) {
	if len(row.Key) != 9 {
		return math.MaxUint64, nil, fmt.Errorf("row %x: %d bytes of key, want 9", row.Key, len(row.Key))
	}
	space := byte(spacePublic)
	switch len(row.Value) {
	case len(policy.AttemptID{}):
	case len(policy.AttemptID{}) + 8:
		space = spaceNote
	default:
		return math.MaxUint64, nil, fmt.Errorf("row %x: %d bytes, want those of an attempt or of a note", row.Key, len(row.Value))
	}
	return binary.BigEndian.Uint64(row.Key[1:]), append([]byte{space}, row.Value...), nil
}

// readSealed reads an A0 or an A6 row.
func readSealed(row store.Row) (s Sealed, err error) {
	var part publicPart
	var p head
	if err := decode(row.Key, row.Value, &part); err != nil {
		return s, err
	}
	if err := decode(row.Key, part.Public, &p); err != nil {
		return s, err
	}
	s = Sealed{Seq: p.Seq, ID: p.id(), Public: part.Public, Note: p.Note != nil}
	if err := errors.Join(fixed(s.Commitment[:], part.Commitment, "commitment"), fixed(s.Leaf[:], part.Leaf, "leaf")); err != nil {
		return s, fmt.Errorf("row %x: %w", row.Key, err)
	}
	return s, nil
}
