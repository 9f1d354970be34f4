package book

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

const (
	// batchRows is how many rows are committed together: few enough that a
	// blacklist entry, which waits for one batch, is in force at once.
	batchRows = 1000
	// maxTold bounds the entries of a kind of one number at one principal.
	maxTold = 1000
	// maxEvidence bounds the reference to the proof, in bytes.
	maxEvidence = 512
)

// stagedRow is a row of a file that waits to be committed: what its kind says.
type stagedRow struct {
	consent  consent
	contract contract
	request  request
	passing  passing
}

// stagedKey is the key of a staged row. Keys are sorted, and the rows, which are
// ten times as large, stay where they are.
type stagedKey struct {
	index seal.Index // of the number
	row   int32      // its place in the block
}

// sortStaged sorts keys, and those of one number as its rows came. They are hashes:
// in the order of a file every row would be looked for, and put, at another end of
// the store.
func sortStaged(list []stagedKey) {
	slices.SortFunc(list, func(a, b stagedKey) int {
		return cmp.Or(bytes.Compare(a.index[:], b.index[:]), cmp.Compare(a.row, b.row))
	})
}

// stage commits the staged rows of a block into those of their numbers, batch by
// batch. They carry the id of a part that is not in force: nobody believes them yet.
func (i *importing) stage(ctx context.Context, c *chunk) error {
	for batch := range slices.Chunk(c.keys, batchRows) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		err := i.rewrite(batch, func(person *personRow, row int32) error { return i.merge(person, &c.staged[row]) })
		if err != nil {
			return err
		}
	}
	return nil
}

// unstage takes the rows of a failed import out again. What it cannot reach is
// not believed either.
func (i *importing) unstage() error {
	if !i.request.Kind.staged() {
		return nil
	}
	i.part = 0 // what is rewritten from now on is without it
	batch := make([]stagedKey, 0, batchRows)
	drop := func() error {
		defer func() { batch = batch[:0] }()
		if err := i.rewrite(batch, func(*personRow, int32) error { return nil }); err != nil {
			return fmt.Errorf("taking staged rows out again: %w", err)
		}
		return nil
	}
	for n := range i.sets[setNumbers].Each() {
		if batch = append(batch, stagedKey{index: i.book.config.Keys.Index(n)}); len(batch) == batchRows {
			if err := drop(); err != nil {
				return err
			}
		}
	}
	return drop()
}

// rewrite changes the rows of some numbers and commits them together. Every
// row that it reads is rid of the parts that can never come into force.
func (i *importing) rewrite(list []stagedKey, change func(person *personRow, row int32) error) error {
	if len(list) == 0 {
		return nil
	}
	b := i.book
	b.mu.Lock()
	defer b.mu.Unlock()
	principal := policy.PrincipalID(i.scope)
	rows := make(map[seal.Index]*personRow, len(list))
	order := make([]seal.Index, 0, len(list))
	for _, key := range list {
		h := key.index
		person := rows[h]
		if person == nil {
			row, _, err := getPerson(b.config.Store, personKey(principal, h))
			if err != nil {
				return err
			}
			person = &row
			person.forget(i.gone)
			rows[h], order = person, append(order, h)
		}
		if err := change(person, key.row); err != nil {
			return err
		}
	}
	return i.commit(principal, rows, order)
}

// commit writes rows in as many batches as they need: nobody believes them
// before the generation names their part.
func (i *importing) commit(principal policy.PrincipalID, rows map[seal.Index]*personRow, order []seal.Index) error {
	var batch store.Batch
	size := 0
	for _, h := range order {
		key, person := personKey(principal, h), rows[h]
		if person.empty() {
			batch.Delete = append(batch.Delete, key)
			continue
		}
		row := store.Row{Key: key, Value: encodeKeyed(*person)}
		batch.Put = append(batch.Put, row)
		if size += len(row.Key) + len(row.Value); size > store.MaxBytes/2 {
			if err := i.book.config.Store.Commit(batch); err != nil {
				return fmt.Errorf("staging rows: %w", err)
			}
			batch, size = store.Batch{}, 0
		}
	}
	if err := i.book.config.Store.Commit(batch); err != nil {
		return fmt.Errorf("staging rows: %w", err)
	}
	return nil
}

// gone reports whether a part can never come into force: it is of an import that
// failed. mu must be held.
func (i *importing) gone(part uint32) bool { return part != i.part && !i.book.kept[part] }

// merge adds what a row of the file says.
func (i *importing) merge(person *personRow, r *stagedRow) error {
	switch i.request.Kind {
	case Contracts:
		return tell(&person.Contracts, i.part, r.contract)
	case Requests:
		return tell(&person.Requests, i.part, r.request)
	case Reassigned:
		return tell(&person.Passings, i.part, r.passing)
	case Consents, Registry, Blacklist, Lists, Contacts, Submissions:
	}
	return tell(&person.Consents, i.part, r.consent)
}

// instant reads a time that is past.
func (c *chunk) instant(name, text, zone string) (instant, error) {
	at, err := c.future(name, text, zone)
	if err == nil && at.time().After(c.of.book.config.Now()) {
		err = fmt.Errorf("%s %q is in the future", name, text)
	}
	return at, err
}

// future reads a time that may yet come: RFC 3339, or a date, which is the first
// moment of that day where the person lives. So a consent of the day on which
// the person opposed is not newer than the opposition.
func (c *chunk) future(name, text, zone string) (instant, error) {
	if text == "" {
		return 0, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		location, zoneErr := c.location(zone)
		if zoneErr != nil {
			return 0, fmt.Errorf("%s: %w", name, zoneErr)
		}
		if at, err = time.ParseInLocation(time.DateOnly, text, location); err != nil {
			return 0, fmt.Errorf("%s %q: write 2026-03-31 or 2026-03-31T14:05:00+02:00", name, text)
		}
	}
	if err := within(at); err != nil {
		return 0, fmt.Errorf("%s %q %w", name, text, err)
	}
	return instantOf(at), nil
}

// within says what is wrong with a time that a row cannot keep.
func within(at time.Time) error {
	switch {
	case at.Before(earliest):
		return errors.New("is too long ago")
	case at.After(latest):
		return errors.New("is too far away")
	}
	return nil
}

// earliest is a time before every consent, latest one after every contract; they
// keep times inside a row.
var (
	earliest = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)
	latest   = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
)

func (c *chunk) location(zone string) (*time.Location, error) {
	if c.zones == nil {
		c.zones = map[string]*time.Location{}
	}
	if location := c.zones[zone]; location != nil {
		return location, nil
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return nil, err
	}
	c.zones[zone] = location
	return location, nil
}
