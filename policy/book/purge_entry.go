package book

import (
	"encoding/binary"
	"fmt"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// entryCommit is what one commit takes of single blacklist entries.
type entryCommit struct {
	book      *Book
	past      *past
	principal policy.PrincipalID
	going     []*entryRow
	persons   map[string]*personRow // that change, by key
	size      int
	took      map[string]int
	changes   []Change // by all commits
}

// entry adds an entry if it is due.
func (c *entryCommit) entry(e *entryRow) error {
	h := c.book.config.Keys.Index(e.number)
	if c.past.Held != nil && c.past.Held(h) || !c.past.blacklistDue(c.principal, e.row.Since, c.book.synced[c.principal]) {
		return nil
	}
	key := personKey(c.principal, h)
	row, err := c.person(key)
	if err != nil {
		return err
	}
	is := row.Objection != nil && row.Objection.Seq == e.seq
	if row.Hold != nil || is && !c.past.blacklistDue(c.principal, row.Objection.Again, 0) {
		return nil
	}
	if is {
		row.Objection = nil
		c.persons[string(key)] = row
		c.size += len(key) + len(encodeKeyed(*row))
	}
	c.going = append(c.going, e)
	if c.size > store.MaxBytes/2 {
		return c.commit()
	}
	return nil
}

// person reads the row of a number, as far as it is changed here.
func (c *entryCommit) person(key []byte) (*personRow, error) {
	if row := c.persons[string(key)]; row != nil {
		return row, nil
	}
	row, _, err := getPerson(c.book.config.Store, key)
	return &row, err
}

func (c *entryCommit) commit() error {
	if len(c.going) == 0 {
		return nil
	}
	c.took[purgedEntries] += len(c.going)
	if !c.past.Dry {
		if err := c.write(); err != nil {
			c.took[purgedEntries] -= len(c.going)
			return err
		}
	}
	c.going, c.size = nil, 0
	clear(c.persons)
	return nil
}

func (c *entryCommit) write() error {
	b, p := c.book, c.principal
	batch, err := c.past.telling(map[string]int{purgedEntries: len(c.going)})
	if err != nil {
		return err
	}
	batch.Put = append(batch.Put, lastSeq(p, b.singlesOf(p).last))
	for _, e := range c.going {
		batch.Delete = append(batch.Delete, e.key)
	}
	for key, row := range c.persons { // order: one commit
		if row.empty() && !c.past.staged[p] {
			batch.Delete = append(batch.Delete, []byte(key))
		} else { // an empty one, when an import may name it: then it must be there
			batch.Put = append(batch.Put, store.Row{Key: []byte(key), Value: encodeKeyed(*row)})
		}
	}
	if err := b.config.Store.Commit(batch); err != nil {
		return err
	}
	for _, e := range c.going {
		c.forget(e)
	}
	return nil
}

// forget takes an entry that is gone out of what is judged by.
func (c *entryCommit) forget(e *entryRow) {
	all := c.book.singlesOf(c.principal).of
	one := all[e.number]
	switch {
	case one == nil:
		return
	case one.entry.Seq == e.seq:
		one.entry = Entry{}
	case e.row.Removed && one.removed.Equal(e.row.Since.time()):
		one.removed = time.Time{}
	default:
		return
	}
	one.at = c.book.stamp()
	c.changes = append(c.changes, one.change(c.principal, e.number))
	if one.entry.Seq == 0 && one.removed.IsZero() && !one.row {
		delete(all, e.number)
	}
}

// seqRow is the highest Seq of a blacklist that was given: its entry may be purged, and
// no other has it again.
type seqRow struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Seq     uint64
}

const lastSeqName = "blacklist."

func lastSeq(p policy.PrincipalID, seq uint64) store.Row {
	key := binary.BigEndian.AppendUint32(metaKey(lastSeqName), uint32(p))
	return store.Row{Key: key, Value: encode(seqRow{Version: rowVersion, Seq: seq})}
}

// loadLastSeqs reads the highest Seq of each blacklist of which something was purged. mu
// must be held.
func (b *Book) loadLastSeqs() error {
	prefix := metaKey(lastSeqName)
	for r, err := range b.config.Store.Scan(prefix, nil) {
		if err != nil {
			return fmt.Errorf("reading how far blacklists go: %w", err)
		}
		if len(r.Key) != len(prefix)+4 {
			return fmt.Errorf("row %x is no row of this program", r.Key)
		}
		var row seqRow
		if err := decode(r.Key, r.Value, &row); err != nil {
			return err
		}
		all := b.singlesOf(policy.PrincipalID(binary.BigEndian.Uint32(r.Key[len(prefix):])))
		all.last = max(all.last, row.Seq)
	}
	return nil
}
