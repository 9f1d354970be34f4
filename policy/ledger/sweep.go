package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"sync"
	"time"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Span chooses attempts by when they were received; a zero end is open.
type Span struct{ Since, Until time.Time }

// Takes reports whether a time lies in s: at Since or after, and before Until.
func (s Span) Takes(at time.Time) bool {
	return !at.Before(s.Since) && (s.Until.IsZero() || at.Before(s.Until))
}

// Sweep gives every record that has ended, and whose attempt was received in the
// span, to one of the workers: visit is called at the same time for different
// workers and never for one twice at a time, in no order. It keeps no record, so
// that a ledger of any length takes the same memory. Records that end while it
// runs may be missing. It ends with the first error.
func (r *Reader) Sweep(ctx context.Context, span Span, workers int, visit func(worker int, v *View) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	chunks := make(chan chunk, workers)
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			for c := range chunks {
				if err := r.visit(&c, span, func(v *View) error { return visit(worker, v) }); err != nil {
					stop(err)
				}
			}
		})
	}
	err := r.rows(ctx, span, chunks)
	close(chunks)
	wg.Wait()
	if cause := context.Cause(ctx); cause != nil {
		return cause // why rows ended
	}
	return err
}

// chunk is rows of a month, or of the outbox.
type chunk struct {
	key    *seal.Month // that the indexes of the month are sealed with; nil: the outbox
	before uint64      // of a month: records from this Seq on are in the outbox too
	rows   []monthRow  // of a month
	outbox []outboxed
}

// monthRow is the two rows of a record, without what their keys begin with.
type monthRow struct {
	public store.Row
	person []byte
}

// chunkRows is how many records a worker is given at once.
const chunkRows = 256

// rows sends what the workers are to read. The outbox is read first and given
// last, see [Reader.Each].
func (r *Reader) rows(ctx context.Context, span Span, chunks chan<- chunk) error {
	outbox := chunk{}
	before := uint64(math.MaxUint64)
	for row, err := range r.state.Scan([]byte{spaceOutbox}, nil) {
		if err != nil {
			return err
		}
		o, err := readOutbox(row)
		if err != nil {
			return err
		}
		if o.head.Note != nil {
			continue
		}
		before = min(before, o.head.Seq)
		outbox.outbox = append(outbox.outbox, o)
	}
	months, err := r.shelf.Months()
	if err != nil {
		return err
	}
	for _, name := range months {
		if !span.meets(name) {
			continue
		}
		err := r.shelf.With(name, func(st store.Store) error { return r.monthRows(ctx, st, name, span, before, chunks) })
		if err != nil {
			return err
		}
	}
	return send(ctx, chunks, outbox)
}

// meets reports whether a month may hold attempts of the span: a record stands in
// the month of its attempt.
func (s Span) meets(month string) bool {
	return month >= MonthOf(s.Since) && (s.Until.IsZero() || month <= MonthOf(s.Until))
}

// monthRows sends the rows of one month. Both kinds are in the order of attempts,
// so that they are read side by side.
func (r *Reader) monthRows(ctx context.Context, st store.Store, name string, span Span, before uint64, chunks chan<- chunk) error {
	key, err := readMonthKey(st, r.keys, name)
	if err != nil || key == nil {
		return err
	}
	first, last := span.ids()
	persons, stop := iter.Pull2(st.Scan([]byte{spacePerson}, personRow(first)))
	defer stop()
	c := chunk{key: key, before: before}
	for row, err := range st.Scan([]byte{spacePublic}, publicRow(first)) {
		if err != nil {
			return err
		}
		if bytes.Compare(row.Key[1:], last[:]) > 0 {
			break
		}
		person, err := personOf(row.Key[1:], persons)
		if err != nil {
			return err
		}
		if c.rows = append(c.rows, monthRow{row, person}); len(c.rows) == chunkRows {
			if err := send(ctx, chunks, c); err != nil {
				return err
			}
			c.rows = make([]monthRow, 0, chunkRows)
		}
	}
	return send(ctx, chunks, c)
}

// ids returns the first and the last attempt id that may lie in the span: its time
// is an id's own within a day, which a clock may cross either way.
func (s Span) ids() (first, last policy.AttemptID) {
	const margin = 24 * time.Hour
	if !s.Since.IsZero() {
		first = idAt(s.Since.Add(-margin))
	}
	last = policy.AttemptID(bytes.Repeat([]byte{0xFF}, len(last)))
	if !s.Until.IsZero() {
		last = idAt(s.Until.Add(margin))
	}
	return first, last
}

// idAt returns the smallest UUIDv7 of a time (RFC 9562 section 5.7).
func idAt(t time.Time) (id policy.AttemptID) {
	ms := uint64(max(0, t.UnixMilli()))
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	return id
}

// personOf returns the personal row of an attempt: the next one that is not of an
// attempt before.
func personOf(id []byte, next func() (store.Row, error, bool)) ([]byte, error) {
	for {
		row, err, ok := next()
		if err != nil {
			return nil, err
		}
		if !ok || bytes.Compare(row.Key[1:], id) > 0 {
			return nil, fmt.Errorf("attempt %s: the row of the personal part is missing", policy.AttemptID(slices.Clone(id)))
		}
		if bytes.Equal(row.Key[1:], id) {
			return row.Value, nil
		}
	}
}

func send(ctx context.Context, chunks chan<- chunk, c chunk) error {
	select {
	case chunks <- c:
		return nil
	case <-ctx.Done():
		return errors.New("the sweep was ended") // Sweep tells by whom
	}
}

// visit reads the records of a chunk that lie in the span.
func (r *Reader) visit(c *chunk, span Span, visit func(*View) error) error {
	for i := range c.rows {
		var part publicPart
		var p public
		row := &c.rows[i]
		if err := errors.Join(decode(row.public.Key, row.public.Value, &part), decode(row.public.Key, part.Public, &p)); err != nil {
			return err
		}
		if p.Seq >= c.before || !span.Takes(p.at()) {
			continue
		}
		v, err := r.viewParts(c.key, &part, &p, row.person)
		if err == nil {
			err = visit(&v)
		}
		if err != nil {
			return err
		}
	}
	for i := range c.outbox {
		if o := &c.outbox[i]; span.Takes(o.head.at()) {
			v, err := r.viewOutbox(o)
			if err == nil {
				err = visit(&v)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}
