package ledger

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// WriterConfig bounds a writer and says who hears of it.
type WriterConfig struct {
	// Queue is how many entries may wait (0: 4096).
	Queue int
	// Gather is how long an Open, for which a call waits, may wait for others
	// (0: 5 ms). It waits only while the last commit is younger than that: after
	// a quiet moment it is committed at once.
	Gather time.Duration
	// Patience is how long an entry that nobody waits for may wait (0: 20 ms):
	// under load it goes along with the next Open and costs no commit.
	Patience time.Duration
	// Posted gets the receipts after each commit, on the writer's goroutine. It
	// must not block.
	Posted func([]Receipt)
	// Committed gets, after each commit, the Seq before which all records are
	// written: [Months.Wake].
	Committed func(next uint64)
	Log       *slog.Logger // nil: silent
}

// Writer is the goroutine round a [Committer]: it gathers entries, commits each
// batch as one transaction and posts the receipts. An Open whose commit fails
// gets its error, and its call does not go out; every other entry is kept and
// tried again, because nobody else would remember it. So is an Open without a
// Return: an emergency call that did not wait.
type Writer struct {
	cfg   WriterConfig
	made  *Committer // owner: the goroutine of Run
	store store.Store
	in    chan Entry

	gate  sync.RWMutex // protects ended: after it is set nothing enters in
	ended bool

	kept []Entry   // owner: to be tried again
	last time.Time // owner: when the last commit began
}

// NewWriter returns a writer of c into st; [Writer.Run] makes it work.
func NewWriter(cfg WriterConfig, c *Committer, st store.Store) *Writer {
	if cfg.Queue <= 0 {
		cfg.Queue = 4096
	}
	if cfg.Gather <= 0 {
		cfg.Gather = 5 * time.Millisecond
	}
	if cfg.Patience <= 0 {
		cfg.Patience = 20 * time.Millisecond
	}
	if cfg.Posted == nil {
		cfg.Posted = func([]Receipt) {}
	}
	if cfg.Committed == nil {
		cfg.Committed = func(uint64) {}
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Writer{cfg: cfg, made: c, store: st, in: make(chan Entry, cfg.Queue)}
}

// Submit gives an entry to the writer. It never blocks; false: the queue is
// full or the writer has ended (policy.LedgerFull).
func (w *Writer) Submit(e Entry) bool {
	w.gate.RLock()
	defer w.gate.RUnlock()
	if w.ended {
		return false
	}
	select {
	case w.in <- e:
		return true
	default:
		return false
	}
}

// Waiting returns how many entries are in the queue.
func (w *Writer) Waiting() int { return len(w.in) }

// Run writes until ctx ends and then what was submitted before. It returns the
// error of the last commit when entries could not be written.
func (w *Writer) Run(ctx context.Context) error {
	again := time.NewTimer(retry)
	defer again.Stop()
	for {
		var batch []Entry
		select {
		case <-ctx.Done():
			return w.finish()
		case e := <-w.in:
			batch = w.gather(ctx, e)
		case <-again.C:
		}
		if len(w.kept) > 0 || len(batch) > 0 {
			// Errors were logged; what they concern is in kept or has its receipt.
			_ = w.write(batch)
		}
		if len(w.kept) > 0 {
			again.Reset(retry)
		}
	}
}

// finish ends Submit and writes what is left.
func (w *Writer) finish() error {
	w.gate.Lock()
	w.ended = true
	w.gate.Unlock()
	for {
		batch := w.take(nil)
		if len(batch) == 0 && len(w.kept) == 0 {
			return nil
		}
		if err := w.write(batch); err != nil && len(w.in) == 0 {
			w.drop(w.kept, err)
			return err
		}
	}
}

// gather waits for company for e, as [WriterConfig] says.
func (w *Writer) gather(ctx context.Context, e Entry) []Entry {
	now := time.Now()
	due := now.Add(w.cfg.Patience)
	urgent := func(es []Entry) {
		for _, e := range es {
			if at := w.last.Add(w.cfg.Gather); e.Kind == Open && at.Before(due) {
				due = at
			}
		}
	}
	batch := w.take([]Entry{e})
	urgent(batch)
	wait := time.NewTimer(due.Sub(now))
	defer wait.Stop()
	for len(batch) < MaxTurn && now.Before(due) {
		select {
		case <-ctx.Done():
			return batch
		case <-wait.C:
			return w.take(batch)
		case e := <-w.in:
			n := len(batch)
			batch = w.take(append(batch, e))
			urgent(batch[n:])
			now = time.Now()
			wait.Reset(due.Sub(now))
		}
	}
	return batch
}

// take adds what waits, up to a turn.
func (w *Writer) take(batch []Entry) []Entry {
	for len(batch) < MaxTurn {
		select {
		case e := <-w.in:
			batch = append(batch, e)
		default:
			return batch
		}
	}
	return batch
}

// write commits the kept entries and the batch. While the store fails it only
// tries to mend what a failed commit left in doubt.
func (w *Writer) write(batch []Entry) error {
	w.last = time.Now()
	var err error
	if w.made.Doubtful() {
		err = w.turn(nil)
	}
	for err == nil && len(w.kept) > 0 {
		n := min(len(w.kept), MaxTurn)
		if err = w.turn(w.kept[:n]); err == nil {
			w.kept = w.kept[n:]
		}
	}
	if err == nil && len(batch) > 0 {
		err = w.turn(batch)
	}
	if err != nil {
		w.cfg.Log.Error("records not written", "err", err, "entries", len(batch), "kept", len(w.kept))
		w.keep(batch, err)
	}
	return err
}

// turn commits one batch.
func (w *Writer) turn(in []Entry) error {
	rows, receipts := w.made.Turn(time.Now(), in)
	if err := w.store.Commit(rows); err != nil {
		w.made.Failed()
		return err
	}
	w.made.Committed()
	w.cfg.Posted(receipts)
	w.cfg.Committed(w.made.Next())
	return nil
}

// keep sorts out a batch that was not written.
func (w *Writer) keep(batch []Entry, err error) {
	var lost []Entry
	for _, e := range batch {
		awaited := e.Kind == Open && e.Return != (policy.Return{})
		if !awaited && len(w.kept) < w.cfg.Queue {
			w.kept = append(w.kept, e)
		} else {
			lost = append(lost, e)
		}
	}
	w.drop(lost, err)
}

// drop posts receipts with an error.
func (w *Writer) drop(lost []Entry, err error) {
	receipts := make([]Receipt, len(lost))
	for i := range lost {
		receipts[i] = Receipt{Kind: lost[i].Kind, ID: lost[i].attempt(), Return: lost[i].Return, Err: err}
	}
	if len(receipts) > 0 {
		w.cfg.Posted(receipts)
	}
}
