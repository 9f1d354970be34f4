package ledger

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// NoteView is a note as it was written.
type NoteView struct {
	Note
	Seq  uint64
	Node uint32
	Boot uint64
	Leaf [32]byte
}

// noteRows returns the rows of a note in its month.
func (o *outboxed) noteRows() []store.Row {
	id, at := o.head.id(), o.head.at()
	rows := []store.Row{
		{Key: noteRow(at, id), Value: encode(o.publicPart())},
		{Key: seqRow(o.head.Seq), Value: noteRow(at, id)[1:]},
	}
	if of := o.head.Note.Of; len(of) > 0 {
		rows = append(rows, store.Row{Key: timed(amendPrefix(policy.AttemptID(of)), at, id)})
	}
	return rows
}

// Notes yields the notes of a kind, "" for all, of a span of time: from included,
// to not, and a zero one open. They come month by month in the order of time, and
// then those that no month has yet. After an error it stops.
func (r *Reader) Notes(kind string, from, to time.Time) iter.Seq2[NoteView, error] {
	span := Span{Since: from, Until: to}
	takes := func(n *NoteView) bool { return (kind == "" || n.Kind == kind) && span.Takes(n.At) }
	return func(yield func(NoteView, error) bool) {
		outbox, err := r.notesInOutbox()
		if err != nil {
			yield(NoteView{}, err)
			return
		}
		given := map[uint64]bool{} // what the month writer moves meanwhile is in both
		for _, n := range outbox {
			given[n.Seq] = true
		}
		more, err := r.notesInMonths(span, func(n *NoteView) bool { return given[n.Seq] || !takes(n) || yield(*n, nil) })
		if err != nil {
			yield(NoteView{}, err)
			return
		}
		for i := 0; more && i < len(outbox); i++ {
			more = !takes(&outbox[i]) || yield(outbox[i], nil)
		}
	}
}

func (r *Reader) notesInOutbox() (notes []NoteView, err error) {
	for row, err := range r.state.Scan([]byte{spaceOutbox}, nil) {
		if err != nil {
			return nil, err
		}
		o, err := readOutbox(row)
		if err != nil {
			return nil, err
		}
		if o.head.Note == nil {
			continue
		}
		n, err := viewNote(row.Key, o.publicPart())
		if err != nil {
			return nil, err
		}
		notes = append(notes, n)
	}
	return notes, nil
}

// notesInMonths gives the notes of the months of a span; more is false when yield
// wants no more.
func (r *Reader) notesInMonths(span Span, yield func(*NoteView) bool) (more bool, err error) {
	months, err := r.shelf.Months()
	if err != nil {
		return false, err
	}
	first := noteRow(earliest, policy.AttemptID{})
	if span.Since.After(earliest) {
		first = noteRow(span.Since, policy.AttemptID{})
	}
	more = true
	for _, name := range months {
		if !more || !span.meets(name) {
			continue
		}
		err := r.shelf.With(name, func(st store.Store) error {
			for row, err := range st.Scan([]byte{spaceNote}, first) {
				var n NoteView
				if err == nil {
					n, err = readNoteRow(row)
				}
				if err != nil {
					return err
				}
				if more = yield(&n); !more {
					return nil
				}
			}
			return nil
		})
		if err != nil {
			return false, err
		}
	}
	return more, nil
}

// earliest is the first time that a key can hold.
var earliest = time.Unix(0, 0)

func readNoteRow(row store.Row) (NoteView, error) {
	var part publicPart
	if err := decode(row.Key, row.Value, &part); err != nil {
		return NoteView{}, err
	}
	n, err := viewNote(row.Key, &part)
	if err == nil && !bytes.Equal(row.Key, noteRow(n.At, n.ID)) {
		return n, fmt.Errorf("row %x: holds note %s of %s", row.Key, n.ID, n.At.Format(time.RFC3339Nano))
	}
	return n, err
}

// viewNote reads a note and checks its leaf.
func viewNote(key []byte, part *publicPart) (v NoteView, err error) {
	var p public
	if err := decode(key, part.Public, &p); err != nil {
		return v, err
	}
	if p.Note == nil {
		return v, fmt.Errorf("row %x: is no note", key)
	}
	if err := fixed(v.Leaf[:], part.Leaf, "leaf"); err != nil {
		return v, fmt.Errorf("note %s: %w", p.id(), err)
	}
	if !bytes.Equal(part.Commitment, noPerson[:]) || leafOf(part.Public, noPerson) != v.Leaf {
		return v, fmt.Errorf("record %d, note %s: %w", p.Seq, p.id(), ErrAltered)
	}
	v.Seq, v.Node, v.Boot = p.Seq, p.Node, p.Boot
	v.Note, err = p.readNote()
	return v, err
}

// Amendments returns what was learnt about an attempt after its record was
// written, oldest first.
func (r *Reader) Amendments(of policy.AttemptID) ([]NoteView, error) {
	found := map[uint64]NoteView{}
	outbox, err := r.notesInOutbox()
	if err != nil {
		return nil, err
	}
	for _, n := range outbox {
		if n.Of == of {
			found[n.Seq] = n
		}
	}
	months, err := r.shelf.Months()
	if err != nil {
		return nil, err
	}
	first := MonthOf(timeOf(of).AddDate(0, 0, -1)) // a clock may cross the edge of a month
	for _, name := range months {
		if name < first {
			continue
		}
		if err := r.shelf.With(name, func(st store.Store) error { return amendmentsIn(st, of, found) }); err != nil {
			return nil, err
		}
	}
	notes := make([]NoteView, 0, len(found))
	for _, n := range found { // order: sorted below
		notes = append(notes, n)
	}
	slices.SortFunc(notes, func(x, y NoteView) int { return cmp.Compare(x.Seq, y.Seq) })
	return notes, nil
}

func amendmentsIn(st store.Store, of policy.AttemptID, found map[uint64]NoteView) error {
	prefix := amendPrefix(of)
	for row, err := range st.Scan(prefix, nil) {
		if err != nil {
			return err
		}
		key := append([]byte{spaceNote}, row.Key[len(prefix):]...)
		value, ok, err := st.Get(key)
		if err != nil {
			return err
		}
		if !ok {
			return fmt.Errorf("row %x: there is no note of this amendment", row.Key)
		}
		n, err := readNoteRow(store.Row{Key: key, Value: value})
		if err != nil {
			return err
		}
		if n.Of != of {
			return errors.Join(fmt.Errorf("row %x: the note is of attempt %s", row.Key, n.Of), ErrAltered)
		}
		found[n.Seq] = n
	}
	return nil
}
