package sim

import (
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

// ledgerShell is the goroutine round the committer: it gathers entries and
// commits a batch in 1 to 5 ms.
type ledgerShell struct {
	queue    *queue
	net      *network
	store    *memory.Store
	keys     *seal.Keys
	params   *policy.Params
	slots    *seal.MemoryFile
	subjects *seal.Subjects
	made     *ledger.Committer
	waiting  []ledger.Entry
	kept     []ledger.Entry // to be tried again
	busy     bool
	posted   func([]ledger.Receipt)
	months   map[string]store.Store
}

// random is the seeded source of keys and nonces.
type random struct{ *rand.Rand }

func (r random) Read(p []byte) (int, error) {
	fill(r.Rand, p)
	return len(p), nil
}

func fill(r *rand.Rand, p []byte) {
	var b [8]byte
	for len(p) > 0 {
		binary.LittleEndian.PutUint64(b[:], r.Uint64())
		p = p[copy(p, b[:]):]
	}
}

func newLedger(q *queue, n *network, p *policy.Params, posted func([]ledger.Receipt)) (*ledgerShell, error) {
	keys, err := seal.NewKeys(random{n.rnd})
	if err != nil {
		return nil, err
	}
	l := &ledgerShell{
		queue: q, net: n, store: memory.New(), keys: keys, posted: posted, months: map[string]store.Store{},
		slots: &seal.MemoryFile{}, params: p,
	}
	if l.subjects, err = seal.NewSubjects(l.slots, l.store, keys, 0); err != nil {
		return nil, err
	}
	l.made, _, err = ledger.Recover(l.config(), l.store, epoch)
	return l, err
}

func (l *ledgerShell) config() ledger.Config {
	return ledger.Config{Node: 1, Keys: l.keys, Subjects: l.subjects, Random: random{l.net.rnd}, Params: l.params}
}

func (l *ledgerShell) submit(e ledger.Entry) {
	l.waiting = append(l.waiting, e)
	l.work()
}

// errStore is what a commit that fails returns.
var errStore = errors.New("the simulated store failed")

// work begins the next batch: what a failed commit left in doubt, then what was
// kept, then what waits.
func (l *ledgerShell) work() {
	if l.busy || len(l.waiting)+len(l.kept) == 0 {
		return
	}
	l.busy = true
	l.queue.after(l.net.between(0, time.Millisecond), func() {
		from := &l.waiting
		if len(l.kept) > 0 {
			from = &l.kept
		}
		n := min(len(*from), ledger.MaxTurn)
		if l.made.Doubtful() {
			n = 0
		}
		entries := (*from)[:n:n]
		*from = (*from)[n:]
		rows, receipts := l.made.Turn(epoch.Add(l.queue.now), entries)
		l.queue.after(l.net.between(time.Millisecond, 5*time.Millisecond), func() { l.commit(entries, rows, receipts) })
	})
}

// commit ends a batch. An Open whose commit fails gets its error, all else is
// kept: nobody else would remember it. An emergency call, for which nobody
// waits, is kept too.
func (l *ledgerShell) commit(entries []ledger.Entry, rows store.Batch, receipts []ledger.Receipt) {
	l.busy = false
	defer l.work()
	if !l.net.chance(l.net.cfg.StoreFail) {
		if err := l.store.Commit(rows); err == nil {
			l.made.Committed()
			l.posted(receipts)
			return
		}
	} else if l.net.chance(0.5) { // it may be applied all the same
		_ = l.store.Commit(rows)
	}
	l.made.Failed()
	for i, e := range entries {
		if e.Kind != ledger.Open || e.Return == (policy.Return{}) {
			l.kept = append(l.kept, e)
			continue
		}
		receipts[i].Err = errStore
		l.posted(receipts[i : i+1])
	}
}

// reader moves all but the last records into their months and returns a reader
// of the whole ledger.
func (l *ledgerShell) reader() (*ledger.Reader, error) {
	shelf := ledger.NewShelf(l.month, l.list)
	months := ledger.NewMonths(l.store, shelf, l.keys, nil)
	months.Wake(l.made.Next() - min(l.made.Next(), 7))
	for {
		if moved, err := months.Step(); err != nil || moved == 0 {
			return ledger.NewReader(l.store, shelf, l.keys, l.subjects), err
		}
	}
}

func (l *ledgerShell) month(name string) (store.Store, error) {
	if l.months[name] == nil {
		l.months[name] = memory.New()
	}
	return l.months[name], nil
}

func (l *ledgerShell) list() (names []string, err error) {
	for name := range l.months { // order: the shelf sorts
		names = append(names, name)
	}
	return names, nil
}
