package ledger

import (
	"bytes"
	"fmt"

	"tregua/policy/store"
)

// sequence says once that the months have their A2 rows.
func (m *Months) sequence() error {
	if m.whole {
		return nil
	}
	if err := writeSequence(m.state, m.shelf); err != nil {
		return err
	}
	m.whole = true
	return nil
}

// writeSequence writes the A2 rows of months that were written before there were any,
// once in the life of a store. What a crash cuts off is done again: the rows are
// equal.
func writeSequence(state store.Store, shelf *Shelf) error {
	_, found, err := state.Get(metaRow(metaSeqs))
	if err != nil || found {
		return err
	}
	months, err := shelf.Months()
	if err != nil {
		return err
	}
	for _, name := range months {
		if err := shelf.With(name, sequenceMonth); err != nil {
			return fmt.Errorf("write the order of records: %w", err)
		}
	}
	if err := state.Commit(store.Batch{Put: []store.Row{{Key: metaRow(metaSeqs), Value: numberValue(1)}}}); err != nil {
		return fmt.Errorf("write the order of records: %w", err)
	}
	return nil
}

// sequenceRows is how many rows are written in one commit, far below
// [store.MaxRows].
const sequenceRows = 4096

func sequenceMonth(st store.Store) error {
	var b store.Batch
	for _, space := range []byte{spacePublic, spaceNote} {
		for row, err := range st.Scan([]byte{space}, nil) {
			if err != nil {
				return err
			}
			s, err := readSealed(row)
			if err != nil {
				return err
			}
			if b.Put = append(b.Put, store.Row{Key: seqRow(s.Seq), Value: bytes.Clone(row.Key[1:])}); len(b.Put) == sequenceRows {
				if err := st.Commit(b); err != nil {
					return err
				}
				b.Put = b.Put[:0]
			}
		}
	}
	if len(b.Put) == 0 {
		return nil
	}
	return st.Commit(b)
}
