package ledger

import (
	"fmt"
	"iter"
	"time"

	"tregua/policy"
	"tregua/policy/rings"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// RingRow returns the row that says what reached a number at a principal; without
// a ring it is to be deleted.
func RingRow(p policy.PrincipalID, h seal.Index, r rings.Rings) store.Row {
	row := store.Row{Key: rings.Key(p, h)}
	if len(r) > 0 {
		row.Value = rings.Encode(r)
	}
	return row
}

// Reached is what reached one number at one principal.
type Reached struct {
	Principal policy.PrincipalID
	Index     seal.Index
	Rings     rings.Rings
}

// Rings yields what reached each number, one at a time: there may be millions. A
// row that cannot be read is an error: it must not be taken for a number that
// was never called.
func Rings(r store.Reader) iter.Seq2[Reached, error] {
	return func(yield func(Reached, error) bool) {
		for row, err := range r.Scan([]byte{spaceRings}, nil) {
			var one Reached
			if err == nil {
				one, err = readReached(row)
			}
			if !yield(one, err) || err != nil {
				return
			}
		}
	}
}

func readReached(row store.Row) (one Reached, err error) {
	if one.Principal, one.Index, err = rings.ReadKey(row.Key); err != nil {
		return one, err
	}
	if one.Rings, err = rings.Decode(row.Value); err != nil {
		return one, fmt.Errorf("row %x: %w", row.Key, err)
	}
	return one, nil
}

// leftRings follows what reached numbers through the ends of a start.
type leftRings struct {
	rows store.Reader
	left map[string]rings.Rings // by key, as they are after the ends so far
}

// by gives the end of an open attempt its ring.
func (l *leftRings) by(o *opened, e *Entry, now time.Time) error {
	a := &o.public.Attempt
	if policy.Reading(a.Reading) != policy.Readable {
		return nil
	}
	key := rings.Key(policy.PrincipalID(a.Principal), o.index)
	have, known := l.left[string(key)]
	if !known {
		value, found, err := l.rows.Get(key)
		if err != nil {
			return err
		}
		if found {
			if have, err = rings.Decode(value); err != nil {
				return fmt.Errorf("row %x: %w", key, err)
			}
		}
	}
	// Of a call that was cut off nobody knows how long it was talked, so that no
	// figure is asked for.
	isUseful := rings.Useful(&e.Ending, &policy.FrequencyParams{})
	have, changed := have.With(rings.Of(e.ID, o.public.at(), isUseful), now)
	l.left[string(key)] = have
	if changed {
		e.Rings = store.Row{Key: key, Value: rings.Encode(have)}
	}
	return nil
}
