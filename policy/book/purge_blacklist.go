package book

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"tregua/policy"
	"tregua/policy/keep"
	"tregua/policy/store"
)

// The kinds of what is purged of blacklists.
const (
	purgedEntries  = "blacklist entries" // single ones
	purgedImported = "blacklist numbers" // of imported ones
)

// PurgeBlacklists takes the blacklists of principals that had no mandate, and neither
// imported nor synchronised theirs, for as long as [keep.Blacklists] says, and returns how
// many numbers went; what went before an error is counted too. A principal of whom no
// mandate is known counts as having one.
//
// A single entry that is younger stays, and so does one whose number is held. A number
// that is held keeps the whole blacklist if it stands in an imported one: what a person
// took back since would hold again without the entry that says so.
func (b *Book) PurgeBlacklists(ctx context.Context, g *Purging) (map[string]int, error) {
	took := map[string]int{purgedEntries: 0, purgedImported: 0}
	b.mu.Lock()
	l := b.past(g)
	synced := b.synced
	b.mu.Unlock()
	for _, p := range slices.Sorted(maps.Keys(l.over)) {
		if !l.blacklistDue(p, 0, synced[p]) {
			continue
		}
		whole, err := b.purgeImported(p, g, took)
		if err == nil && whole {
			err = b.purgeEntries(ctx, p, g, took)
		}
		if err != nil {
			return took, fmt.Errorf("purging the blacklist of principal %d: %w", p, err)
		}
	}
	return took, nil
}

// blacklistDue reports whether what came on the blacklist of p at a time is to go.
func (l *past) blacklistDue(p policy.PrincipalID, at, synced instant) bool {
	over := instantOf(l.over[p])
	return over != 0 && l.due(max(over, at, synced), keep.Blacklists)
}

// purgeImported puts a generation in force that lacks the imported blacklists of p, and
// reports whether none is left. The sets go when no restore can need them any more.
func (b *Book) purgeImported(p policy.PrincipalID, g *Purging, took map[string]int) (whole bool, err error) {
	err = g.step(func() error {
		b.mu.Lock()
		defer b.mu.Unlock()
		due, l, n := map[uint32]bool{}, b.past(g), 0
		for _, part := range b.parts {
			if part.Kind != Blacklist || part.Scope != uint32(p) {
				continue
			}
			if !l.blacklistDue(p, instantOf(part.At), b.synced[p]) || g.holds(b.loaded[part.ID]) {
				return nil
			}
			due[part.ID] = true
			n += part.Count
		}
		whole = true
		if len(due) == 0 || g.Dry {
			took[purgedImported] += n
			return nil
		}
		left := slices.DeleteFunc(slices.Clone(b.parts), func(part Part) bool { return due[part.ID] })
		batch, err := g.telling(map[string]int{purgedImported: n})
		if err != nil {
			return err
		}
		name := b.entities.rows[kindPrincipal][uint32(p)].Name
		if _, err := b.activate(batch, b.entities, left, b.stamp(), purger, "purge blacklist "+name); err != nil {
			return err
		}
		took[purgedImported] += n
		return nil
	})
	return whole, err
}

// holds reports whether a number that is held stands in a set, or may.
func (g *Purging) holds(part *loadedPart) bool {
	return part == nil || part.err != nil || g.HeldNumbers != nil && slices.ContainsFunc(g.HeldNumbers(), part.numbers.Contains)
}

// telling begins the batch of a commit that takes so many of each kind.
func (g *Purging) telling(going map[string]int) (batch store.Batch, err error) {
	if g.Told == nil {
		return batch, nil
	}
	row, err := g.Told(going)
	if err != nil {
		return batch, err
	}
	batch.Put = append(batch.Put, row)
	return batch, nil
}

// entryRow is one change of a blacklist.
type entryRow struct {
	key    []byte
	seq    uint64
	number policy.Number
	row    blacklistRow
}

// purgeEntries takes the single entries of p that are due, the oldest first.
func (b *Book) purgeEntries(ctx context.Context, p policy.PrincipalID, g *Purging, took map[string]int) error {
	var some []entryRow
	for r, err := range b.config.Store.Scan(blacklistKey(p, 0)[:5], nil) {
		if err == nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		e, err := b.openEntry(r)
		if err != nil {
			return err
		}
		if some = append(some, e); len(some) == batchRows {
			if err := b.purgeSome(ctx, p, g, took, some); err != nil {
				return err
			}
			some = some[:0]
		}
	}
	return b.purgeSome(ctx, p, g, took, some)
}

func (b *Book) openEntry(r store.Row) (e entryRow, err error) {
	e.key, e.seq = r.Key, binary.BigEndian.Uint64(r.Key[5:])
	if e.row, err = decodeBlacklist(r.Key, r.Value); err != nil {
		return e, err
	}
	if e.number, err = b.config.Keys.OpenNumber(e.row.Sealed); err != nil {
		return e, fmt.Errorf("blacklist entry %x: %w", r.Key, err)
	}
	return e, nil
}

// purgeSome takes what is due of some entries, and lets whoever judges know.
func (b *Book) purgeSome(ctx context.Context, p policy.PrincipalID, g *Purging, took map[string]int, some []entryRow) error {
	c := entryCommit{book: b, principal: p, took: took, persons: map[string]*personRow{}}
	err := g.step(func() error {
		b.mu.Lock()
		defer b.mu.Unlock()
		c.past = b.past(g)
		for i := range some {
			if err := c.entry(&some[i]); err != nil {
				return err
			}
		}
		return c.commit()
	})
	for _, change := range c.changes {
		if b.config.Changed == nil {
			break
		}
		if told := b.config.Changed(context.WithoutCancel(ctx), change); told != nil {
			return fmt.Errorf("entries are gone, and calls are judged by them until the next start: %w", told)
		}
	}
	return err
}
