package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"tregua/policy/seal"
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

// Beside purges what is kept beside the records and not in them: take says how much it
// took of each kind, or would take in a dry run, which names every kind. The purge that
// is told has no month.
func (p *Purger) Beside(ctx context.Context, now time.Time, dry bool, take func(dry bool) (map[string]int, error)) (Purge, error) {
	p.work.Lock()
	defer p.work.Unlock()
	p.mu.Lock() // no hold is laid meanwhile
	defer p.mu.Unlock()
	took, err := take(dry)
	purge := Purge{Records: took}
	if dry {
		return purge, err
	}
	maps.DeleteFunc(took, func(_ string, n int) bool { return n == 0 })
	if len(took) == 0 {
		return purge, err
	}
	// Some may be gone although something failed: that is told too.
	id, idErr := p.NewID()
	if idErr != nil {
		return purge, errors.Join(err, idErr)
	}
	return purge, errors.Join(err, p.Note(ctx, Note{ID: id, At: now, Kind: NotePurge, Body: must(json.Marshal(&purge))}))
}
