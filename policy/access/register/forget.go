package register

import (
	"fmt"
	"time"

	"tregua/policy/access"
	"tregua/policy/store"
)

// Forget empties the proposals until then whose parameters or reason tell of an
// erased person, and returns how many those are; one that still waited is
// withdrawn. Their rows stay: who proposed and confirmed what kind of operation
// is no data of that person, and an id is given once.
func (r *Register) Forget(tells func(text string) bool, until time.Time, only bool) (count int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	var batch store.Batch
	for row, err := range r.config.Store.Scan([]byte{spaceProposal}, nil) {
		if err != nil {
			return 0, err
		}
		var p proposalRow
		if err := decode(row.Key, row.Value, &p); err != nil {
			return 0, err
		}
		if p.At.time().After(until) {
			continue
		}
		empty, err := r.emptied(row.Key, &p, tells)
		if err != nil {
			return 0, err
		}
		if empty {
			batch.Put = append(batch.Put, store.Row{Key: row.Key, Value: encode(p)})
		}
	}
	if len(batch.Put) == 0 || only {
		return len(batch.Put), nil
	}
	return len(batch.Put), r.config.Store.Commit(batch)
}

// emptied takes out of a proposal what tells of a person, if it does.
func (r *Register) emptied(key []byte, p *proposalRow, tells func(string) bool) (bool, error) {
	text, err := r.config.Keys.OpenNote(p.Sealed, sealPurpose)
	if err != nil {
		return false, fmt.Errorf("row %x: %w", key, err)
	}
	var part sealedPart
	if err := decode(key, text, &part); err != nil || !tells(string(part.Payload)) && !tells(part.Why) {
		return false, err
	}
	part.Payload, part.Why = []byte("{}"), ""
	digest := access.ProposalDigest(p.Kind, [16]byte(part.Nonce), part.Payload)
	p.Digest = digest[:]
	if p.Stage == access.Proposed.String() {
		p.Stage, p.ClosedBy, p.ClosedAt = access.Withdrawn.String(), "erasure", instantOf(r.config.Now())
	}
	p.Sealed, err = r.config.Keys.SealNote(encode(part), sealPurpose)
	return true, err
}
