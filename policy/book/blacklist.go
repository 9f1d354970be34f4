package book

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// Change is a number that a principal must not call from now on.
type Change struct {
	Principal policy.PrincipalID
	Number    policy.Number
	Since     time.Time
	Source    string // "entry 4 by admin"
}

// Entry is a single blacklist entry.
type Entry struct {
	Change
	Seq     uint64 // its place in the principal's blacklist
	Actor   string
	Reason  string // as the actor gave it
	Existed bool   // the number was there already; this is the older entry
}

// AddBlacklist puts one number on the blacklist of a principal. It returns
// when the entry is on the disk and Config.Changed has put it in force. A
// number that is there already keeps its entry.
func (b *Book) AddBlacklist(ctx context.Context, actor, principal, number, reason string) (Entry, error) {
	if err := ctx.Err(); err != nil {
		return Entry{}, err
	}
	n, _, err := b.reading.number(number)
	if err != nil {
		return Entry{}, fmt.Errorf("blacklist: number: %w", err)
	}
	if tellsNumber(reason, n) {
		return Entry{}, wrong("blacklist: the reason holds the number, and reasons are kept in clear: leave it out")
	}
	id, _, ok := b.Current().entities.get(kindPrincipal, principal)
	if !ok {
		return Entry{}, unknown("blacklist: there is no principal %q: apply it first", principal)
	}
	b.single.RLock()
	defer b.single.RUnlock()
	entry, err := b.enter(policy.PrincipalID(id), n, actor, reason)
	if err != nil {
		return Entry{}, fmt.Errorf("blacklist of %s: %w", principal, err)
	}
	if b.config.Changed != nil {
		if err := b.config.Changed(ctx, entry.Change); err != nil {
			return Entry{}, fmt.Errorf("blacklist of %s: the entry is written but not in force; add it again: %w", principal, err)
		}
	}
	return entry, nil
}

// enter commits an entry, or returns the one that exists.
func (b *Book) enter(p policy.PrincipalID, n policy.Number, actor, reason string) (Entry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	listed := b.blacklistOf(p)
	if entry, ok := listed.entries[n]; ok {
		entry.Existed = true
		return entry, nil
	}
	sealed, err := b.config.Keys.SealNumber(n)
	if err != nil {
		return Entry{}, err
	}
	key := personKey(p, b.config.Keys.Index(n))
	var person personRow
	if _, err := get(b.config.Store, key, &person); err != nil {
		return Entry{}, err
	}
	seq := listed.last + 1
	entry := Entry{Seq: seq, Actor: actor, Reason: reason, Change: Change{
		Principal: p, Number: n, Since: b.stamp(),
		Source: fmt.Sprintf("entry %d by %s", seq, actor),
	}}
	since := instantOf(entry.Since)
	person.Version = rowVersion
	person.Objection = &objectionRow{Since: since, Source: entry.Source, Actor: actor, Reason: reason, Seq: seq}
	err = b.config.Store.Commit(store.Batch{Put: []store.Row{
		{Key: key, Value: encode(person)},
		{Key: blacklistKey(p, seq), Value: encode(blacklistRow{
			Version: rowVersion, Sealed: sealed,
			Since: since, Source: entry.Source, Actor: actor, Reason: reason,
		})},
	}})
	if err != nil {
		return Entry{}, fmt.Errorf("writing entry %d: %w", seq, err)
	}
	listed.last, listed.entries[n] = seq, entry
	return entry, nil
}

// blacklistOf returns the single entries of p. mu must be held.
func (b *Book) blacklistOf(p policy.PrincipalID) *blacklist {
	if b.entries[p] == nil {
		b.entries[p] = &blacklist{entries: map[policy.Number]Entry{}}
	}
	return b.entries[p]
}

// blacklist are the single entries of a principal.
type blacklist struct {
	last    uint64 // the highest Seq given
	entries map[policy.Number]Entry
}

// Entries yields every single blacklist entry, in no order, as of the call.
// It is for the desks at start.
func (b *Book) Entries() iter.Seq[Change] {
	b.mu.Lock()
	var all []Change
	for _, of := range b.entries {
		for _, entry := range of.entries {
			all = append(all, entry.Change)
		}
	}
	b.mu.Unlock()
	return func(yield func(Change) bool) {
		for _, c := range all {
			if !yield(c) {
				return
			}
		}
	}
}

// loadEntries reads every single entry. One that cannot be opened is an error:
// left out, it would be a call that is forbidden. mu must be held.
func (b *Book) loadEntries() error {
	b.entries = map[policy.PrincipalID]*blacklist{}
	removed, err := loadRemovals(b.config.Store)
	if err != nil {
		return err
	}
	for row, err := range b.config.Store.Scan([]byte{spaceBlacklist}, nil) {
		if err != nil {
			return fmt.Errorf("reading blacklist entries: %w", err)
		}
		if len(row.Key) != 13 { // the others are acknowledgements of call centres
			continue
		}
		var r blacklistRow
		if err := decode(row.Key, row.Value, &r); err != nil {
			return err
		}
		n, err := b.config.Keys.OpenNumber(r.Sealed)
		if err != nil {
			return fmt.Errorf("blacklist entry %x: %w", row.Key, err)
		}
		p, seq := policy.PrincipalID(binary.BigEndian.Uint32(row.Key[1:])), binary.BigEndian.Uint64(row.Key[5:])
		listed := b.blacklistOf(p)
		listed.last = max(listed.last, seq)
		if removed[takenBack{p, seq}] {
			continue
		}
		listed.entries[n] = Entry{
			Seq: seq, Actor: r.Actor, Reason: r.Reason,
			Change: Change{Principal: p, Number: n, Since: r.Since.time(), Source: r.Source},
		}
	}
	return nil
}

// tellsNumber reports whether a text that is kept in clear gives n away: its
// last eight digits, whatever stands between them.
func tellsNumber(text string, n policy.Number) bool {
	const telling = 8
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	whole := strings.TrimPrefix(n.String(), "+")
	return strings.Contains(digits, whole[max(0, len(whole)-telling):])
}
