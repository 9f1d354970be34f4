package ledger

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// WriterConfig bounds a writer and says who hears of it.
type WriterConfig struct {
	// Queue is how many entries may wait (0: 4096), those that are to be tried
	// again included.
	Queue int
	// Gather is how long an Open, for which a call waits, may wait for others
	// (0: 5 ms). It waits only while the last commit is younger than that: after
	// a quiet moment it is committed at once.
	Gather time.Duration
	// Patience is how long an entry that nobody waits for may wait (0: 20 ms):
	// under load it goes along with the next Open and costs no commit.
	Patience time.Duration
	// Posted gets the receipts after each commit, on the writer's goroutine. It
	// may wait, for room in a shard's queue say: until it returns nothing is
	// written and entries gather up to Queue. It must not wait for the writer.
	Posted func([]Receipt)
	// Committed gets, after each commit, the Seq before which all records are
	// written: [Months.Wake].
	Committed func(next uint64)
	Log       *slog.Logger // nil: silent
}

// Writer is the goroutine round a [Committer]: it gathers entries, commits each
// batch as one transaction and posts the receipts. Whatever it took and could
// not write it keeps and tries again until it ends, because nobody else would
// remember it. An Open for which a call waits gets its error at once and its
// call does not go out; what is kept of it is the record of that refusal. An
// Open without a Return, an emergency call that did not wait, is kept as it is.
// What concerns one attempt, or the bars of one number, is written in the order
// in which it was submitted. An entry that contradicts what is written
// ([ErrTwice], [ErrNotOpen], [ErrNoID]) is logged and counted.
type Writer struct {
	cfg   WriterConfig
	made  *Committer // owner: the goroutine of Run
	store store.Store
	in    chan Entry
	wake  chan struct{} // room for one: Run is to look at in
	mood  atomic.Int32  // what Run is doing, for Submit
	room  atomic.Int64  // for how many more the batch that is gathered has room
	shut  atomic.Bool   // no call may begin

	newest newest // that are committed

	gate  sync.RWMutex // protects ended: after it is set nothing enters in
	ended bool

	batch []Entry   // owner: room for what is being written
	kept  []Entry   // owner: to be tried again
	due   time.Time // owner: when
	why   error     // owner: why the last of them is there
	last  time.Time // owner: when the last commit began

	noteMu sync.Mutex // protects noters
	noters map[policy.AttemptID]chan Receipt

	keeping  atomic.Int64  // how many are kept
	Rejected atomic.Uint64 // entries that contradicted what is written
}

// The moods of Run. While it gathers it writes at a certain moment; it is woken
// only for what must not wait as long.
const (
	awake   int32 = iota // it works, or sleeps until it is woken
	patient              // it gathers, and no call waits
	hurried              // it gathers, and will write as soon as an Open may want
)

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
	return &Writer{
		cfg: cfg, made: c, store: st, in: make(chan Entry, cfg.Queue), wake: make(chan struct{}, 1),
		batch: make([]Entry, 0, MaxTurn),
	}
}

// Shut lets no call begin from now on, or lets them begin again: what is left of
// the disk is for the calls in progress (compliance.md 3.6). What these and the
// refusals leave is taken all the same, and so is an emergency call.
func (w *Writer) Shut(shut bool) { w.shut.Store(shut) }

// Submit gives an entry to the writer. It never blocks; false: no more may
// wait, no call may begin, or the writer has ended (policy.LedgerFull).
func (w *Writer) Submit(e Entry) bool {
	w.gate.RLock()
	defer w.gate.RUnlock()
	if w.ended || w.Waiting() >= w.cfg.Queue || e.awaited() && w.shut.Load() {
		return false
	}
	select {
	case w.in <- e:
		w.mention(e.Kind)
		return true
	default:
		return false
	}
}

// mention wakes Run for an entry, unless it comes for it in time by itself.
func (w *Writer) mention(k Kind) {
	mood, n := w.mood.Load(), len(w.in)
	inTime := mood == hurried || mood == patient && k != Open
	if inTime && n < int(w.room.Load()) && n < cap(w.in) {
		return
	}
	w.look()
}

func (w *Writer) look() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// Waiting returns how many entries wait, for the first time or again.
func (w *Writer) Waiting() int { return len(w.in) + int(w.keeping.Load()) }

// Leaves returns the leaves of at most so many committed records, the first of them of
// the record from; none when that one is not among those that were written lately, and
// has to be read.
func (w *Writer) Leaves(from uint64, most int) [][32]byte { return w.newest.leaves(from, most) }

// Run writes until ctx ends and then what was submitted before. It returns an
// error when entries could not be written even then: they are lost.
func (w *Writer) Run(ctx context.Context) error {
	again := time.NewTimer(retry)
	defer again.Stop()
	for {
		var batch []Entry
		select {
		case <-ctx.Done():
			return w.finish()
		case <-w.wake:
			if batch = w.gather(ctx); len(batch) == 0 {
				continue // they went with the last batch
			}
		case <-again.C:
		}
		w.write(batch)
		clear(batch) // what its entries point to
		if len(w.in) > 0 {
			w.look()
		}
		if len(w.kept) > 0 {
			again.Reset(time.Until(w.due))
		}
	}
}

// finish ends Submit and writes what is left.
func (w *Writer) finish() error {
	w.gate.Lock()
	w.ended = true
	w.gate.Unlock()
	for batch := w.take(w.batch); len(batch) > 0; batch = w.take(w.batch) {
		w.write(batch)
	}
	w.due = time.Time{}
	w.write(nil)
	return w.lose()
}

// gather takes what waits and waits for company for it, as [WriterConfig] says.
func (w *Writer) gather(ctx context.Context) []Entry {
	batch := w.take(w.batch)
	if len(batch) == 0 {
		return nil
	}
	now, mood := time.Now(), patient
	due := now.Add(w.cfg.Patience)
	hurry := func(es []Entry) {
		for i := range es {
			if es[i].Kind != Open {
				continue
			}
			mood = hurried
			if at := w.last.Add(w.cfg.Gather); at.Before(due) {
				due = at
			}
		}
	}
	hurry(batch)
	wait := time.NewTimer(due.Sub(now))
	defer wait.Stop()
	defer w.mood.Store(awake)
	for len(batch) < MaxTurn && now.Before(due) {
		n := len(batch)
		w.room.Store(int64(MaxTurn - n))
		w.mood.Store(mood)
		if batch = w.take(batch); len(batch) > n { // they came before that was known
			hurry(batch[n:])
			continue
		}
		wait.Reset(due.Sub(now))
		select {
		case <-ctx.Done():
			return batch
		case <-wait.C:
			return w.take(batch)
		case <-w.wake:
			now = time.Now()
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
