package book

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

const (
	// batchRows is how many rows are committed together: few enough that a
	// blacklist entry, which waits for one batch, is in force at once.
	batchRows = 500
	// maxTold bounds the entries of a kind of one number at one principal.
	maxTold = 1000
	// maxEvidence bounds the reference to the proof, in bytes.
	maxEvidence = 512
)

// stagedRow is a row of a file that waits to be committed: what its kind says.
type stagedRow struct {
	number   policy.Number
	consent  consent
	contract contract
	request  request
	passing  passing
}

// stageFull commits the staged rows when a batch of them is full.
func (i *importing) stageFull() error {
	if len(i.staged) < batchRows {
		return nil
	}
	return i.stage()
}

// stage commits the staged rows into those of their numbers. They carry
// the id of a part that is not in force: nobody believes them yet.
func (i *importing) stage() error {
	err := i.rewrite(len(i.staged), func(at int) policy.Number { return i.staged[at].number },
		func(at int, person *personRow) error { return i.merge(person, &i.staged[at]) })
	i.staged = i.staged[:0]
	return err
}

// unstage takes the rows of a failed import out again. What it cannot reach is
// not believed either.
func (i *importing) unstage() error {
	if !i.request.Kind.staged() {
		return nil
	}
	drop := func(int, *personRow) error { return nil } // rewrite forgets them
	for batch := range slices.Chunk(i.numbers(), batchRows) {
		if err := i.rewrite(len(batch), func(at int) policy.Number { return batch[at] }, drop); err != nil {
			return fmt.Errorf("taking staged rows out again: %w", err)
		}
	}
	return nil
}

// numbers are the numbers of the import and forgets that it has any: what is
// rewritten from now on is without it.
func (i *importing) numbers() []policy.Number {
	all := slices.Collect(i.sets[setNumbers].Each())
	i.part = 0
	return all
}

// rewrite changes the rows of count numbers and commits them together. Every
// row that it reads is rid of the parts that can never come into force.
func (i *importing) rewrite(count int, number func(int) policy.Number, change func(int, *personRow) error) error {
	if count == 0 {
		return nil
	}
	b := i.book
	b.mu.Lock()
	defer b.mu.Unlock()
	principal := policy.PrincipalID(i.scope)
	rows := map[policy.Number]*personRow{}
	for at := range count {
		n := number(at)
		person := rows[n]
		if person == nil {
			row, _, err := getPerson(b.config.Store, personKey(principal, b.config.Keys.Index(n)))
			if err != nil {
				return err
			}
			person = &row
			person.forget(i.gone)
			rows[n] = person
		}
		if err := change(at, person); err != nil {
			return err
		}
	}
	return i.commit(principal, rows)
}

// commit writes rows in as many batches as they need: nobody believes them
// before the generation names their part.
func (i *importing) commit(principal policy.PrincipalID, rows map[policy.Number]*personRow) error {
	var batch store.Batch
	size := 0
	for _, n := range slices.Sorted(maps.Keys(rows)) {
		key, person := personKey(principal, i.book.config.Keys.Index(n)), rows[n]
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

// gone reports whether a part is neither in force nor being imported: it is of
// an import that failed.
func (i *importing) gone(part uint32) bool {
	return part != i.part && !i.book.current.Load().believed[part]
}

// merge adds what a row of the file says.
func (i *importing) merge(person *personRow, r *stagedRow) error {
	switch i.request.Kind {
	case Contracts:
		return tell(&person.Contracts, i.part, r.contract)
	case Requests:
		return tell(&person.Requests, i.part, r.request)
	case Reassigned:
		return tell(&person.Passings, i.part, r.passing)
	case Consents, Registry, Blacklist:
	}
	return tell(&person.Consents, i.part, r.consent)
}

// instant reads a time that is past.
func (i *importing) instant(name, text, zone string) (instant, error) {
	at, err := i.future(name, text, zone)
	if err == nil && at.time().After(i.book.config.Now()) {
		err = fmt.Errorf("%s %q is in the future", name, text)
	}
	return at, err
}

// future reads a time that may yet come: RFC 3339, or a date, which is the first
// moment of that day where the person lives. So a consent of the day on which
// the person opposed is not newer than the opposition.
func (i *importing) future(name, text, zone string) (instant, error) {
	if text == "" {
		return 0, nil
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		location, zoneErr := i.location(zone)
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

func (i *importing) location(zone string) (*time.Location, error) {
	if i.zones == nil {
		i.zones = map[string]*time.Location{}
	}
	if location := i.zones[zone]; location != nil {
		return location, nil
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return nil, err
	}
	i.zones[zone] = location
	return location, nil
}
