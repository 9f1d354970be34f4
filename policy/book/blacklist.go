package book

import (
	"context"
	"encoding/binary"
	"fmt"
	"maps"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// maxReason bounds what is said of a change, in bytes.
const maxReason = 1000

// Entry is a single blacklist entry.
type Entry struct {
	Principal policy.PrincipalID
	Number    policy.Number
	Since     time.Time
	Source    string // "entry 4 by admin"
	All       bool   // the person wants no service calls either
	Seq       uint64 // its place in the principal's blacklist
	Actor     string
	Reason    string // as the actor gave it
	Existed   bool   // the number was there already; this is the older entry
}

// Objection is what puts a number on the blacklist of a principal.
type Objection struct {
	Actor     string
	Principal string // name
	Number    string // as people write it
	Reason    string // kept in clear
	Source    string // "607 of the carrier"; "" is the actor
	All       bool   // the person wants no service calls either
}

// Object puts one number on the blacklist of a principal. It returns when the
// entry is on the disk and Config.Changed has put it in force. A number that is
// there already keeps its entry, which only learns that the person said so again.
func (b *Book) Object(ctx context.Context, o Objection) (entry Entry, err error) {
	n, p, err := b.who(ctx, "blacklist", o.Principal, o.Number, o.Reason)
	if err != nil {
		return Entry{}, err
	}
	_, err = b.change(ctx, p, n, func(at time.Time, row *personRow, now *single) (rows []store.Row, err error) {
		entry, rows, err = b.object(at, p, n, o, row, now)
		return rows, err
	})
	if err != nil {
		return Entry{}, fmt.Errorf("blacklist of %s: %w", o.Principal, err)
	}
	return entry, nil
}

// object writes an objection into the row of its number, and returns the rows
// besides.
func (b *Book) object(at time.Time, p policy.PrincipalID, n policy.Number, o Objection, row *personRow, now *single) (entry Entry, rows []store.Row, err error) {
	existed := now.entry.Seq != 0 && (!o.All || now.entry.All)
	if !existed {
		if rows, err = b.list(at, p, n, o, now); err != nil {
			return Entry{}, nil, err
		}
	}
	entry = now.entry
	entry.Existed = existed
	row.Objection = &objectionRow{
		Since: instantOf(entry.Since), Source: entry.Source, Actor: entry.Actor,
		Reason: entry.Reason, Seq: entry.Seq, All: entry.All, Again: instantOf(at),
	}
	return entry, rows, nil
}

// list makes the next entry of a blacklist.
func (b *Book) list(at time.Time, p policy.PrincipalID, n policy.Number, o Objection, now *single) ([]store.Row, error) {
	seq := b.nextSeq(p)
	source := fmt.Sprintf("entry %d by %s", seq, o.Actor)
	if o.Source != "" {
		source = fmt.Sprintf("entry %d, %s", seq, o.Source)
	}
	now.entry = Entry{
		Principal: p, Number: n, Since: at, Source: source, All: o.All,
		Seq: seq, Actor: o.Actor, Reason: o.Reason,
	}
	return b.listed(p, seq, n, blacklistRow{Since: instantOf(at), Source: source, Actor: o.Actor, Reason: o.Reason, All: o.All})
}

// nextSeq gives the next place in a blacklist, once: a commit that failed may
// have used it all the same. mu must be held.
func (b *Book) nextSeq(p policy.PrincipalID) uint64 {
	b.singlesOf(p).last++
	return b.singlesOf(p).last
}

// listed is the row of one change of a blacklist.
func (b *Book) listed(p policy.PrincipalID, seq uint64, n policy.Number, r blacklistRow) (rows []store.Row, err error) {
	if r.Sealed, err = b.config.Keys.SealNumber(n); err != nil {
		return nil, err
	}
	return []store.Row{{Key: blacklistKey(p, seq), Value: encodeKeyed(r)}}, nil
}

// Unlist takes a number off the blacklist of a principal: its single entry, and
// what was imported so far. Only the person can ask for that, so evidence must
// say how the person did (compliance.md 2.1). It returns when that is in force.
func (b *Book) Unlist(ctx context.Context, actor, principal, number, evidence string) (time.Time, error) {
	n, p, err := b.who(ctx, "blacklist", principal, number, evidence)
	if err != nil {
		return time.Time{}, err
	}
	if evidence == "" {
		return time.Time{}, wrong("blacklist: say by what evidence the person asked to be called again: nobody else can")
	}
	at, err := b.change(ctx, p, n, func(at time.Time, row *personRow, now *single) ([]store.Row, error) {
		imported := b.Current().Blacklist(p, n, now.removed)
		if now.entry.Seq == 0 && imported.Known == policy.Absent {
			return nil, wrong("the number is not on it")
		}
		seq := b.nextSeq(p)
		now.entry, now.removed = Entry{}, at
		row.Objection = nil
		return b.listed(p, seq, n, blacklistRow{Since: instantOf(at), Actor: actor, Reason: evidence, Removed: true})
	})
	if err != nil {
		return time.Time{}, fmt.Errorf("blacklist of %s: %w", principal, err)
	}
	return at, nil
}

// who reads whom a change is about, and refuses a text that gives the number
// away. verb names the change in errors.
func (b *Book) who(ctx context.Context, verb, principal, number string, texts ...string) (policy.Number, policy.PrincipalID, error) {
	if err := ctx.Err(); err != nil {
		return 0, 0, err
	}
	n, _, err := b.reading.number(number)
	if err != nil {
		return 0, 0, fmt.Errorf("%s: number: %w", verb, err)
	}
	for _, text := range texts {
		if TellsNumber(text, n) {
			return 0, 0, wrong("%s: the reason holds the number, and reasons are kept in clear: leave it out", verb)
		}
		if len(text) > maxReason {
			return 0, 0, wrong("%s: the reason has %d bytes: give one of %d at most", verb, len(text), maxReason)
		}
	}
	id, _, ok := b.Current().entities.get(kindPrincipal, principal)
	if !ok {
		return 0, 0, unknown("%s: there is no principal %q: apply it first", verb, principal)
	}
	return n, policy.PrincipalID(id), nil
}

// FeedLine is one single change of a blacklist (compliance.md 1.4).
type FeedLine struct {
	Seq     uint64
	At      time.Time
	Number  policy.Number
	Removed bool
	All     bool
	Source  string
}

// Feed returns the single changes of a principal's blacklist after a Seq, in
// order, limit at most. Imported lists are not in it: they are files.
func (b *Book) Feed(principal string, after uint64, limit int) ([]FeedLine, error) {
	id, _, ok := b.Current().entities.get(kindPrincipal, principal)
	if !ok {
		return nil, unknown("blacklist: there is no principal %q", principal)
	}
	lines := []FeedLine{}
	first := blacklistKey(policy.PrincipalID(id), after+1)
	for row, err := range b.config.Store.Scan(first[:5], first) {
		if err != nil {
			return nil, fmt.Errorf("reading blacklist entries: %w", err)
		}
		if len(lines) >= limit {
			break
		}
		r, err := decodeBlacklist(row.Key, row.Value)
		if err != nil {
			return nil, err
		}
		n, err := b.config.Keys.OpenNumber(r.Sealed)
		if err != nil {
			return nil, fmt.Errorf("blacklist entry %x: %w", row.Key, err)
		}
		lines = append(lines, FeedLine{
			Seq: binary.BigEndian.Uint64(row.Key[5:]), At: r.Since.time(), Number: n,
			Removed: r.Removed, All: r.All, Source: r.Source,
		})
	}
	return lines, nil
}

// Synced notes that the blacklist of a principal was compared with that of its
// source now and is whole, also when nothing was new: how old it is counts from
// here (compliance.md 1.4). An imported blacklist says so itself.
func (b *Book) Synced(ctx context.Context, actor, principal string) (time.Time, error) {
	if err := ctx.Err(); err != nil {
		return time.Time{}, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	id, _, ok := b.entities.get(kindPrincipal, principal)
	if !ok {
		return time.Time{}, unknown("blacklist: there is no principal %q: apply it first", principal)
	}
	at, before := b.stamp(), b.synced
	b.synced = maps.Clone(before)
	b.synced[policy.PrincipalID(id)] = instantOf(at)
	row := store.Row{Key: syncedKey(policy.PrincipalID(id)), Value: encodeKeyed(syncedRow{At: instantOf(at), Actor: actor})}
	if _, err := b.activate(store.Batch{Put: []store.Row{row}}, b.entities, b.parts, at, actor, "blacklist synced "+principal); err != nil {
		b.synced = before
		return time.Time{}, err
	}
	return at, nil
}

func (b *Book) loadSynced() error {
	b.synced = map[policy.PrincipalID]instant{}
	for row, err := range b.config.Store.Scan([]byte{spaceSynced}, nil) {
		if err != nil {
			return fmt.Errorf("reading when blacklists were synchronised: %w", err)
		}
		r, err := decodeKeyed[syncedRow](row.Key, row.Value)
		if err != nil {
			return err
		}
		if len(row.Key) != len(syncedKey(0)) {
			return fmt.Errorf("row %x is no row of this program", row.Key)
		}
		b.synced[policy.PrincipalID(binary.BigEndian.Uint32(row.Key[1:]))] = r.At
	}
	return nil
}
