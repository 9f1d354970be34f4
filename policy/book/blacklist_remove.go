package book

import (
	"context"
	"encoding/binary"
	"fmt"

	"tregua/policy"
	"tregua/policy/store"
)

// removalRow says that a single blacklist entry was taken back. The entry
// itself stays, as history and so that its seq is not given again.
type removalRow struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	At      instant
	Actor   string
	Reason  string
}

func removalKey(p policy.PrincipalID, seq uint64) []byte {
	key := blacklistKey(p, seq)
	key[0] = spaceRemoval
	return key
}

// RemoveBlacklist takes back the single entry of a number: only the person may
// do so, and reason says how they did. It returns the entry that it was when
// Config.Removed has put it out of force. A number that an import lists stays
// listed, which is an error.
func (b *Book) RemoveBlacklist(ctx context.Context, actor, principal, number, reason string) (Entry, error) {
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
	s := b.Current()
	id, _, ok := s.entities.get(kindPrincipal, principal)
	if !ok {
		return Entry{}, unknown("blacklist: there is no principal %q: apply it first", principal)
	}
	p := policy.PrincipalID(id)
	if f := s.Blacklist(p, n); f.Known != policy.Absent {
		return Entry{}, wrong("blacklist of %s: the number stands in %s: mend that file and import it again", principal, f.Source)
	}
	b.single.Lock()
	defer b.single.Unlock()
	entry, err := b.remove(p, n, actor, reason)
	if err != nil {
		return Entry{}, fmt.Errorf("blacklist of %s: %w", principal, err)
	}
	if b.config.Removed != nil {
		if err := b.config.Removed(ctx, entry.Change); err != nil {
			return Entry{}, fmt.Errorf("blacklist of %s: the entry is taken back and still in force; start tregua again: %w", principal, err)
		}
	}
	return entry, nil
}

// remove commits that an entry is taken back.
func (b *Book) remove(p policy.PrincipalID, n policy.Number, actor, reason string) (Entry, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	listed := b.blacklistOf(p)
	entry, ok := listed.entries[n]
	if !ok {
		return Entry{}, unknown("the number is not listed")
	}
	key := personKey(p, b.config.Keys.Index(n))
	var person personRow
	if _, err := get(b.config.Store, key, &person); err != nil {
		return Entry{}, err
	}
	person.Version, person.Objection = rowVersion, nil
	err := b.config.Store.Commit(store.Batch{Put: []store.Row{
		{Key: key, Value: encode(person)},
		{Key: removalKey(p, entry.Seq), Value: encode(removalRow{
			Version: rowVersion, At: instantOf(b.stamp()), Actor: actor, Reason: reason,
		})},
	}})
	if err != nil {
		return Entry{}, fmt.Errorf("taking back entry %d: %w", entry.Seq, err)
	}
	delete(listed.entries, n)
	return entry, nil
}

// takenBack is a blacklist entry that was.
type takenBack struct {
	principal policy.PrincipalID
	seq       uint64
}

// loadRemovals reads which entries were taken back.
func loadRemovals(r store.Reader) (map[takenBack]bool, error) {
	removed := map[takenBack]bool{}
	for row, err := range r.Scan([]byte{spaceRemoval}, nil) {
		if err == nil && len(row.Key) != 13 {
			err = fmt.Errorf("row %x is not a row of this program", row.Key)
		}
		var removal removalRow
		if err == nil {
			err = decode(row.Key, row.Value, &removal)
		}
		if err != nil {
			return nil, fmt.Errorf("reading blacklist entries that were taken back: %w", err)
		}
		removed[takenBack{policy.PrincipalID(binary.BigEndian.Uint32(row.Key[1:])), binary.BigEndian.Uint64(row.Key[5:])}] = true
	}
	return removed, nil
}
