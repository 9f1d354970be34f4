package book

import (
	"fmt"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/keep"
	"tregua/policy/seal"
	"tregua/policy/store"
)

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

// of returns what a purge takes of a stored row: nothing of one that is held.
func (l *past) of(r store.Row) (gone purgedRow, err error) {
	if len(r.Key) != len(personKey(0, seal.Index{})) {
		return gone, fmt.Errorf("row %x is not about a person", r.Key)
	}
	if l.Held != nil && l.Held(seal.Index(r.Key[5:])) {
		return gone, nil
	}
	row, err := decodePerson(r.Key, r.Value)
	if err != nil {
		return gone, err
	}
	return l.purge(principalOf(r.Key), &row), nil
}

// purge takes what is due out of a row.
func (l *past) purge(p policy.PrincipalID, row *personRow) (gone purgedRow) {
	if row.Hold != nil { // of a complaint
		return gone
	}
	var left, due []told[consent]
	for _, t := range row.Consents {
		if l.due(l.ended(row, &t), keep.Proof) {
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
	for _, at := range l.ends(row, &t.Is) {
		if at != 0 && at >= t.Is.GivenAt && (first == 0 || at < first) {
			first = at
		}
	}
	return first
}

// ends are the times that may end a consent.
func (l *past) ends(row *personRow, c *consent) (all []instant) {
	if l.Ends > 0 && c.GivenAt != 0 {
		all = append(all, instantOf(c.GivenAt.time().AddDate(0, l.Ends, 0)))
	}
	for _, o := range row.Consents {
		if o.Is.Purpose == c.Purpose && l.settled(o.Parts, o.At) {
			all = append(all, o.Is.RevokedAt)
		}
	}
	for _, o := range row.Revocations {
		if o.Is.covers(c.Purpose) {
			all = append(all, o.Is.At)
		}
	}
	for _, o := range row.Passings {
		if l.settled(o.Parts, o.At) {
			all = append(all, o.Is.At)
		}
	}
	return all
}

// settled reports whether what imports told, or a person entered, stays.
func (l *past) settled(parts []uint32, entered instant) bool {
	return entered != 0 || slices.ContainsFunc(parts, func(p uint32) bool { return l.parts[p] })
}

// due reports whether a term that began at a time is over.
func (l *past) due(from instant, line keep.Line) bool {
	return from != 0 && !line.Keep.After(from.time()).After(l.Now)
}

// reduce leaves of a revocation that is over its term its purpose and its time, and
// nothing when it can end nothing any more.
func (l *past) reduce(p policy.PrincipalID, row *personRow, gone *purgedRow) {
	ends := len(row.Consents) == 0 && l.due(instantOf(l.over[p]), keep.Proof)
	var left []told[revocation]
	for i, t := range row.Revocations {
		if !l.due(t.Is.At, keep.Proof) {
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
