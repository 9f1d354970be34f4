package ledger

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"tregua/policy/store"
)

// Schema is the version of the rows that this program writes. A store of an older one
// is refused until [Migrate] has been over it, one of a newer for good.
const Schema = 7

// Recover opens the ledger of a node for writing: it checks that the store is
// this node's and of this schema, counts the start, and closes what the last
// run left open as interrupted, but for the calls that Config.Adopt takes. It
// returns the committer to go on with and how many attempts and calls it closed.
// It may be cut off at any moment and run again.
func Recover(c Config, st store.Store, now time.Time) (*Committer, int, error) {
	boot, err := begin(c, st)
	if err != nil {
		return nil, 0, err
	}
	state, err := Load(st)
	if err != nil {
		return nil, 0, err
	}
	state.Boot = boot
	if err := state.markHour(st); err != nil {
		return nil, 0, err
	}
	taken := c.adopted(&state, NewReader(st, nil, c.Keys, c.Subjects))
	entries, err := interrupted(state, taken, c.Params, st, now)
	if err != nil {
		return nil, 0, err
	}
	m := NewCommitter(c, state)
	for batch := range slices.Chunk(entries, MaxTurn) {
		rows, receipts := m.Turn(now, batch)
		for _, r := range receipts {
			if r.Err != nil {
				m.Failed()
				return nil, 0, fmt.Errorf("close attempt %s: %w", r.ID, r.Err)
			}
		}
		if err := st.Commit(rows); err != nil {
			m.Failed()
			return nil, 0, fmt.Errorf("close what the last run left open: %w", err)
		}
		m.Committed()
	}
	return m, len(entries), nil
}

// begin checks and writes the rows `01`, and returns the boot counter.
func begin(c Config, st store.Store) (boot uint64, err error) {
	schema, old, err := readNumber(st, metaRow(metaSchema))
	if err != nil {
		return 0, err
	}
	if old {
		if err := known(schema); err != nil {
			return 0, err
		}
		if schema < Schema {
			return 0, fmt.Errorf("the store has schema %d, this program writes %d; run tregua migrate", schema, Schema)
		}
		if err := same(c, st); err != nil {
			return 0, err
		}
	}
	if boot, _, err = readNumber(st, metaRow(metaBoot)); err != nil {
		return 0, err
	}
	boot++
	err = st.Commit(store.Batch{Put: []store.Row{
		{Key: metaRow(metaBoot), Value: numberValue(boot)},
		{Key: metaRow(metaKeys), Value: encode(&text{Version: version, Text: []byte(c.Keys.Fingerprint())})},
		{Key: metaRow(metaNode), Value: numberValue(uint64(c.Node))},
		{Key: metaRow(metaSchema), Value: numberValue(Schema)},
	}})
	if err != nil {
		return 0, fmt.Errorf("count the start: %w", err)
	}
	return boot, nil
}

// same checks that an old store belongs to this node and these keys.
func same(c Config, st store.Reader) error {
	node, _, err := readNumber(st, metaRow(metaNode))
	if err != nil {
		return err
	}
	if node != uint64(c.Node) {
		return fmt.Errorf("the store is of node %d, the config says %d; node.id never changes", node, c.Node)
	}
	value, found, err := st.Get(metaRow(metaKeys))
	if err != nil {
		return err
	}
	if !found {
		return errors.New("the store does not say which keys it was written with; restore it from a backup")
	}
	var mark text
	if err := decode(metaRow(metaKeys), value, &mark); err != nil {
		return err
	}
	if string(mark.Text) != c.Keys.Fingerprint() {
		return fmt.Errorf("the store was written with keys %s, these are %s; restore the key file",
			mark.Text, c.Keys.Fingerprint())
	}
	return nil
}
