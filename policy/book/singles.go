package book

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Change is what the single changes so far have made of a number at a principal.
// A later one says all that an earlier one did, so the last one counts.
type Change struct {
	Principal policy.PrincipalID
	Number    policy.Number
	At        time.Time            // of the newest change
	Listed    policy.BlacklistFact // Present: its single entry on the blacklist
	Removed   time.Time            // blacklists that were imported until then do not list it; zero: all do
	Row       bool                 // more is known of it: see [Snapshot.Person]
}

// single is a number that has changes of its own.
type single struct {
	entry   Entry // its blacklist entry; Seq 0: none
	removed time.Time
	row     bool
	at      time.Time
}

// singles are those of a principal.
type singles struct {
	last uint64 // the highest Seq of its blacklist that was given
	of   map[policy.Number]*single
}

// singlesOf returns the single changes of p. mu must be held.
func (b *Book) singlesOf(p policy.PrincipalID) *singles {
	if b.singles[p] == nil {
		b.singles[p] = &singles{of: map[policy.Number]*single{}}
	}
	return b.singles[p]
}

// one returns what changes have made of n, a new one if there was none.
func (s *singles) one(n policy.Number) *single {
	if s.of[n] == nil {
		s.of[n] = &single{}
	}
	return s.of[n]
}

func (s *single) change(p policy.PrincipalID, n policy.Number) Change {
	c := Change{Principal: p, Number: n, At: s.at, Removed: s.removed, Row: s.row}
	if s.entry.Seq != 0 {
		c.Listed = policy.BlacklistFact{Known: policy.Present, Since: s.entry.Since, Source: s.entry.Source, All: s.entry.All}
	}
	return c
}

// Changes yields every number that has a single change, in no order, as of the
// call. It is for the desks at start.
func (b *Book) Changes() iter.Seq[Change] {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []Change
	for p, of := range b.singles { // order: documented to be none
		for n, one := range of.of {
			all = append(all, one.change(p, n))
		}
	}
	return slices.Values(all)
}

// change commits what edit makes of the row of n at p, together with the rows
// that it returns, and puts it in force. edit may keep what it is given only
// until it returns; without rows nothing has changed.
func (b *Book) change(
	ctx context.Context, p policy.PrincipalID, n policy.Number,
	edit func(at time.Time, row *personRow, now *single) ([]store.Row, error),
) (at time.Time, err error) {
	c, err := b.commitChange(p, n, edit)
	if err == nil && b.config.Changed != nil {
		// Whoever asked may have gone by now: what is written comes into force.
		if err = b.config.Changed(context.WithoutCancel(ctx), c); err != nil {
			err = fmt.Errorf("the change is written and comes into force with the next start: %w", err)
		}
	}
	return c.At, err
}

func (b *Book) commitChange(
	p policy.PrincipalID, n policy.Number, edit func(time.Time, *personRow, *single) ([]store.Row, error),
) (Change, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	key := personKey(p, b.config.Keys.Index(n))
	row, _, err := getPerson(b.config.Store, key)
	if err != nil {
		return Change{}, err
	}
	all, at := b.singlesOf(p).of, b.stamp()
	now := single{}
	if was := all[n]; was != nil {
		now = *was
	}
	rows, err := edit(at, &row, &now)
	if err != nil {
		return Change{}, err
	}
	batch := store.Batch{Put: append([]store.Row{{Key: key, Value: encodeKeyed(row)}}, rows...)}
	if err := b.config.Store.Commit(batch); err != nil {
		return Change{}, fmt.Errorf("writing the change: %w", err)
	}
	now.at = at
	all[n] = &now
	return now.change(p, n), nil
}

// loadSingles reads every single change. One that cannot be opened is an error:
// left out, it would be a call that is forbidden. mu must be held.
func (b *Book) loadSingles() error {
	b.singles = map[policy.PrincipalID]*singles{}
	for row, err := range b.config.Store.Scan([]byte{spaceBlacklist}, nil) {
		if err != nil {
			return fmt.Errorf("reading blacklist entries: %w", err)
		}
		if len(row.Key) != 13 { // the others are acknowledgements of call centres
			continue
		}
		r, err := decodeBlacklist(row.Key, row.Value)
		if err != nil {
			return err
		}
		n, err := b.config.Keys.OpenNumber(r.Sealed)
		if err != nil {
			return fmt.Errorf("blacklist entry %x: %w", row.Key, err)
		}
		b.replay(policy.PrincipalID(binary.BigEndian.Uint32(row.Key[1:])), binary.BigEndian.Uint64(row.Key[5:]), n, &r)
	}
	return errors.Join(b.loadLastSeqs(), b.loadSaid())
}

// replay takes one change of a blacklist, in their order.
func (b *Book) replay(p policy.PrincipalID, seq uint64, n policy.Number, r *blacklistRow) {
	all := b.singlesOf(p)
	all.last = seq
	one := all.one(n)
	one.at = r.Since.time()
	b.stamped = latestOf(b.stamped, one.at)
	if r.Removed {
		one.entry, one.removed = Entry{}, one.at
		return
	}
	one.entry = Entry{
		Principal: p, Number: n, Since: one.at, Source: r.Source, All: r.All,
		Seq: seq, Actor: r.Actor, Reason: r.Reason,
	}
}

// loadSaid marks the numbers whose rows single changes have made. The keys of a
// number stand together: it is opened once. mu must be held.
func (b *Book) loadSaid() error {
	var last []byte
	var one *single
	for row, err := range b.config.Store.Scan([]byte{spaceSaid}, nil) {
		if err != nil {
			return fmt.Errorf("reading changes: %w", err)
		}
		if len(row.Key) != len(saidKey(0, seal.Index{}, time.Time{})) {
			return fmt.Errorf("row %x is no change of this program", row.Key)
		}
		r, err := decodeKeyed[saidRow](row.Key, row.Value)
		if err != nil {
			return err
		}
		if prefix := row.Key[:len(row.Key)-8]; string(prefix) != string(last) {
			n, err := b.config.Keys.OpenNumber(r.Sealed)
			if err != nil {
				return fmt.Errorf("change %x: %w", row.Key, err)
			}
			one, last = b.singlesOf(policy.PrincipalID(binary.BigEndian.Uint32(prefix[1:]))).one(n), prefix
			one.row = true
		}
		one.at = latestOf(one.at, r.At.time())
		b.stamped = latestOf(b.stamped, one.at)
	}
	return nil
}

func latestOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// TellsNumber reports whether a text that is kept in clear gives n away: its
// last eight digits, whatever stands between them.
func TellsNumber(text string, n policy.Number) bool {
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
