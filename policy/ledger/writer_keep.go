package ledger

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"tregua/policy"
)

// write commits the batch, and what was kept when its time has come. While the
// store fails it only tries to mend what a failed commit left in doubt.
func (w *Writer) write(batch []Entry) {
	w.last = time.Now()
	var err error
	if w.made.Doubtful() {
		err = w.turn(nil)
	}
	if err == nil && !w.last.Before(w.due) {
		err = w.again()
	}
	if err == nil {
		if batch = w.behind(batch); len(batch) > 0 {
			err = w.turn(batch)
		}
	}
	if err != nil {
		w.due, w.why = time.Now().Add(retry), err
		w.settle(batch, failed(batch, err))
		w.cfg.Log.Error("records not written", "err", err, "entries", len(batch), "kept", len(w.kept))
	}
	w.keeping.Store(int64(len(w.kept)))
}

// again tries each kept entry once. One that the committer cannot take stays,
// and stops no other.
func (w *Writer) again() error {
	old := w.kept
	w.kept = nil
	for len(old) > 0 {
		n := min(len(old), MaxTurn)
		if err := w.turn(old[:n]); err != nil {
			w.kept = append(w.kept, old...)
			return err
		}
		old = old[n:]
	}
	if n := len(w.kept); n > 0 {
		w.due = time.Now().Add(retry)
		w.cfg.Log.Error("records not written", "err", w.why, "kept", n)
	}
	return nil
}

// behind keeps those entries of a batch that have to wait behind a kept one: an
// end behind the rows of its call, and what it leaves on its number behind older
// such rows, because the last word on a row counts. It returns the others.
func (w *Writer) behind(batch []Entry) []Entry {
	if len(w.kept) == 0 {
		return batch
	}
	attempts, rows := map[policy.AttemptID]bool{}, map[string]bool{}
	note := func(e *Entry) {
		attempts[e.attempt()] = true
		for row := range e.left {
			rows[string(row.Key)] = true
		}
	}
	for i := range w.kept {
		note(&w.kept[i])
	}
	free := make([]Entry, 0, len(batch))
	for _, e := range batch {
		late := e.Kind != Open && e.Kind != Closed && e.Kind != Repeat && e.Kind != Noted && attempts[e.attempt()]
		for row := range e.left {
			late = late || rows[string(row.Key)]
		}
		if late {
			w.kept = append(w.kept, e)
			note(&e)
			continue
		}
		free = append(free, e)
	}
	return free
}

// turn commits one batch. After an error nothing of it is written.
func (w *Writer) turn(in []Entry) error {
	rows, receipts := w.made.Turn(time.Now(), in)
	if err := w.made.Err(); err != nil {
		return err
	}
	if err := w.store.Commit(rows); err != nil {
		w.made.Failed()
		return err
	}
	w.newest.add(w.made.Next()-uint64(len(w.made.made)), w.made.made)
	w.made.Committed()
	w.settle(in, receipts)
	w.cfg.Committed(w.made.Next())
	return nil
}

// failed returns the receipts of a batch that was not committed.
func failed(batch []Entry, err error) []Receipt {
	receipts := make([]Receipt, len(batch))
	for i := range batch {
		receipts[i] = batch[i].receipt(err)
	}
	return receipts
}

// settle keeps the entries that are to be tried again and posts the receipts
// of the others. An Open for which a call waits has both: the call is turned
// away, and the record of that is kept. It cannot be the second of the attempt:
// if the failed commit left its open row, the next batch takes that away first.
func (w *Writer) settle(in []Entry, receipts []Receipt) {
	said := receipts[:0]
	for i, r := range receipts {
		switch e := in[i]; {
		case w.answer(r): // who waits for a note tries again, or does not
		case r.Err == nil:
			said = append(said, r)
		case w.contradicts(r):
			w.Rejected.Add(1)
			w.cfg.Log.Error("entry contradicts the ledger", "err", r.Err, "kind", r.Kind, "attempt", r.ID)
			said = append(said, r)
		case e.awaited():
			said = append(said, r)
			w.keep(e.Refused(policy.StoreDown, time.Now()), r.Err)
		default:
			w.keep(e, r.Err)
		}
	}
	if len(said) > 0 {
		w.cfg.Posted(said)
	}
}

// contradicts reports whether an entry can never be written. The end of an
// attempt whose open row is still to be tried again waits behind it.
func (w *Writer) contradicts(r Receipt) bool {
	if errors.Is(r.Err, ErrNotOpen) {
		return !slices.ContainsFunc(w.kept, func(e Entry) bool { return e.Kind == Open && e.attempt() == r.ID })
	}
	return errors.Is(r.Err, ErrTwice) || errors.Is(r.Err, ErrNoID) || errors.Is(r.Err, ErrNote)
}

func (w *Writer) keep(e Entry, why error) {
	if len(w.kept) == 0 {
		w.due = time.Now().Add(retry)
	}
	w.kept, w.why = append(w.kept, e), why
}

// lose gives up what is kept.
func (w *Writer) lose() error {
	n := len(w.kept)
	if n == 0 {
		return nil
	}
	w.cfg.Posted(failed(w.kept, w.why))
	w.kept = nil
	w.keeping.Store(0)
	return fmt.Errorf("%d records are lost, they could not be written: %w", n, w.why)
}
