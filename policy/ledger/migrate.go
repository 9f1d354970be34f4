package ledger

import (
	"errors"
	"fmt"

	"tregua/policy/store"
)

// step makes a store of one schema one of the next. It may be cut off after any
// commit and is then done again from its beginning: what it has done already it
// does again to the same rows, or finds done.
type step struct {
	from uint64
	what string // for people
	do   func(state store.Store, shelf *Shelf) error
}

// steps leads from each schema that can be migrated to [Schema], with no gap. What
// was before the first was written by no released program.
var steps = []step{
	{6, "write the order of the records into their months", writeSequence},
}

// Migration is what stands between a store and this program.
type Migration struct {
	From  uint64   `json:"from"`  // schema of the store
	To    uint64   `json:"to"`    // [Schema]; equal to From: there is nothing to do
	Steps []string `json:"steps"` // in their order
}

// Pending says what [Migrate] would do. A store that is new, newer than this
// program, older than any step, or of another node or other keys than c says is an
// error. It writes nothing.
func Pending(c Config, st store.Reader) (m Migration, err error) {
	schema, found, err := readNumber(st, metaRow(metaSchema))
	if err != nil {
		return m, err
	}
	if !found {
		return m, errors.New("the store says no schema: no tregua has written it, or it is damaged; look at node.data, or restore it from a backup")
	}
	if err := known(schema); err != nil {
		return m, err
	}
	m = Migration{From: schema, To: Schema, Steps: []string{}}
	for _, s := range from(schema) {
		m.Steps = append(m.Steps, s.what)
	}
	return m, same(c, st)
}

// Migrate brings a store and its months to [Schema], forward only. Each step ends
// with the commit of its number, so that it may be cut off at any moment and run
// again. No daemon may run on the store, and what it was before should be in a
// backup.
func Migrate(c Config, state store.Store, shelf *Shelf) (Migration, error) {
	m, err := Pending(c, state)
	if err != nil {
		return m, err
	}
	for _, s := range from(m.From) {
		if err := s.do(state, shelf); err != nil {
			return m, fmt.Errorf("migrate from schema %d: %s: %w", s.from, s.what, err)
		}
		number := store.Row{Key: metaRow(metaSchema), Value: numberValue(s.from + 1)}
		if err := state.Commit(store.Batch{Put: []store.Row{number}}); err != nil {
			return m, fmt.Errorf("migrate from schema %d: %w", s.from, err)
		}
	}
	return m, nil
}

// from are the steps that a store of a schema that is [known] needs.
func from(schema uint64) []step { return steps[schema-steps[0].from:] }

// known refuses a schema from which no step leads to this one.
func known(schema uint64) error {
	switch oldest := steps[0].from; {
	case schema > Schema:
		return fmt.Errorf("the store has schema %d, this program knows up to %d; use a newer tregua", schema, Schema)
	case schema < oldest:
		return fmt.Errorf("the store has schema %d: a development version wrote it, and this program reads %d to %d only; "+
			"begin with an empty data directory", schema, oldest, Schema)
	}
	return nil
}
