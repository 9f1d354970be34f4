package book

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"tregua/policy"
	"tregua/policy/store"
)

const (
	// maxNumbers bounds the numbers of a person: all are looked at for each call.
	maxNumbers = 20
	// maxImports is of how many imports a row tells: the newest in force counts, and
	// those before it when it is taken back.
	maxImports = 3
)

// contactNumber is one row of a file of contacts. The contact stands as a hash:
// which numbers are together is all that is kept of it.
type contactNumber struct {
	contact [16]byte
	number  policy.Number
}

// contactRow takes number, contact.
func (c *chunk) contactRow(fields []string) error {
	n, _, err := c.number(fields[0])
	if err != nil {
		return err
	}
	if fields[1] == "" {
		return errors.New("contact is empty: give each person an id of your own")
	}
	sum := sha256.Sum256([]byte(fields[1]))
	c.people = append(c.people, contactNumber{[16]byte(sum[:]), n})
	return nil
}

// together is two numbers of one person.
type together struct{ number, other policy.Number }

// stageContacts commits which numbers are of one person. They carry the id of a
// part that is not in force: nobody believes them yet. A number that two persons
// share belongs with those of both.
func (i *importing) stageContacts() error {
	byContact := func(x, y contactNumber) int {
		return cmp.Or(slices.Compare(x.contact[:], y.contact[:]), cmp.Compare(x.number, y.number))
	}
	slices.SortFunc(i.people, byContact)
	i.people = slices.Compact(i.people)
	var pairs []together
	for from := 0; from < len(i.people); {
		to := from + 1
		for to < len(i.people) && i.people[to].contact == i.people[from].contact {
			to++
		}
		if to-from > maxNumbers {
			return wrong("a contact has %d numbers, %d at most can be one person's: is this the right file?", to-from, maxNumbers)
		}
		for _, x := range i.people[from:to] {
			for _, y := range i.people[from:to] {
				if x != y {
					pairs = append(pairs, together{x.number, y.number})
				}
			}
		}
		from = to
	}
	i.people = nil
	slices.SortFunc(pairs, func(x, y together) int {
		return cmp.Or(cmp.Compare(x.number, y.number), cmp.Compare(x.other, y.other))
	})
	return i.stagePairs(slices.Compact(pairs))
}

// stagePairs writes the rows of the numbers that have others, which are sorted.
func (i *importing) stagePairs(pairs []together) error {
	var batch []policy.Number
	others := map[policy.Number][]policy.Number{}
	flush := func() error {
		err := i.rewriteContacts(batch, func(n policy.Number) []policy.Number { return others[n] })
		batch = batch[:0]
		clear(others)
		return err
	}
	for _, p := range pairs {
		if len(others[p.number]) == 0 {
			if len(batch) == batchRows {
				if err := flush(); err != nil {
					return err
				}
			}
			batch = append(batch, p.number)
			i.sets[setNumbers].Add(p.number)
		}
		others[p.number] = append(others[p.number], p.other)
		if len(others[p.number]) >= maxNumbers {
			return wrong("%s stands with %d other numbers, %d at most can be of one person", p.number.Masked(), maxNumbers, maxNumbers-1)
		}
	}
	return flush()
}

// unstageContacts takes the contacts of a failed import out again. What it
// cannot reach is not believed either.
func (i *importing) unstageContacts() error {
	if i.request.Kind != Contacts {
		return nil
	}
	for batch := range slices.Chunk(slices.Collect(i.sets[setNumbers].Each()), batchRows) {
		if err := i.rewriteContacts(batch, func(policy.Number) []policy.Number { return nil }); err != nil {
			return fmt.Errorf("taking staged contacts out again: %w", err)
		}
	}
	return nil
}

// rewriteContacts says of each number which others this import has with it, none
// for nothing, and commits the rows together. Every row that it reads is rid of
// what can never come into force.
func (i *importing) rewriteContacts(numbers []policy.Number, others func(policy.Number) []policy.Number) error {
	if len(numbers) == 0 {
		return nil
	}
	b := i.book
	b.mu.Lock()
	defer b.mu.Unlock()
	var batch store.Batch
	for _, n := range numbers {
		key := contactKey(policy.PrincipalID(i.scope), b.config.Keys.Index(n))
		row := contactRow{Version: rowVersion}
		if _, err := get(b.config.Store, key, &row); err != nil {
			return err
		}
		row.Told = slices.DeleteFunc(row.Told, func(t toldContact) bool { return !b.kept[t.Part] })
		told := toldContact{Part: i.part}
		for _, other := range others(n) {
			sealed, err := b.config.Keys.SealNumber(other)
			if err != nil {
				return err
			}
			told.Others = append(told.Others, sealed)
		}
		if len(told.Others) > 0 {
			row.Told = append(row.Told, told)
		}
		if len(row.Told) == 0 {
			batch.Delete = append(batch.Delete, key)
			continue
		}
		row.Told = row.Told[max(0, len(row.Told)-maxImports):]
		batch.Put = append(batch.Put, store.Row{Key: key, Value: encode(row)})
	}
	if err := b.config.Store.Commit(batch); err != nil {
		return fmt.Errorf("staging contacts: %w", err)
	}
	return nil
}
