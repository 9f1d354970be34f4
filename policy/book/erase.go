package book

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// Erasing is one number that the book forgets (GDPR art. 17).
type Erasing struct {
	Number policy.Number
	Before time.Time            // what was told later stays
	Actor  string               // of the entries on the blacklists
	Reason string               // of them, kept in clear
	Also   []policy.PrincipalID // who knows the number besides, by the ledger
	// Only says what would be done and does nothing.
	Only bool
}

// Erased is what was forgotten of a number; all of it is empty when nothing was
// known.
type Erased struct {
	Principals []string // whose blacklist has the number from now on (art. 21(3))
	Sets       []string // imports that were written anew without it
	Rows       int      // rows of the store that were changed or deleted
}

// Erase takes a number out of every set of every generation that can be
// restored, and out of every row about persons. Who knew it gets it on the
// blacklist, sealed, before anything is taken out: an objection can be honoured
// only by who keeps it. Each step can be done again, so an erasure that was cut
// off is ended by another one. Sets that cannot be read are an error: nobody
// knows whether they hold the number.
func (b *Book) Erase(ctx context.Context, e Erasing) (Erased, error) {
	done, err := b.erase(ctx, &e)
	if err != nil {
		return done, fmt.Errorf("erasing a number: %w", err)
	}
	return done, nil
}

func (b *Book) erase(ctx context.Context, e *Erasing) (done Erased, err error) {
	if err := e.check(); err != nil {
		return done, err
	}
	if err := b.turn(ctx); err != nil {
		return done, err
	}
	defer b.release()
	parts, err := b.holding(e)
	if err != nil {
		return done, err
	}
	for _, p := range parts {
		if !p.numbers.Contains(e.Number) {
			continue
		}
		done.Sets = append(done.Sets, p.Kind.String()+" "+p.source())
	}
	rows, principals, err := b.about(e)
	if err != nil {
		return done, err
	}
	principals = b.knowing(principals, parts, e.Number)
	done.Rows = len(rows.Put) + len(rows.Delete)
	s := b.Current()
	for _, p := range principals {
		done.Principals = append(done.Principals, s.PrincipalName(p))
	}
	if e.Only {
		return done, nil
	}
	for _, p := range principals {
		if err := b.suppress(ctx, p, e); err != nil {
			return done, err
		}
	}
	if err := b.rewrite(e, parts); err != nil {
		return done, err
	}
	return done, b.dropRows(ctx, e)
}

// check says why an erasure cannot be.
func (e *Erasing) check() error {
	if TellsNumber(e.Reason, e.Number) {
		return wrong("the reason holds the number, and reasons are kept in clear: leave it out")
	}
	if len(e.Reason) > maxReason {
		return wrong("the reason has %d bytes: give one of %d at most", len(e.Reason), maxReason)
	}
	return nil
}

// suppress puts the number on the blacklist of a principal.
func (b *Book) suppress(ctx context.Context, p policy.PrincipalID, e *Erasing) error {
	o := Objection{Actor: e.Actor, Reason: e.Reason, Source: "erasure asked by the person"}
	_, err := b.change(ctx, p, e.Number, func(at time.Time, row *personRow, now *single) ([]store.Row, error) {
		_, rows, err := b.object(at, p, e.Number, o, row, now)
		return rows, err
	})
	return err
}

// knowing adds to principals those whose parts hold a number, ascending.
func (b *Book) knowing(principals []policy.PrincipalID, parts []*loadedPart, n policy.Number) []policy.PrincipalID {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, p := range parts {
		if !p.numbers.Contains(n) {
			continue
		}
		of := policy.PrincipalID(p.Scope)
		if k := p.Kind.scope(); k != kindPrincipal {
			of = b.entities.rows[k][p.Scope].Principal
		}
		principals = append(principals, of)
	}
	principals = slices.DeleteFunc(principals, func(p policy.PrincipalID) bool { return p == 0 })
	slices.Sort(principals)
	return slices.Compact(principals)
}

// about returns what an erasure makes of the rows about persons, and the
// principals whose rows they are.
func (b *Book) about(e *Erasing) (batch store.Batch, of []policy.PrincipalID, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	kept, _, err := b.keptParts()
	if err != nil {
		return batch, nil, err
	}
	later := func(part uint32) bool { return kept[part].At.After(e.Before) }
	of = append(of, e.Also...)
	for id := range b.entities.rows[kindPrincipal] { // order: each has rows of its own
		p, before := policy.PrincipalID(id), len(batch.Put)+len(batch.Delete)
		for _, add := range []func(*store.Batch, policy.PrincipalID, *Erasing, func(uint32) bool) error{
			b.erasePerson, b.eraseSaid, b.eraseContact,
		} {
			if err := add(&batch, p, e, later); err != nil {
				return batch, nil, err
			}
		}
		if len(batch.Put)+len(batch.Delete) > before {
			of = append(of, p)
		}
	}
	return batch, of, b.eraseSamples(&batch, e)
}

// dropRows commits what an erasure makes of the rows, and lets the desks know.
func (b *Book) dropRows(ctx context.Context, e *Erasing) error {
	batch, of, err := b.about(e)
	if err != nil || len(batch.Put)+len(batch.Delete) == 0 {
		return err
	}
	if err := b.config.Store.Commit(batch); err != nil {
		return fmt.Errorf("writing the rows: %w", err)
	}
	for _, p := range of {
		if err := b.forgetSingle(ctx, p, e.Number); err != nil {
			return err
		}
	}
	return nil
}

// forgetSingle says that of a number nothing is known but its entry.
func (b *Book) forgetSingle(ctx context.Context, p policy.PrincipalID, n policy.Number) error {
	b.mu.Lock()
	one := b.singlesOf(p).of[n]
	if one == nil {
		b.mu.Unlock()
		return nil
	}
	now := *one
	now.row, now.at = false, b.stamp()
	b.singlesOf(p).of[n] = &now
	c := now.change(p, n)
	b.mu.Unlock()
	if b.config.Changed == nil {
		return nil
	}
	return b.config.Changed(context.WithoutCancel(ctx), c)
}

// Forms are the digits by which files tell a number: with its country and, in
// the country of the book, without.
func (b *Book) Forms(n policy.Number) []string {
	forms := []string{strings.TrimPrefix(n.String(), "+")}
	if national := b.reading.plan.National(n); national != n.String() {
		forms = append(forms, strings.TrimPrefix(national, "+"))
	}
	return forms
}
