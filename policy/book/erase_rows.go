package book

import (
	"encoding/binary"
	"fmt"
	"slices"

	"tregua/policy"
	"tregua/policy/store"
)

// erasePerson leaves of the row of a number its objection, and what was told
// later.
func (b *Book) erasePerson(batch *store.Batch, p policy.PrincipalID, e *Erasing, later func(uint32) bool) error {
	key := personKey(p, b.config.Keys.Index(e.Number))
	row, found, err := getPerson(b.config.Store, key)
	if err != nil || !found {
		return err
	}
	before, until := string(encodeKeyed(row)), instantOf(e.Before)
	row.forget(func(part uint32) bool { return !later(part) })
	eraseTold(&row.Consents, until)
	eraseTold(&row.Contracts, until)
	eraseTold(&row.Requests, until)
	eraseTold(&row.Revocations, until)
	eraseTold(&row.Passings, until)
	if row.Hold != nil && row.Hold.Since <= until {
		row.Hold = nil
	}
	if row.RefusedAt <= until {
		row.RefusedAt = 0
	}
	switch after := encodeKeyed(row); {
	case row.empty():
		batch.Delete = append(batch.Delete, key)
	case string(after) != before:
		batch.Put = append(batch.Put, store.Row{Key: key, Value: after})
	}
	return nil
}

// eraseTold takes out what was entered singly until then.
func eraseTold[T comparable](list *[]told[T], until instant) {
	*list = slices.DeleteFunc(*list, func(t told[T]) bool { return t.At != 0 && t.At <= until })
}

// eraseSaid deletes the history of a number.
func (b *Book) eraseSaid(batch *store.Batch, p policy.PrincipalID, e *Erasing, _ func(uint32) bool) error {
	prefix := saidPrefix(p, b.config.Keys.Index(e.Number))
	for row, err := range b.config.Store.Scan(prefix, nil) {
		if err != nil {
			return fmt.Errorf("reading changes: %w", err)
		}
		if binary.BigEndian.Uint64(row.Key[len(prefix):]) <= uint64(e.Before.UnixNano()) {
			batch.Delete = append(batch.Delete, row.Key)
		}
	}
	return nil
}

// eraseContact takes a number out of those of its person: its own row, and its
// place in the rows of the others.
func (b *Book) eraseContact(batch *store.Batch, p policy.PrincipalID, e *Erasing, later func(uint32) bool) error {
	key := contactKey(p, b.config.Keys.Index(e.Number))
	row := contactRow{Version: rowVersion}
	found, err := get(b.config.Store, key, &row)
	if err != nil || !found {
		return err
	}
	var others []policy.Number
	for _, t := range row.Told {
		if later(t.Part) {
			continue
		}
		for _, sealed := range t.Others {
			n, err := b.config.Keys.OpenNumber(sealed)
			if err != nil {
				return fmt.Errorf("row %x: %w", key, err)
			}
			others = append(others, n)
		}
	}
	slices.Sort(others)
	for _, other := range slices.Compact(others) {
		if err := b.eraseOther(batch, p, other, e.Number, later); err != nil {
			return err
		}
	}
	told := len(row.Told)
	row.Told = slices.DeleteFunc(row.Told, func(t toldContact) bool { return !later(t.Part) })
	switch {
	case len(row.Told) == 0:
		batch.Delete = append(batch.Delete, key)
	case len(row.Told) < told:
		batch.Put = append(batch.Put, store.Row{Key: key, Value: encode(row)})
	}
	return nil
}

// eraseOther takes gone out of the row of another number of its person. The row
// stays also when nobody is left in it: a set names it.
func (b *Book) eraseOther(batch *store.Batch, p policy.PrincipalID, n, gone policy.Number, later func(uint32) bool) error {
	key := contactKey(p, b.config.Keys.Index(n))
	row := contactRow{Version: rowVersion}
	found, err := get(b.config.Store, key, &row)
	if err != nil || !found {
		return err
	}
	changed := false
	for i := range row.Told {
		if later(row.Told[i].Part) {
			continue
		}
		var left [][]byte
		for _, sealed := range row.Told[i].Others {
			other, err := b.config.Keys.OpenNumber(sealed)
			if err != nil {
				return fmt.Errorf("row %x: %w", key, err)
			}
			if other != gone {
				left = append(left, sealed)
			}
		}
		changed = changed || len(left) < len(row.Told[i].Others)
		row.Told[i].Others = left
	}
	if changed {
		batch.Put = append(batch.Put, store.Row{Key: key, Value: encode(row)})
	}
	return nil
}

// eraseSamples takes a number out of the samples of providers.
func (b *Book) eraseSamples(batch *store.Batch, e *Erasing) error {
	for r, err := range b.config.Store.Scan([]byte{spaceSample}, nil) {
		if err != nil {
			return fmt.Errorf("reading samples: %w", err)
		}
		var row sampleRow
		if err := decode(r.Key, r.Value, &row); err != nil {
			return err
		}
		if row.At > instantOf(e.Before) {
			continue
		}
		all := len(row.Rows)
		row.Rows = slices.DeleteFunc(row.Rows, func(s sampledRow) bool {
			n, openErr := b.config.Keys.OpenNumber(s.Sealed)
			if openErr != nil {
				err = fmt.Errorf("row %x: %w", r.Key, openErr)
			}
			return n == e.Number
		})
		if err != nil {
			return err
		}
		if len(row.Rows) < all {
			batch.Put = append(batch.Put, store.Row{Key: r.Key, Value: encode(row)})
		}
	}
	return nil
}
