package ledger

import (
	"context"
	"fmt"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// Lay lays a legal hold: when it returns, no purge takes what the hold covers, not even
// one that goes on. Its ID is given here.
func (p *Purger) Lay(ctx context.Context, h LegalHold) (LegalHold, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var err error
	if h.ID, err = p.NewID(); err != nil {
		return h, err
	}
	row, err := h.row(p.Keys)
	if err != nil {
		return h, err
	}
	// The row first: a hold that no note tells of keeps too much, never too little.
	if err := p.State.Commit(store.Batch{Put: []store.Row{row}}); err != nil {
		return h, fmt.Errorf("lay a legal hold: %w", err)
	}
	n := Note{ID: h.ID, At: h.At, Kind: NoteHold, Campaign: h.Campaign, Actor: h.Actor, Body: h.body("laid", "")}
	return h, p.Note(ctx, n)
}

// Between calls lay, which enters what [Purger.Also] returns, while no purge is between
// looking at the holds and taking: what it enters counts from then on.
func (p *Purger) Between(lay func() error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return lay()
}

// Lift ends a legal hold; [ErrNoHold] when it does not stand.
func (p *Purger) Lift(ctx context.Context, id policy.AttemptID, at time.Time, actor, reason string) (LegalHold, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	all, err := LegalHolds(p.State, p.Keys)
	if err != nil {
		return LegalHold{}, err
	}
	for _, h := range all {
		if h.ID != id {
			continue
		}
		note, err := p.NewID()
		if err != nil {
			return h, err
		}
		// The note first, for the same reason.
		n := Note{ID: note, At: at, Kind: NoteHold, Campaign: h.Campaign, Actor: actor, Body: h.body("lifted", reason)}
		if err := p.Note(ctx, n); err != nil {
			return h, err
		}
		return h, p.State.Commit(store.Batch{Delete: [][]byte{legalRow(id)}})
	}
	return LegalHold{}, ErrNoHold
}

// Held returns the order that forbids to erase a number: a legal hold of that number,
// or one that covers a record about it.
func (p *Purger) Held(n policy.Number, now time.Time) (order string, held bool, err error) {
	all, err := LegalHolds(p.State, p.Keys)
	if err != nil || len(all) == 0 {
		return "", false, err
	}
	views, err := p.Reader.ByNumber(n, 1<<20)
	if err != nil {
		return "", false, err
	}
	h := p.Keys.Index(n)
	for _, hold := range all {
		if !hold.stands(now) {
			continue
		}
		of := p.Keys.Index(hold.Number)
		if hold.Number == n {
			return hold.Order, true, nil
		}
		for i := range views {
			if hold.covers(h, of, &views[i].Record.Attempt) {
				return hold.Order, true, nil
			}
		}
	}
	return "", false, nil
}
