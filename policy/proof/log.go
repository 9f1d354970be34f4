package proof

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/transparency-dev/tessera"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/storage/posix"

	"tregua/policy/ledger"
)

// Source gives records in the order of Seq, see [ledger.Reader.Records].
type Source interface {
	Records(from uint64) iter.Seq2[ledger.Sealed, error]
}

// Config is what a log works with.
type Config struct {
	Dir    string // node.data/log
	Key    *Key
	Source Source
	// Leaves gives those of at most so many records from a Seq on, without reading
	// them; none: they are read. See [ledger.Writer.Leaves]. It may be nil.
	Leaves func(from uint64, most int) [][32]byte
	Log    *slog.Logger // nil: silent
}

// Log is the log of one ledger. It is safe for concurrent use.
type Log struct {
	c    Config
	log  *slog.Logger
	read client.FileFetcher
	wake chan struct{}
	each time.Duration // headEach but in tests

	live    atomic.Bool   // records are being added
	size    atomic.Uint64 // leaves that are in the tree
	trouble atomic.Pointer[string]
}

// New returns the log in a directory, which [Log.Run] makes when it is not there.
func New(c Config) *Log {
	log := c.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Log{c: c, log: log, read: client.FileFetcher{Root: c.Dir}, wake: make(chan struct{}, 1), each: headEach}
}

// Wake says that there are new records. It never blocks.
func (l *Log) Wake() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// Size returns how many records are in the tree. Its head follows within a
// second.
func (l *Log) Size() uint64 { return l.size.Load() }

// Trouble says why no records are added now, "" when they are.
func (l *Log) Trouble() string {
	if why := l.trouble.Load(); why != nil {
		return *why
	}
	return ""
}

// How records are taken in: a batch costs some ten files that are synced, however
// many records are in it. A batch is what is there when it begins; no record waits
// for others to come.
const (
	lag      = time.Second           // how long a record may wait for its batch
	batch    = 4096                  // records at most
	age      = 20 * time.Millisecond // after which tessera takes a batch for whole
	headEach = time.Second           // the head is signed anew at most so often
	retry    = 5 * time.Second       // after a failure
)

// Run adds records until ctx ends, and then what is left. A failure is logged and
// tried again: records wait in the ledger, and no call waits for the log.
func (l *Log) Run(ctx context.Context) error {
	for {
		err := l.follow(ctx)
		if ctx.Err() != nil {
			return err
		}
		why := err.Error()
		if old := l.trouble.Swap(&why); old == nil || *old != why {
			l.log.Error("records wait for the proof log", "err", err)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(retry):
		}
	}
}

// follow adds records until ctx ends or something fails.
func (l *Log) follow(ctx context.Context) (err error) {
	a, err := l.open(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	l.live.Store(true)
	defer l.live.Store(false)
	if err := a.compare(ctx); err != nil {
		return err
	}
	for {
		if err := a.drain(ctx); err != nil {
			return err
		}
		l.trouble.Store(nil)
		select {
		case <-ctx.Done():
			return a.drain(context.WithoutCancel(ctx))
		case <-l.wake:
		}
		select {
		case <-ctx.Done():
		case <-time.After(lag):
		}
	}
}

// appender is the log while it is open for writing.
type appender struct {
	*Log
	appender *tessera.Appender
	shutdown func(context.Context) error
	stop     context.CancelFunc
	next     uint64
}

// open opens the log for writing. What it starts outlives ctx, until close.
func (l *Log) open(ctx context.Context) (*appender, error) {
	if err := l.writable(); err != nil {
		return nil, err
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	driver, err := posix.New(ctx, posix.Config{Path: l.c.Dir})
	if err != nil {
		stop()
		return nil, fmt.Errorf("proof log: %w", err)
	}
	options := tessera.NewAppendOptions().WithCheckpointSigner(l.c.Key.signer).
		WithBatching(batch, age).WithCheckpointInterval(l.each).WithCheckpointRepublishInterval(0)
	app, shutdown, reader, err := tessera.NewAppender(ctx, driver, options)
	if err != nil {
		stop()
		return nil, fmt.Errorf("proof log: %w", err)
	}
	a := &appender{Log: l, appender: app, shutdown: shutdown, stop: stop}
	if a.next, err = reader.IntegratedSize(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("proof log: %w", err), a.close())
	}
	l.size.Store(a.next)
	return a, nil
}

// writable finds out whether the log can be written: tessera panics where it
// cannot take its lock.
func (l *Log) writable() error {
	dir := filepath.Join(l.c.Dir, ".state")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("proof log: %w", err)
	}
	for _, name := range []string{"treeState.lock", "publish.lock"} {
		f, err := os.OpenFile(filepath.Join(dir, name), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return fmt.Errorf("proof log: %w", err)
		}
		if err := f.Close(); err != nil {
			return fmt.Errorf("proof log: %w", err)
		}
	}
	return nil
}

// closing is how long the head may take to be signed at the end.
const closing = 10 * time.Second

func (a *appender) close() error {
	defer a.stop()
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	if err := a.shutdown(ctx); err != nil {
		return fmt.Errorf("end the proof log: %w", err)
	}
	return nil
}

// tail is how many leaves are compared at the start: more than one batch, which is
// the most that can be cut off.
const tail = 2 * batch

// compare holds the last leaves of the log against the ledger.
func (a *appender) compare(ctx context.Context) error {
	from := a.next - min(a.next, tail)
	leaves, err := a.leaves(ctx, from, a.next)
	if err != nil {
		return err
	}
	for s, err := range a.c.Source.Records(from) {
		if err != nil {
			if _, missing := errors.AsType[*ledger.MissingError](err); missing {
				continue // they are told by an audit; what is left is compared
			}
			return fmt.Errorf("proof log: %w", err)
		}
		if s.Seq >= a.next {
			return nil
		}
		if leaf := leaves[s.Seq-from]; leaf != s.Leaf {
			return fmt.Errorf("the proof log has another leaf %d than the ledger (month %s); "+
				"run `tregua ledger audit`, and restore the one that was altered", s.Seq, s.Month)
		}
		if s.Seq == a.next-1 {
			return nil
		}
	}
	if a.next > 0 {
		return fmt.Errorf("the proof log has %d leaves, and the ledger ends before; "+
			"run `tregua ledger audit`, and restore the one that was altered", a.next)
	}
	return nil
}

// drain adds what there is when it begins, and whole batches as long as there are
// any.
func (a *appender) drain(ctx context.Context) error {
	for ctx.Err() == nil {
		leaves, err := a.newest()
		if err != nil || len(leaves) == 0 {
			return err
		}
		if err := a.add(ctx, leaves); err != nil {
			return err
		}
		if len(leaves) < batch {
			return nil // what came meanwhile waits for others
		}
	}
	return nil
}

// newest returns the leaves of the next records, a batch at most.
func (a *appender) newest() (leaves [][32]byte, err error) {
	if a.c.Leaves != nil {
		leaves = a.c.Leaves(a.next, batch)
	}
	if len(leaves) > 0 {
		return leaves, nil
	}
	for s, err := range a.c.Source.Records(a.next) {
		if err == nil && ledger.LeafOf(s.Public, s.Commitment) != s.Leaf {
			err = fmt.Errorf("record %d: %w", s.Seq, ledger.ErrAltered)
		}
		if err != nil {
			return nil, fmt.Errorf("proof log: %w", err)
		}
		if leaves = append(leaves, s.Leaf); len(leaves) == batch {
			break
		}
	}
	return leaves, nil
}

// add waits until the leaves of the next records are in the tree.
func (a *appender) add(ctx context.Context, leaves [][32]byte) error {
	if err := a.writable(); err != nil {
		return err
	}
	futures := make([]tessera.IndexFuture, len(leaves))
	for i := range leaves {
		futures[i] = a.appender.Add(ctx, tessera.NewEntry(leaves[i][:]))
	}
	for i, future := range futures {
		at, err := future()
		if err != nil {
			return fmt.Errorf("proof log: add record %d: %w", a.next+uint64(i), err)
		}
		if at.Index != a.next+uint64(i) {
			return fmt.Errorf("the proof log took record %d in as %d; restore the log", a.next+uint64(i), at.Index)
		}
	}
	a.next += uint64(len(leaves))
	a.size.Store(a.next)
	return nil
}
