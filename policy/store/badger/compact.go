package badger

import (
	"fmt"

	"github.com/dgraph-io/badger/v4"
)

// compactMark is a row that is there for a moment only. Its space is nobody's.
var compactMark = []byte{0x00}

// Compact takes out of the files what was deleted or overwritten: Badger does so by
// itself when tables grow, and of a store that grows no more never. It reads and writes
// all that the store has. Commits fail meanwhile; whoever reads goes on.
func (s *Store) Compact() error {
	if err := s.compact(); err != nil {
		return fmt.Errorf("store %s: compact: %w", s.dir, err)
	}
	return nil
}

func (s *Store) compact() error {
	if s.db.IsClosed() {
		return badger.ErrDBClosed
	}
	if err := room(s.dir, s.statfs); err != nil {
		return err
	}
	// What is in memory, and in its log, becomes tables when a prefix is dropped that
	// some row has: Badger has no other way to say so.
	err := s.db.Update(func(txn *badger.Txn) error { return txn.Set(compactMark, nil) })
	if err != nil {
		return err
	}
	if err := s.db.DropPrefix(compactMark); err != nil {
		return err
	}
	return s.db.Flatten(1)
}
