package book

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

const (
	// batchRows is how many consents are committed together: few enough that a
	// blacklist entry, which waits for one batch, is in force at once.
	batchRows = 1000
	// maxConsents bounds the row of one number at one principal.
	maxConsents = 1000
	// maxEvidence bounds the reference to the proof, in bytes.
	maxEvidence = 512
)

// stagedConsent is a consent that waits to be committed.
type stagedConsent struct {
	number  policy.Number
	index   seal.Index // of the number
	row     int        // its place in the block
	consent consentRow
}

// sortStaged sorts consents by the keys of their rows, and those of one number
// as they came. Keys are hashes: in the order of a file every row would be
// looked for, and put, at another end of the store.
func sortStaged(list []stagedConsent) {
	slices.SortFunc(list, func(a, b stagedConsent) int {
		return cmp.Or(bytes.Compare(a.index[:], b.index[:]), cmp.Compare(a.row, b.row))
	})
}

// stage commits the staged consents into the rows of their numbers, batch by
// batch. They carry the id of a part that is not in force: nobody believes
// them yet.
func (i *importing) stage(ctx context.Context) error {
	for batch := range slices.Chunk(i.staged, batchRows) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := i.rewrite(batch, i.merge); err != nil {
			return err
		}
	}
	i.staged = nil
	return nil
}

// unstage takes the consents of a failed import out again. What it cannot
// reach is not believed either.
func (i *importing) unstage() error {
	if i.request.Kind != Consents {
		return nil
	}
	i.part = 0 // what is rewritten from now on is without it
	batch := make([]stagedConsent, 0, batchRows)
	drop := func() error {
		defer func() { batch = batch[:0] }()
		if err := i.rewrite(batch, func(*personRow, consentRow) error { return nil }); err != nil {
			return fmt.Errorf("taking staged consents out again: %w", err)
		}
		return nil
	}
	for n := range i.sets[setNumbers].Each() {
		if batch = append(batch, stagedConsent{number: n, index: i.book.config.Keys.Index(n)}); len(batch) == batchRows {
			if err := drop(); err != nil {
				return err
			}
		}
	}
	return drop()
}

// rewrite changes the rows of some numbers and commits them together. Every
// row that it reads is rid of the parts that can never come into force.
func (i *importing) rewrite(list []stagedConsent, change func(*personRow, consentRow) error) error {
	if len(list) == 0 {
		return nil
	}
	b := i.book
	b.mu.Lock()
	defer b.mu.Unlock()
	principal := policy.PrincipalID(i.scope)
	rows := make(map[seal.Index]*personRow, len(list))
	order := make([]seal.Index, 0, len(list))
	for at := range list {
		h := list[at].index
		person := rows[h]
		if person == nil {
			person = &personRow{Version: rowVersion}
			if _, err := get(b.config.Store, personKey(principal, h), person); err != nil {
				return err
			}
			i.forget(person)
			rows[h], order = person, append(order, h)
		}
		if err := change(person, list[at].consent); err != nil {
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
		if person.Objection == nil && len(person.Consents) == 0 {
			batch.Delete = append(batch.Delete, key)
			continue
		}
		row := store.Row{Key: key, Value: encode(*person)}
		batch.Put = append(batch.Put, row)
		if size += len(row.Key) + len(row.Value); size > store.MaxBytes/2 {
			if err := i.book.config.Store.Commit(batch); err != nil {
				return fmt.Errorf("staging consents: %w", err)
			}
			batch, size = store.Batch{}, 0
		}
	}
	if err := i.book.config.Store.Commit(batch); err != nil {
		return fmt.Errorf("staging consents: %w", err)
	}
	return nil
}

// forget takes parts out of a row that can never come into force: imports that
// failed. mu must be held.
func (i *importing) forget(person *personRow) {
	for at := range person.Consents {
		c := &person.Consents[at]
		c.Parts = slices.DeleteFunc(c.Parts, func(p uint32) bool { return p != i.part && !i.book.kept[p] })
	}
	person.Consents = slices.DeleteFunc(person.Consents, func(c consentRow) bool { return len(c.Parts) == 0 })
}

// merge adds a consent to a row; one that is there already only learns that
// this import tells of it too.
func (i *importing) merge(person *personRow, c consentRow) error {
	for at := range person.Consents {
		have := &person.Consents[at]
		if have.Purpose == c.Purpose && have.Channels == c.Channels && have.GivenAt == c.GivenAt &&
			have.RevokedAt == c.RevokedAt && have.Evidence == c.Evidence {
			if !slices.Contains(have.Parts, i.part) {
				have.Parts = append(have.Parts, i.part)
			}
			return nil
		}
	}
	if len(person.Consents) >= maxConsents {
		return wrong("one number has more than %d different consents: is this the right file?", maxConsents)
	}
	person.Consents = append(person.Consents, c)
	return nil
}

// instant reads a time of a consent: RFC 3339, or a date, which is the first
// moment of that day where the person lives. So a consent of the day on which
// the person opposed is not newer than the opposition.
func (c *chunk) instant(name, text, zone string) (instant, error) {
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
	switch {
	case at.After(c.of.book.config.Now()):
		return 0, fmt.Errorf("%s %q is in the future", name, text)
	case at.Before(earliest):
		return 0, fmt.Errorf("%s %q is too long ago", name, text)
	}
	return instantOf(at), nil
}

// earliest is a time before every consent; it keeps times inside a row.
var earliest = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

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
