// Package badger is the embedded store: one Badger database in one directory,
// which it holds exclusively. It is tuned for a daemon that shares its machine
// with media: small tables, no compression, no block cache, no conflict
// detection (every key range has one writer, see policy/ledger).
package badger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"syscall"
	"time"

	"github.com/dgraph-io/badger/v4"
	"github.com/dgraph-io/badger/v4/options"
	"golang.org/x/sys/unix"

	"tregua/policy/store"
)

var _ store.Store = (*Store)(nil)

// Config says where a store lives and how safe it is.
type Config struct {
	Dir string // created, 0700, when missing
	// Sync makes a commit survive a power loss: it returns after msync. Without
	// it a commit survives the end of the process only.
	Sync bool
	// Small is for stores of which many are open: half of the memory.
	Small bool
	Log   *slog.Logger // Badger's own words, at debug; nil: none
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	db  *badger.DB
	dir string
	log *slog.Logger

	statfs func(path string, s *unix.Statfs_t) error
}

// Open opens or creates the database of c.Dir. A directory that another store
// has open, in this process or in another, gives an error that is
// [store.ErrLocked].
func Open(c Config) (*Store, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("store %s: %w", c.Dir, clean(err))
	}
	if err := sound(c.Dir); err != nil && !locked(c.Dir) {
		return nil, fmt.Errorf("store %s: %w", c.Dir, err)
	}
	db, err := badger.Open(tuned(c))
	switch {
	case err == nil:
		return &Store{db: db, dir: c.Dir, log: c.Log, statfs: unix.Statfs}, nil
	case locked(c.Dir):
		return nil, fmt.Errorf("store %s: %w", c.Dir, store.ErrLocked)
	default:
		return nil, fmt.Errorf("store %s: %w; if its files are damaged, restore it from a backup", c.Dir, err)
	}
}

// tuned returns the options of c. A table of 32 MB makes 4.8 MB the size of a
// transaction, well over [store.MaxBytes]. It must never get smaller: Badger ends the
// process when the log of a larger one, left by a kill, does not fit.
//
// A small one that grows is merged into the level below, all of which is written again,
// when it has four times as many new tables as Badger's five: at 3,000 records a second a
// month then costs a fifth less of the processor. A read asks each table, and their Bloom
// filters answer.
func tuned(c Config) badger.Options {
	table, tables := int64(32<<20), 5
	if c.Small {
		table, tables = 16<<20, 20
	}
	return badger.DefaultOptions(c.Dir).
		WithSyncWrites(c.Sync).
		WithLogger(logger{c.Log}).
		WithMetricsEnabled(false).
		WithCompression(options.None).
		WithBlockCacheSize(0).
		WithIndexCacheSize(0).
		WithDetectConflicts(false).
		WithMemTableSize(table).
		WithNumMemtables(2).
		WithBaseTableSize(2 << 20).
		WithBaseLevelSize(8 << 20).
		WithNumLevelZeroTables(tables).
		WithNumLevelZeroTablesStall(3 * tables).
		WithNumCompactors(2).
		WithValueLogFileSize(32 << 20).
		WithValueThreshold(64 << 10)
}

// clean takes the operation off a path error: the path is in the message
// already, or it is a parent of it that says more.
func clean(err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}

// locked asks whether somebody holds the directory. Badger's error says so in
// words only.
func locked(dir string) bool {
	f, err := os.Open(dir)
	if err != nil {
		return false
	}
	defer f.Close()
	return errors.Is(syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB), syscall.EWOULDBLOCK)
}

// Get returns the value of key.
func (s *Store) Get(key []byte) (value []byte, found bool, err error) {
	err = s.db.View(func(txn *badger.Txn) error {
		item, err := txn.Get(key)
		if errors.Is(err, badger.ErrKeyNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		found = true
		value, err = item.ValueCopy(nil)
		return err
	})
	if err != nil {
		return nil, false, fmt.Errorf("store %s: read row %x: %w", s.dir, key, err)
	}
	return value, found, nil
}

// Scan yields the rows with the prefix, in key order, starting at from. All of
// them are as they were when the scan began.
func (s *Store) Scan(prefix, from []byte) iter.Seq2[store.Row, error] {
	return func(yield func(store.Row, error) bool) {
		if s.db.IsClosed() {
			yield(store.Row{}, fmt.Errorf("store %s: scan: %w", s.dir, badger.ErrDBClosed))
			return
		}
		txn := s.db.NewTransaction(false)
		defer txn.Discard()
		it := txn.NewIterator(badger.IteratorOptions{Prefix: prefix, PrefetchValues: true, PrefetchSize: 64})
		defer it.Close()
		start := prefix
		if bytes.Compare(from, prefix) > 0 {
			start = from
		}
		for it.Seek(start); it.ValidForPrefix(prefix); it.Next() {
			value, err := it.Item().ValueCopy(nil)
			if err != nil {
				yield(store.Row{}, fmt.Errorf("store %s: scan at %x: %w", s.dir, it.Item().Key(), err))
				return
			}
			if !yield(store.Row{Key: it.Item().KeyCopy(nil), Value: value}, nil) {
				return
			}
		}
	}
}

// Commit applies the batch as one transaction of Badger.
func (s *Store) Commit(b store.Batch) error {
	if err := b.Check(); err != nil {
		return fmt.Errorf("store %s: %w", s.dir, err)
	}
	if s.db.IsClosed() {
		return fmt.Errorf("store %s: commit: %w", s.dir, badger.ErrDBClosed)
	}
	if err := room(s.dir, s.statfs); err != nil {
		return fmt.Errorf("store %s: commit: %w", s.dir, err)
	}
	if err := s.commit(b); errors.Is(err, badger.ErrTxnTooBig) {
		return fmt.Errorf("store %s: %w", s.dir, store.ErrTooLarge)
	} else if err != nil {
		return fmt.Errorf("store %s: commit: %w", s.dir, err)
	}
	return nil
}

func (s *Store) commit(b store.Batch) error {
	txn := s.db.NewTransaction(true)
	defer txn.Discard()
	for _, r := range b.Put {
		// Badger keeps both slices until the write is done, and the memory
		// table copies them: Commit waits, so the caller's may be given.
		if err := txn.Set(r.Key, r.Value); err != nil {
			return err
		}
	}
	for _, k := range b.Delete {
		if err := txn.Delete(k); err != nil {
			return err
		}
	}
	return txn.Commit()
}

// closing is how long Close waits. Badger tries for ever to write its last
// table, also on a disk that is gone; what was committed is in its log all the
// same, and the next Open reads it from there.
const closing = 20 * time.Second

// Close writes what is in memory to tables and gives the directory back. On a disk
// that is read-only it leaves all as it is, as the end of the process will.
func (s *Store) Close() error { return s.close(closing) }

func (s *Store) close(patience time.Duration) error {
	if readOnly(s.dir) {
		return fmt.Errorf("store %s: close: %w", s.dir, errReadOnly)
	}
	closed := make(chan error, 1)
	go func() { closed <- s.db.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			return fmt.Errorf("store %s: close: %w", s.dir, err)
		}
		return nil
	case <-time.After(patience):
		return fmt.Errorf("store %s: close: not done after %v; look at the disk", s.dir, patience)
	}
}

// collectEvery is the time between two collections of the value log, which
// holds only values over 64 kB: there is seldom anything to do.
const collectEvery = 10 * time.Minute

// Run collects the garbage of the value log until ctx ends.
func (s *Store) Run(ctx context.Context) error {
	tick := time.NewTicker(collectEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		// One file a call; it says ErrNoRewrite when none is worth it.
		for ctx.Err() == nil {
			err := s.db.RunValueLogGC(0.5)
			if err == nil {
				continue
			}
			if !errors.Is(err, badger.ErrNoRewrite) {
				s.log.Warn("value log not collected", "store", s.dir, "err", err)
			}
			break
		}
	}
}

// logger gives Badger's words to slog, all at debug: what an operator must
// know comes back as an error of a call.
type logger struct{ log *slog.Logger }

func (l logger) print(kind, format string, args []any) {
	if !l.log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	text := fmt.Sprintf(format, args...)
	l.log.Debug("badger", "kind", kind, "text", string(bytes.TrimSpace([]byte(text))))
}

func (l logger) Errorf(format string, args ...any)   { l.print("error", format, args) }
func (l logger) Warningf(format string, args ...any) { l.print("warning", format, args) }
func (l logger) Infof(format string, args ...any)    { l.print("info", format, args) }

// Debugf is silent: Badger calls it several times for each commit.
func (l logger) Debugf(string, ...any) {}
