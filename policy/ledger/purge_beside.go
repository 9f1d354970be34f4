package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"tregua/policy/seal"
	"tregua/policy/store"
)

// HeldNumbers returns the numbers that legal holds name, by their indexes.
func (p *Purger) HeldNumbers(now time.Time) (map[seal.Index]bool, error) {
	all, err := LegalHolds(p.State, p.Keys)
	held := map[seal.Index]bool{}
	for i := range all {
		if all[i].Number != 0 && all[i].stands(now) {
			held[p.Keys.Index(all[i].Number)] = true
		}
	}
	return held, err
}

// besideRow stands in the place of a month for what is kept beside the records.
const besideRow = ""

// Beside purges what is kept beside the records and not in them: take says how much it
// took of each kind, or would take in a dry run, which names every kind. The purge that
// is told has no month. What a process took that ended before it had told so was counted
// by nobody: the next purge tells when that was.
func (p *Purger) Beside(ctx context.Context, now time.Time, dry bool, take func(dry bool) (map[string]int, error)) (Purge, error) {
	p.work.Lock()
	defer p.work.Unlock()
	p.mu.Lock() // no hold is laid meanwhile
	defer p.mu.Unlock()
	if dry {
		due, err := take(dry)
		return Purge{Records: due}, err
	}
	brokeOff, err := p.brokeOff()
	if err != nil {
		return Purge{}, err
	}
	began := now
	if !brokeOff.IsZero() {
		began = brokeOff // told by the one that ends
	}
	id, err := p.begin(besideRow, began)
	if err != nil {
		return Purge{}, err
	}
	took, err := take(dry)
	maps.DeleteFunc(took, func(_ string, n int) bool { return n == 0 })
	purge := Purge{Records: took, BrokeOff: brokeOff}
	if len(took) > 0 || !brokeOff.IsZero() { // some may be gone although something failed
		noteErr := p.Note(ctx, Note{ID: id, At: now, Kind: NotePurge, Body: must(json.Marshal(&purge))})
		if noteErr != nil {
			return purge, errors.Join(err, noteErr)
		}
	}
	return purge, errors.Join(err, p.State.Commit(store.Batch{Delete: [][]byte{purgeRow(besideRow)}}))
}

// brokeOff returns when a purge was begun that nobody told the end of.
func (p *Purger) brokeOff() (time.Time, error) {
	id, at, found, err := p.begun(besideRow)
	if err != nil || !found {
		return time.Time{}, err
	}
	if said, err := p.said(id, at); err != nil || said {
		return time.Time{}, err
	}
	return at, nil
}
