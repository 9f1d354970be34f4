package book

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Purging is one run over what is over its term.
type Purging struct {
	Now  time.Time
	Held func(seal.Index) bool // legal holds and open complaints keep the number; nil: none does
	// HeldNumbers are those that Held says are held; nil: none is.
	HeldNumbers func() []policy.Number
	Ends        int  // months from which on no profile lets a consent hold; 0: it has no end
	Dry         bool // count only
	// Step calls what takes a batch; what is held does not change meanwhile. Nil: it
	// never does.
	Step func(func() error) error
	// Told returns the row that is committed with a batch, which says how many of each
	// kind go; nil: nobody is told.
	Told func(took map[string]int) (store.Row, error)
}

func (g *Purging) step(do func() error) error {
	if g.Step == nil {
		return do()
	}
	return g.Step(do)
}

// The kinds of what a purge takes.
const (
	purgedConsents    = "consents"
	purgedRevocations = "revocations"
)

// purger is the actor of what a purge leaves in place of a revocation.
const purger = "purge"

// PurgeConsents takes the consents whose proof is over its term ([keep.Proof]), with the
// changes by which people entered them, and returns how many of each kind went; what
// went before an error is counted too. One that stands stays.
//
// Of a revocation, a purpose and a time stay in the row: whatever file brings the
// consent again, it stays revoked. They go when the principal had no mandate for as
// long again; one of whom no mandate is known counts as having one. The set of an import
// goes on to name the number, as long as it is in force.
func (b *Book) PurgeConsents(ctx context.Context, g *Purging) (map[string]int, error) {
	took := map[string]int{purgedConsents: 0, purgedRevocations: 0}
	var keys [][]byte
	flush := func() error {
		defer func() { keys = keys[:0] }()
		return g.step(func() error { return b.purgePersons(keys, g, took) })
	}
	b.mu.Lock()
	past := b.past(g)
	b.mu.Unlock()
	for r, err := range b.config.Store.Scan([]byte{spacePerson}, nil) {
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return took, fmt.Errorf("purging consents: %w", err)
		}
		gone, err := past.of(r)
		if err != nil {
			return took, err
		}
		switch {
		case gone.nothing():
			continue
		case g.Dry:
			gone.add(took)
			continue
		}
		if keys = append(keys, r.Key); len(keys) == batchRows {
			if err := flush(); err != nil {
				return took, err
			}
		}
	}
	return took, flush()
}

// purgePersons takes what is due of some rows, which are read again: somebody may have
// changed them since they were seen.
func (b *Book) purgePersons(keys [][]byte, g *Purging, took map[string]int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := purgeCommit{book: b, past: b.past(g), took: took, going: map[string]int{}}
	for _, key := range keys {
		row, found, err := getPerson(b.config.Store, key)
		if err == nil && found {
			err = c.row(key, &row)
		}
		if err != nil {
			return err
		}
	}
	return c.commit()
}

// purgeCommit is what one commit of a purge takes.
type purgeCommit struct {
	book  *Book
	past  *past
	batch store.Batch
	size  int
	going map[string]int
	took  map[string]int // by the commits before
}

// row adds what is due of a row.
func (c *purgeCommit) row(key []byte, row *personRow) error {
	p := principalOf(key)
	gone := c.past.purge(p, row)
	if gone.nothing() {
		return nil
	}
	value := encodeKeyed(*row)
	if c.size += len(key) + len(value); c.size > store.MaxBytes/2 || len(c.batch.Delete) > batchRows {
		if err := c.commit(); err != nil {
			return err
		}
		c.size = len(key) + len(value)
	}
	gone.add(c.going)
	for _, at := range gone.said {
		c.batch.Delete = append(c.batch.Delete, saidKey(p, seal.Index(key[5:]), at.time()))
	}
	if row.empty() && !c.past.staged[p] {
		c.batch.Delete = append(c.batch.Delete, key)
	} else { // an empty one, when an import may name it: then it must be there
		c.batch.Put = append(c.batch.Put, store.Row{Key: key, Value: value})
	}
	return nil
}

func (c *purgeCommit) commit() error {
	if c.past.Told != nil && len(c.going) > 0 {
		row, err := c.past.Told(c.going)
		if err != nil {
			return fmt.Errorf("purging consents: %w", err)
		}
		c.batch.Put = append(c.batch.Put, row)
	}
	if err := c.book.config.Store.Commit(c.batch); err != nil {
		return fmt.Errorf("purging consents: %w", err)
	}
	for kind, n := range c.going { // order: each for itself
		c.took[kind] += n
	}
	clear(c.going)
	c.batch, c.size = store.Batch{}, 0
	return nil
}

func principalOf(key []byte) policy.PrincipalID {
	return policy.PrincipalID(binary.BigEndian.Uint32(key[1:]))
}
