package ledger

import (
	"bytes"
	"errors"
	"fmt"

	"tregua/policy"
	"tregua/policy/store"
)

// Load reads what a committer goes on from. It changes nothing.
func Load(r store.Reader) (State, error) {
	s := State{open: map[policy.AttemptID]*opened{}, counts: map[Tally]Counters{}, calls: map[policy.AttemptID][]byte{}}
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
	for row, err := range r.Scan([]byte{spaceCall}, nil) {
		if err != nil {
			return State{}, err
		}
		var id policy.AttemptID
		if err := fixed(id[:], row.Key[1:], "attempt id"); err != nil {
			return State{}, fmt.Errorf("row %x: %w", row.Key, err)
		}
		s.calls[id] = row.Value
	}
	return s, errors.Join(s.loadHour(r), loadUps(r, s.open))
}

// tail returns the Seq after the last of the outbox. An empty outbox ends
// where the months stopped reading.
func tail(r store.Reader) (uint64, error) {
	next, _, err := readNumber(r, monthsCursor())
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
