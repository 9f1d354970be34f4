// Package store names what tregua needs of a key-value store. Two packages
// fit it: policy/store/badger, the embedded default, and policy/store/memory
// for the simulation and tests; policy/store/storetest is the suite both pass.
package store

import (
	"errors"
	"fmt"
	"iter"
)

// ErrLocked is returned when another process has the store open.
var ErrLocked = errors.New("the store is open in another process")

// ErrTooLarge is returned by a Commit whose batch is more than the store can
// apply as one transaction. Nothing of the batch has been applied. [MaxRows]
// and [MaxBytes] are what every store takes.
var ErrTooLarge = errors.New("the batch is too large for one transaction")

// A batch of at most MaxRows changes and MaxBytes bytes of keys and values is
// never too large. Whoever has more stages it in many batches that nobody
// reads yet and makes it valid with a last, small one.
const (
	MaxRows  = 16384
	MaxBytes = 2 << 20
)

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

// Batch is a set of changes that become visible and durable together. A key
// stands in it once.
type Batch struct {
	Put    []Row
	Delete [][]byte
}

// Store is a Reader that can be changed.
type Store interface {
	Reader
	// Commit applies the batch as one transaction; when it returns nil the
	// batch survives SIGKILL, and with sync a power loss too. After an error
	// other than ErrTooLarge the batch may or may not have been applied, but
	// never a part of it. The store keeps no slice of the batch.
	Commit(Batch) error
	Close() error
}

// Compacter is a Store whose files keep what was deleted or overwritten until more is
// written. Compact takes it out of them, which reads and writes all that is there.
// Commits may fail meanwhile.
type Compacter interface {
	Compact() error
}

// Check returns [ErrTooLarge], with the sizes, when the batch is over
// [MaxRows] or [MaxBytes].
func (b Batch) Check() error {
	rows, size := len(b.Put)+len(b.Delete), 0
	for _, r := range b.Put {
		size += len(r.Key) + len(r.Value)
	}
	for _, k := range b.Delete {
		size += len(k)
	}
	if rows > MaxRows || size > MaxBytes {
		return fmt.Errorf("%w: %d rows, %d bytes; split it below %d rows and %d bytes",
			ErrTooLarge, rows, size, MaxRows, MaxBytes)
	}
	return nil
}
