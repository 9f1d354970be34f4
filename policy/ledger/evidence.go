package ledger

import (
	"fmt"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Evidence is a record and, where it is given, its personal part in clear with the
// salt that binds it to the commitment.
type Evidence struct {
	Sealed
	Personal []byte // deterministic CBOR, see [ReadPersonal]
	Salt     []byte
}

// Evidence returns the record of a Seq; with its personal part, if that is asked
// for and the person was not erased ([seal.ErrGone]).
func (r *Reader) Evidence(seq uint64, personal bool) (e Evidence, err error) {
	for s, err := range r.Records(seq) {
		if err != nil {
			return e, err
		}
		e.Sealed = s
		break
	}
	if e.ID == (policy.AttemptID{}) {
		return e, fmt.Errorf("record %d: %w", seq, ErrNotFound)
	}
	if !personal {
		return e, nil
	}
	index, sealed, err := r.person(&e.Sealed)
	if err != nil {
		return e, err
	}
	key, err := r.subjects.Find(index)
	if err == nil {
		e.Salt, e.Personal, err = key.Reveal(e.ID, sealed, e.Commitment)
	}
	if err != nil {
		return e, fmt.Errorf("attempt %s: personal part: %w", e.ID, err)
	}
	return e, nil
}

// person returns the sealed personal part of a record, and whose it is.
func (r *Reader) person(s *Sealed) (index seal.Index, sealed []byte, err error) {
	row := outboxRow(s.Seq)
	value, found, err := r.state.Get(row)
	if err != nil {
		return index, nil, err
	}
	if found {
		o, err := readOutbox(store.Row{Key: row, Value: value})
		return o.index, o.sealed, err
	}
	err = r.shelf.With(s.Month, func(st store.Store) error {
		key, err := readMonthKey(st, r.keys, s.Month)
		if err != nil {
			return err
		}
		value, found, err := st.Get(personRow(s.ID))
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("attempt %s: the row of the personal part is missing", s.ID)
		}
		var person personPart
		if err := decode(personRow(s.ID), value, &person); err != nil {
			return err
		}
		if person.purged() {
			return fmt.Errorf("attempt %s: its term is over: %w", s.ID, seal.ErrGone)
		}
		sealed = person.Sealed
		index, err = key.Open(s.ID, person.Index)
		return err
	})
	return index, sealed, err
}

// ReadPersonal reads a personal part into the record that it belongs to.
func ReadPersonal(b []byte, r *policy.Record) error {
	var q personal
	if err := decode(nil, b, &q); err != nil {
		return fmt.Errorf("personal part: %w", err)
	}
	q.read(r)
	return nil
}
