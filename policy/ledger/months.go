package ledger

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"tregua/policy/seal"
	"tregua/policy/store"
)

// Months moves records from the outbox into the stores of their months. It
// writes a month first and then, in one commit, its cursor and the end of the
// outbox rows; a crash in between repeats rows that are equal, so each record
// stands in its month exactly once.
type Months struct {
	state  store.Store
	shelf  *Shelf
	keys   *seal.Keys
	log    *slog.Logger
	writer *Writer // nil: every record is read

	upTo   atomic.Uint64 // records before it are committed
	wake   chan struct{}
	held   sync.Mutex // during a step, and while somebody holds
	cursor uint64     // owner only: the next record it wants
	known  bool       // owner only: cursor is what the store says
	whole  bool       // owner only: the months have their A2 rows
}

// NewMonths returns a month writer between the state store and the shelf. A
// nil log is silent.
func NewMonths(state store.Store, shelf *Shelf, keys *seal.Keys, log *slog.Logger) *Months {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Months{state: state, shelf: shelf, keys: keys, log: log, wake: make(chan struct{}, 1)}
}

// Follow lets it take records from the memory of the one who wrote them, and read only
// those that are not there any more. It comes before all else.
func (m *Months) Follow(w *Writer) { m.writer = w }

// Wake says that all records before next are committed. It never blocks.
func (m *Months) Wake(next uint64) {
	m.upTo.Store(next)
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// retry is how long a shell waits after a store failed.
const retry = time.Second

// lag is how long records may wait in the outbox, where they are as safe and as
// easily found as in their month: moving them one by one would double the
// number of commits, and each is a sync.
const lag = time.Second

// Run moves records until ctx ends, and then what is left. An error of a store
// is logged and tried again.
func (m *Months) Run(ctx context.Context) error {
	again := time.NewTimer(0)
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return m.drain(context.WithoutCancel(ctx))
		case <-again.C:
		}
		if err := m.drain(ctx); err != nil && ctx.Err() == nil {
			m.log.Error("records wait in the outbox", "err", err)
			again.Reset(retry)
			continue
		}
		select {
		case <-ctx.Done():
		case <-m.wake:
		}
		again.Reset(lag)
	}
}

// drain moves until nothing is left or ctx ends.
func (m *Months) drain(ctx context.Context) error {
	for ctx.Err() == nil {
		if moved, err := m.Step(); err != nil || moved == 0 {
			return err
		}
	}
	return nil
}

// A step costs two commits, each of them a sync, however many records it moves. The
// rows of so many fit into one batch of any store.
const (
	stepRecords = 1024
	stepBytes   = store.MaxBytes / 2
)

// Step moves some records and returns how many. It is for the one who does not use
// Run.
func (m *Months) Step() (moved int, err error) {
	m.held.Lock()
	defer m.held.Unlock()
	defer func() { m.known = err == nil }()
	if err := m.sequence(); err != nil {
		return 0, err
	}
	if !m.known {
		if m.cursor, _, err = readNumber(m.state, monthsCursor()); err != nil {
			return 0, err
		}
	}
	end := min(m.upTo.Load(), m.cursor+stepRecords)
	if m.cursor >= end {
		return 0, nil
	}
	records, err := m.read(end)
	if err != nil {
		return 0, err
	}
	end = m.cursor + uint64(len(records))
	byMonth := map[string][]outboxed{}
	b := store.Batch{Put: []store.Row{{Key: monthsCursor(), Value: numberValue(end)}}}
	for _, r := range records {
		name := MonthOf(r.head.at())
		byMonth[name] = append(byMonth[name], r)
		b.Delete = append(b.Delete, outboxRow(r.head.Seq))
	}
	for _, name := range slices.Sorted(maps.Keys(byMonth)) {
		all := byMonth[name]
		b.Put = append(b.Put, store.Row{Key: movedRow(name), Value: numberValue(all[len(all)-1].head.Seq + 1)})
		err := m.shelf.With(name, func(st store.Store) error { return m.write(st, name, all) })
		if err != nil {
			return 0, err
		}
	}
	if err := m.state.Commit(b); err != nil {
		return 0, fmt.Errorf("take records out of the outbox: %w", err)
	}
	m.cursor = end
	return len(records), nil
}

// Hold calls use while no record moves: those that end meanwhile wait in the
// outbox. What use reads of the state store as of one moment, and of the months as of
// any, has each record once.
func (m *Months) Hold(use func() error) error {
	m.held.Lock()
	defer m.held.Unlock()
	return use()
}

// read returns the records from the cursor to before end, or the first of them if they
// are long: none is left out.
func (m *Months) read(end uint64) ([]outboxed, error) {
	if out := m.remembered(end); len(out) > 0 {
		return out, nil
	}
	out, size := make([]outboxed, 0, end-m.cursor), 0
	for row, err := range m.state.Scan([]byte{spaceOutbox}, outboxRow(m.cursor)) {
		if err != nil {
			return nil, err
		}
		r, err := readOutbox(row)
		if err != nil {
			return nil, err
		}
		if want := m.cursor + uint64(len(out)); r.head.Seq != want {
			return nil, fmt.Errorf("the outbox has record %d where %d must be; restore the store", r.head.Seq, want)
		}
		out, size = append(out, r), size+r.size()
		if len(out) == cap(out) || size >= stepBytes {
			return out, nil
		}
	}
	return nil, fmt.Errorf("the outbox ends before record %d; restore the store", m.cursor+uint64(len(out)))
}

// remembered returns the same records from memory, none when the first is not there.
func (m *Months) remembered(end uint64) (out []outboxed) {
	if m.writer == nil {
		return nil
	}
	size := 0
	m.writer.newest.each(m.cursor, func(r *outboxed) bool {
		out, size = append(out, *r), size+r.size()
		return uint64(len(out)) < end-m.cursor && size < stepBytes
	})
	return out
}

// write puts records into the store of their month: one commit.
func (m *Months) write(st store.Store, name string, records []outboxed) error {
	key, rows, err := m.monthKey(st, name)
	if err != nil {
		return err
	}
	for i := range records {
		r := &records[i]
		if r.head.Note != nil {
			rows = append(rows, r.noteRows()...)
			continue
		}
		id, at := r.head.id(), r.head.at()
		index, err := key.Seal(id, r.index)
		if err != nil {
			return err
		}
		rows = append(rows,
			store.Row{Key: publicRow(id), Value: encode(r.publicPart())},
			store.Row{Key: personRow(id), Value: encode(&personPart{Version: version, Sealed: r.sealed, Index: index})},
			store.Row{Key: numberRow(key.Index(r.index), at, id)},
			store.Row{Key: seqRow(r.head.Seq), Value: id[:]},
		)
	}
	return st.Commit(store.Batch{Put: rows})
}

// monthKey returns the index key of a month; of a new month, with the row that
// keeps it.
func (m *Months) monthKey(st store.Reader, name string) (key *seal.Month, rows []store.Row, err error) {
	key, err = readMonthKey(st, m.keys, name)
	if key != nil || err != nil {
		return key, nil, err
	}
	key, wrapped, err := m.keys.NewMonth(name)
	if err != nil {
		return nil, nil, err
	}
	return key, []store.Row{{Key: metaRow(metaMonthKey), Value: encode(&text{Version: version, Text: wrapped})}}, nil
}

// readMonthKey returns the index key of a month, nil when it has none yet.
func readMonthKey(st store.Reader, keys *seal.Keys, name string) (*seal.Month, error) {
	row := metaRow(metaMonthKey)
	value, found, err := st.Get(row)
	if err != nil || !found {
		return nil, err
	}
	var w text
	if err := decode(row, value, &w); err != nil {
		return nil, err
	}
	return keys.Month(name, w.Text)
}
