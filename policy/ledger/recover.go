package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// Schema is the version of the rows that this program writes. A store of a
// newer one is refused.
const Schema = 1

// Recover opens the ledger of a node for writing: it checks that the store is
// this node's and not a newer program's, counts the start, and closes what the
// last run left open as interrupted. It returns the committer to go on with
// and how many attempts it closed. It may be cut off at any moment and run
// again.
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
	m := NewCommitter(c, state)
	entries := interrupted(state, now)
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

// interrupted returns the ends of all open attempts, in their order. That the
// INVITE left is not certain; the open row says that it was about to.
func interrupted(s State, now time.Time) []Entry {
	entries := make([]Entry, 0, len(s.open))
	for id := range s.open {
		entries = append(entries, Entry{Kind: Close, ID: id, Ending: policy.Ending{
			Outcome: policy.OutcomeInterrupted, Reason: policy.Interrupted,
			Forwarded: true, EndedBy: policy.Tregua, EndedAt: now,
		}})
	}
	slices.SortFunc(entries, func(x, y Entry) int { return bytes.Compare(x.ID[:], y.ID[:]) })
	return entries
}

// begin checks and writes the rows `01`, and returns the boot counter.
func begin(c Config, st store.Store) (boot uint64, err error) {
	schema, old, err := readNumber(st, metaRow(metaSchema))
	if err != nil {
		return 0, err
	}
	if schema > Schema {
		return 0, fmt.Errorf("the store has schema %d, this program knows up to %d; use a newer tregua", schema, Schema)
	}
	if old {
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

// Load reads what a committer goes on from. It changes nothing.
func Load(r store.Reader) (State, error) {
	s := State{open: map[policy.AttemptID]*opened{}, counts: map[Tally]Counters{}}
	var err error
	if s.Boot, _, err = readNumber(r, metaRow(metaBoot)); err != nil {
		return State{}, err
	}
	if s.Next, err = tail(r); err != nil {
		return State{}, err
	}
	for row, err := range r.Scan([]byte{spaceCount}, nil) {
		if err != nil {
			return State{}, err
		}
		t, n, err := readCounters(row.Key, row.Value)
		if err != nil {
			return State{}, err
		}
		s.counts[t] = n
	}
	for row, err := range r.Scan([]byte{spaceOpen}, nil) {
		if err != nil {
			return State{}, err
		}
		o, err := readOpen(row)
		if err != nil {
			return State{}, err
		}
		s.open[o.public.id()] = o
	}
	return s, nil
}

// tail returns the Seq after the last of the outbox. An empty outbox ends
// where the months stopped reading.
func tail(r store.Reader) (uint64, error) {
	next, _, err := readNumber(r, cursorRow(sinkMonths))
	if err != nil {
		return 0, err
	}
	for row, err := range r.Scan([]byte{spaceOutbox}, outboxRow(next)) {
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(row.Key, outboxRow(next)) {
			return 0, fmt.Errorf("the outbox has row %x where record %d must be; restore the store", row.Key, next)
		}
		next++
	}
	return next, nil
}

func readOpen(row store.Row) (*opened, error) {
	var w stored
	if err := decode(row.Key, row.Value, &w); err != nil {
		return nil, err
	}
	o := &opened{sealed: w.Sealed}
	if err := decode(row.Key, w.Public, &o.public); err != nil {
		return nil, err
	}
	if id := o.public.id(); !bytes.Equal(row.Key, openRow(id)) {
		return nil, fmt.Errorf("row %x: holds attempt %s", row.Key, id)
	}
	if err := fixed(o.commitment[:], w.Commitment, "commitment"); err != nil {
		return nil, fmt.Errorf("row %x: %w", row.Key, err)
	}
	if err := fixed(o.index[:], w.Index, "index"); err != nil {
		return nil, fmt.Errorf("row %x: %w", row.Key, err)
	}
	return o, nil
}

func numberValue(n uint64) []byte { return encode(&number{Version: version, N: n}) }

// readNumber reads a number; a missing row is 0.
func readNumber(r store.Reader, key []byte) (n uint64, found bool, err error) {
	value, found, err := r.Get(key)
	if err != nil || !found {
		return 0, false, err
	}
	var w number
	if err := decode(key, value, &w); err != nil {
		return 0, false, err
	}
	return w.N, true, nil
}
