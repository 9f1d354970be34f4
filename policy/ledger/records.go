package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math"
	"time"

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
	From, To uint64   // the first one, and the one before the next that is there or of another removal
	Removed  *Removal // their term was over; nil: nobody says why they are missing
}

// Error names the records.
func (e *MissingError) Error() string {
	which, are := fmt.Sprintf("records %d to %d", e.From, e.To), "are"
	if e.From == e.To {
		which, are = fmt.Sprintf("record %d", e.From), "is"
	}
	if e.Removed == nil {
		return fmt.Sprintf("%s %s missing", which, are)
	}
	return fmt.Sprintf("%s of %s %s gone since %s, the term was over", which, e.Removed.Month, are, e.Removed.At.Format(time.DateOnly))
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
