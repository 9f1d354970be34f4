package book

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// SaidLine is one change in the history of a number at a principal.
type SaidLine struct {
	At    time.Time
	Actor string
	What  string
	Why   string
}

// SaidOf returns the sayings about a number at a principal, newest first.
func (s *Snapshot) SaidOf(r store.Reader, p policy.PrincipalID, n policy.Number) ([]SaidLine, error) {
	var lines []SaidLine
	for row, err := range r.Scan(saidPrefix(p, s.keys.Index(n)), nil) {
		if err != nil {
			return nil, fmt.Errorf("reading changes: %w", err)
		}
		said, err := decodeKeyed[saidRow](row.Key, row.Value)
		if err != nil {
			return nil, err
		}
		lines = append(lines, SaidLine{At: said.At.time(), Actor: said.Actor, What: said.What, Why: said.Why})
	}
	slices.Reverse(lines)
	return lines, nil
}

// NumberFact is a number with what holds of it at a principal.
type NumberFact struct {
	Number policy.Number
	Person Person
}

// Standing yields the numbers of a principal on which there is a hold, or that
// have a request entered singly which holds now, in the order of their rows.
func (b *Book) Standing(principal string, verb Verb) ([]NumberFact, error) {
	s := b.Current()
	id, _, ok := s.entities.get(kindPrincipal, principal)
	if !ok {
		return nil, unknown("%s: there is no principal %q", verb, principal)
	}
	var found []NumberFact
	var last []byte
	prefix := binary.BigEndian.AppendUint32([]byte{spaceSaid}, id)
	for row, err := range b.config.Store.Scan(prefix, nil) {
		if err != nil {
			return nil, fmt.Errorf("reading changes: %w", err)
		}
		if of := row.Key[:len(row.Key)-8]; string(of) != string(last) {
			last = of
			fact, stands, err := b.standing(s, policy.PrincipalID(id), row, verb)
			if err != nil {
				return nil, err
			}
			if stands {
				found = append(found, fact)
			}
		}
	}
	return found, nil
}

// standing looks at the number of one change.
func (b *Book) standing(s *Snapshot, p policy.PrincipalID, row store.Row, verb Verb) (fact NumberFact, stands bool, err error) {
	said, err := decodeKeyed[saidRow](row.Key, row.Value)
	if err != nil {
		return fact, false, err
	}
	if fact.Number, err = b.config.Keys.OpenNumber(said.Sealed); err != nil {
		return fact, false, fmt.Errorf("change %x: %w", row.Key, err)
	}
	now := b.config.Now()
	a := policy.Attempt{Dialled: policy.Dialled{At: now}, Called: fact.Number, Principal: p}
	if fact.Person, err = s.Person(b.config.Store, &a, true); err != nil {
		return fact, false, err
	}
	if verb == Hold {
		return fact, fact.Person.Hold.Known == policy.Present, nil
	}
	r := fact.Person.Request
	return fact, r.Known == policy.Present && now.Before(r.Until), nil
}
