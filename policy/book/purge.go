package book

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/keep"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Purging is one run over what is over its term.
type Purging struct {
	Now  time.Time
	Held func(seal.Index) bool // legal holds and open complaints keep the number; nil: none does
	Ends int                   // months from which on no profile lets a consent hold; 0: it has no end
	Dry  bool                  // count only
}

// The kinds of what a purge takes.
const (
	purgedConsents    = "consents"
	purgedRevocations = "revocations"
)

// purger is the actor of what a purge leaves in place of a revocation.
const purger = "purge"

// PurgeConsents takes the consents whose proof is over its term ([keep.Proof]), with the
// changes by which people entered them, and returns how many of each kind went; what
// went before an error is counted too. One that stands stays.
//
// Of a revocation, a purpose and a time stay in the row: whatever file brings the
// consent again, it stays revoked. They go when the principal had no mandate for as
// long again; one of whom no mandate is known counts as having one. The set of an import
// goes on to name the number, as long as it is in force.
func (b *Book) PurgeConsents(ctx context.Context, g *Purging) (map[string]int, error) {
	took := map[string]int{purgedConsents: 0, purgedRevocations: 0}
	var keys [][]byte
	flush := func() error {
		defer func() { keys = keys[:0] }()
		return b.purgePersons(keys, g, took)
	}
	b.mu.Lock()
	past := b.past(g)
	b.mu.Unlock()
	for r, err := range b.config.Store.Scan([]byte{spacePerson}, nil) {
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return took, fmt.Errorf("purging consents: %w", err)
		}
		h, err := indexOf(r.Key)
		if err != nil {
			return took, err
		}
		if g.Held != nil && g.Held(h) {
			continue
		}
		row, err := decodePerson(r.Key, r.Value)
		if err != nil {
			return took, err
		}
		gone := past.purge(principalOf(r.Key), &row)
		switch {
		case gone.nothing():
			continue
		case g.Dry:
			gone.add(took)
			continue
		}
		if keys = append(keys, r.Key); len(keys) == batchRows {
			if err := flush(); err != nil {
				return took, err
			}
		}
	}
	return took, flush()
}

// purgePersons takes what is due of some rows, which are read again: somebody may have
// changed them since they were seen.
func (b *Book) purgePersons(keys [][]byte, g *Purging, took map[string]int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	past := b.past(g)
	var batch store.Batch
	size, going := 0, map[string]int{}
	commit := func() error {
		if err := b.config.Store.Commit(batch); err != nil {
			return fmt.Errorf("purging consents: %w", err)
		}
		for kind, n := range going { // order: each for itself
			took[kind] += n
		}
		clear(going)
		batch, size = store.Batch{}, 0
		return nil
	}
	for _, key := range keys {
		row, found, err := getPerson(b.config.Store, key)
		if err != nil {
			return err
		}
		p := principalOf(key)
		gone := past.purge(p, &row)
		if !found || gone.nothing() {
			continue
		}
		value := encodeKeyed(row)
		if size += len(key) + len(value); size > store.MaxBytes/2 || len(batch.Delete) > batchRows {
			if err := commit(); err != nil {
				return err
			}
			size = len(key) + len(value)
		}
		gone.add(going)
		for _, at := range gone.said {
			batch.Delete = append(batch.Delete, saidKey(p, seal.Index(key[5:]), at.time()))
		}
		if row.empty() && !past.staged[p] {
			batch.Delete = append(batch.Delete, key)
		} else { // an empty one, when an import may name it: then it must be there
			batch.Put = append(batch.Put, store.Row{Key: key, Value: value})
		}
	}
	return commit()
}

func principalOf(key []byte) policy.PrincipalID {
	return policy.PrincipalID(binary.BigEndian.Uint32(key[1:]))
}

// indexOf returns the index of the number of a row about a person.
func indexOf(key []byte) (h seal.Index, err error) {
	if len(key) != 5+len(h) {
		return h, fmt.Errorf("row %x is not about a person", key)
	}
	return seal.Index(key[5:]), nil
}

// past is what a purge goes by.
type past struct {
	*Purging
	parts  map[uint32]bool // in force for so long that no restore undoes them
	staged map[policy.PrincipalID]bool
	// over is when the last mandate of a principal ended; who has one in force, or
	// none at all, is not in it.
	over map[policy.PrincipalID]time.Time
}

// past returns what holds now. mu must be held.
func (b *Book) past(g *Purging) *past {
	l := &past{Purging: g, parts: map[uint32]bool{}, staged: map[policy.PrincipalID]bool{}, over: map[policy.PrincipalID]time.Time{}}
	for _, p := range b.parts {
		l.parts[p.ID] = p.At.Before(g.Now.Add(-keepFor))
		if p.Kind.staged() {
			l.staged[policy.PrincipalID(p.Scope)] = true
		}
	}
	inForce := map[policy.PrincipalID]bool{}
	for _, row := range b.entities.rows[kindMandate] { // order: the last one counts
		end := dayEnd(row.To, b.zone) // zero: without an end
		l.over[row.Principal] = latestOf(l.over[row.Principal], end)
		inForce[row.Principal] = inForce[row.Principal] || end.After(g.Now) || end.IsZero()
	}
	for p := range inForce { // order: each for itself
		if inForce[p] {
			delete(l.over, p)
		}
	}
	return l
}

// purgedRow is what a purge takes of one row.
type purgedRow struct {
	consents, revocations int
	said                  []instant // when what goes was entered
}

func (r *purgedRow) nothing() bool { return r.consents+r.revocations == 0 }

func (r *purgedRow) add(to map[string]int) {
	to[purgedConsents] += r.consents
	to[purgedRevocations] += r.revocations
}

// purge takes what is due out of a row.
func (l *past) purge(p policy.PrincipalID, row *personRow) (gone purgedRow) {
	if row.Hold != nil { // of a complaint
		return gone
	}
	var left, due []told[consent]
	for _, t := range row.Consents {
		if l.due(l.ended(row, &t)) {
			due = append(due, t)
		} else {
			left = append(left, t)
		}
	}
	for _, t := range due {
		gone.consents++
		gone.enteredAt(t.At)
		row.revoke(t.Is.Purpose, t.Is.RevokedAt) // that the number was passed on stays
	}
	row.Consents = left
	l.reduce(p, row, &gone)
	return gone
}

func (r *purgedRow) enteredAt(at instant) {
	if at != 0 {
		r.said = append(r.said, at)
	}
}

// ended is when a consent was revoked or ran out, the first of them; 0: it stands, or what ended it can be undone.
func (l *past) ended(row *personRow, t *told[consent]) (first instant) {
	if t.Is.RevokedAt != 0 && !l.settled(t.Parts, t.At) {
		return 0
	}
	ends := func(at instant) {
		if at != 0 && at >= t.Is.GivenAt && (first == 0 || at < first) {
			first = at
		}
	}
	if l.Ends > 0 && t.Is.GivenAt != 0 {
		ends(instantOf(t.Is.GivenAt.time().AddDate(0, l.Ends, 0)))
	}
	for _, o := range row.Consents {
		if o.Is.Purpose == t.Is.Purpose && l.settled(o.Parts, o.At) {
			ends(o.Is.RevokedAt)
		}
	}
	for _, o := range row.Revocations {
		if o.Is.covers(t.Is.Purpose) {
			ends(o.Is.At)
		}
	}
	for _, o := range row.Passings {
		if l.settled(o.Parts, o.At) {
			ends(o.Is.At)
		}
	}
	return first
}

// settled reports whether what imports told, or a person entered, stays.
func (l *past) settled(parts []uint32, entered instant) bool {
	return entered != 0 || slices.ContainsFunc(parts, func(p uint32) bool { return l.parts[p] })
}

func (l *past) due(from instant) bool {
	return from != 0 && !keep.Proof.Keep.After(from.time()).After(l.Now)
}

// reduce leaves of a revocation that is over its term its purpose and its time, and
// nothing when it can end nothing any more.
func (l *past) reduce(p policy.PrincipalID, row *personRow, gone *purgedRow) {
	ends := len(row.Consents) == 0 && l.due(instantOf(l.over[p]))
	var left []told[revocation]
	for i, t := range row.Revocations {
		if !l.due(t.Is.At) {
			left = append(left, t)
			continue
		}
		alone := t.Actor == purger && t.At == t.Is.At
		if !alone {
			gone.enteredAt(t.At)
		}
		needless := row.covered(i)
		if ends || needless || !alone {
			gone.revocations++
		}
		if !ends && !needless {
			left = append(left, told[revocation]{Actor: purger, At: t.Is.At, Is: t.Is})
		}
	}
	row.Revocations = left
}

// revoke leaves a purpose and a time of a revocation, if no other says as much.
func (p *personRow) revoke(purpose string, at instant) {
	if at == 0 || slices.ContainsFunc(p.Revocations, func(t told[revocation]) bool { return t.Is.covers(purpose) && t.Is.At >= at }) {
		return
	}
	p.Revocations = slices.DeleteFunc(p.Revocations, func(t told[revocation]) bool {
		return t.Actor == purger && t.Is.Purpose == purpose
	})
	p.Revocations = append(p.Revocations, told[revocation]{Actor: purger, At: at, Is: revocation{At: at, Purpose: purpose}})
}

// covered reports whether another revocation ends all that the one at i does.
func (p *personRow) covered(i int) bool {
	is := p.Revocations[i].Is
	for j, o := range p.Revocations {
		more := o.Is.At > is.At || o.Is.At == is.At && (o.Is.Purpose != is.Purpose || j < i)
		if j != i && o.Is.covers(is.Purpose) && more {
			return true
		}
	}
	return false
}

// covers reports whether it ends consents for a purpose.
func (r revocation) covers(purpose string) bool { return r.Purpose == "" || r.Purpose == purpose }
