package ledger

import (
	"context"
	"errors"

	"tregua/policy"
)

// ErrFull is returned when the ledger takes no more: its queue is full, or it has
// ended.
var ErrFull = errors.New("the ledger takes no more")

// Note writes a note and returns its number. It waits for the commit, not for a
// store to recover: when the commit fails, the note is not written and who gave it
// hears of that. After an error of ctx it may be written all the same.
func (w *Writer) Note(ctx context.Context, n Note) (seq uint64, err error) {
	return w.note(ctx, Entry{Kind: Noted, Note: n})
}

// Summarise writes the summary of an hour, likewise.
func (w *Writer) Summarise(ctx context.Context, n Note, h Hour) (seq uint64, err error) {
	return w.note(ctx, Entry{Kind: Noted, Note: n, Hour: &h})
}

func (w *Writer) note(ctx context.Context, e Entry) (uint64, error) {
	said := make(chan Receipt, 1)
	if !w.await(e.Note.ID, said) {
		return 0, ErrTwice // another waits for it
	}
	defer w.await(e.Note.ID, nil)
	if !w.Submit(e) {
		return 0, ErrFull
	}
	select {
	case r := <-said:
		return r.Seq, r.Err
	case <-ctx.Done():
		return 0, context.Cause(ctx)
	}
}

// await says who waits for a note, nil for nobody any more; false: another does.
func (w *Writer) await(id policy.AttemptID, said chan Receipt) bool {
	w.noteMu.Lock()
	defer w.noteMu.Unlock()
	if said == nil {
		delete(w.noters, id)
		return true
	}
	if w.noters[id] != nil {
		return false
	}
	if w.noters == nil {
		w.noters = map[policy.AttemptID]chan Receipt{}
	}
	w.noters[id] = said
	return true
}

// answer gives a receipt to the one who waits for it; false: nobody does.
func (w *Writer) answer(r Receipt) bool {
	if r.Kind != Noted {
		return false
	}
	w.noteMu.Lock()
	defer w.noteMu.Unlock()
	said := w.noters[r.ID]
	if said == nil {
		return false
	}
	delete(w.noters, r.ID)
	said <- r // has room for one
	return true
}
