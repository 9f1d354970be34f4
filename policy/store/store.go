// Package store names what tregua needs of a key-value store. Two packages
// fit it: policy/store/badger, the embedded default, and policy/store/memory
// for the simulation and tests; policy/store/storetest is the suite both pass.
package store

import (
	"errors"
	"iter"
)

// ErrLocked is returned when another process has the store open.
var ErrLocked = errors.New("the store is open in another process")

// Reader reads rows. A missing row is (nil, false, nil), not an error. Values
// returned may be kept by the caller.
type Reader interface {
	Get(key []byte) (value []byte, found bool, err error)
	// Scan yields the rows whose key has the prefix, in key order, starting
	// at from (from itself included; nil: the first). After an error it stops.
	Scan(prefix, from []byte) iter.Seq2[Row, error]
}

// Row is one key and its value.
type Row struct{ Key, Value []byte }

// Batch is a set of changes that become visible and durable together.
type Batch struct {
	Put    []Row
	Delete [][]byte
}

// Store is a Reader that can be changed.
type Store interface {
	Reader
	// Commit applies the batch as one transaction; when it returns nil the
	// batch survives SIGKILL, and with sync a power loss too.
	Commit(Batch) error
	Close() error
}
