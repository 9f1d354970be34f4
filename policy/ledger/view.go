package ledger

import (
	"errors"
	"fmt"

	"tregua/policy/seal"
	"tregua/policy/store"
)

// viewOpen reads an open row.
func (r *Reader) viewOpen(o *opened) (View, error) {
	v, err := r.view(&o.public, o.sealed, o.index, o.commitment)
	v.Open = true
	return v, err
}

// viewOutbox reads an outbox row and checks its leaf.
func (r *Reader) viewOutbox(o *outboxed) (View, error) {
	if leafOf(o.public, o.commitment) != o.leaf {
		return View{}, fmt.Errorf("record %d: %w", o.head.Seq, ErrAltered)
	}
	var p public
	if err := decode(outboxRow(o.head.Seq), o.public, &p); err != nil {
		return View{}, err
	}
	v, err := r.view(&p, o.sealed, o.index, o.commitment)
	v.Leaf = o.leaf
	return v, err
}

// ErrAltered is returned for a record that is not the one its leaf is of.
var ErrAltered = errors.New("the record was altered")

// viewMonth reads a record of a month, whose A0 row is given, and checks its
// leaf.
func (r *Reader) viewMonth(st store.Reader, key *seal.Month, row store.Row) (v View, err error) {
	var part publicPart
	var p public
	if err := decode(row.Key, row.Value, &part); err != nil {
		return v, err
	}
	if err := decode(row.Key, part.Public, &p); err != nil {
		return v, err
	}
	id := p.id()
	value, found, err := st.Get(personRow(id))
	if err != nil {
		return v, err
	}
	if !found {
		return v, fmt.Errorf("attempt %s: the row of the personal part is missing", id)
	}
	return r.viewParts(key, &part, &p, value)
}

// viewParts reads a record of a month of which both rows were read, and checks its
// leaf.
func (r *Reader) viewParts(key *seal.Month, part *publicPart, p *public, value []byte) (v View, err error) {
	id := p.id()
	var person personPart
	if err := decode(personRow(id), value, &person); err != nil {
		return v, err
	}
	var commitment, leaf [32]byte
	if err := errors.Join(fixed(commitment[:], part.Commitment, "commitment"), fixed(leaf[:], part.Leaf, "leaf")); err != nil {
		return v, fmt.Errorf("attempt %s: %w", id, err)
	}
	if leafOf(part.Public, commitment) != leaf {
		return v, fmt.Errorf("record %d: %w", p.Seq, ErrAltered)
	}
	if person.purged() {
		v = View{Seq: p.Seq, Node: p.Node, Boot: p.Boot, Leaf: leaf}
		if err := p.read(&v.Record); err != nil {
			return v, fmt.Errorf("attempt %s: %w", id, err)
		}
		return v, nil
	}
	index, err := key.Open(id, person.Index)
	if err != nil {
		return v, fmt.Errorf("attempt %s: sealed index: %w", id, err)
	}
	v, err = r.view(p, person.Sealed, index, commitment)
	v.Leaf = leaf
	return v, err
}

// view reads the two parts of a record.
func (r *Reader) view(p *public, sealed []byte, h seal.Index, commitment [32]byte) (View, error) {
	id := p.id()
	v := View{Seq: p.Seq, Node: p.Node, Boot: p.Boot}
	if err := p.read(&v.Record); err != nil {
		return v, fmt.Errorf("attempt %s: %w", id, err)
	}
	key, err := r.subjects.Find(h)
	var text []byte
	if err == nil {
		text, err = key.Open(id, sealed, commitment)
	}
	if errors.Is(err, seal.ErrGone) {
		return v, nil // erased; the number may have a new key since
	}
	if err != nil {
		return v, fmt.Errorf("attempt %s: %w", id, err)
	}
	var q personal
	if err := decode(id[:], text, &q); err != nil {
		return v, fmt.Errorf("attempt %s: personal part: %w", id, err)
	}
	q.read(&v.Record)
	v.Personal = true
	return v, nil
}
