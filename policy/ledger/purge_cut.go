package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"iter"
	"time"

	"tregua/policy"
	"tregua/policy/keep"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// cut is what one run takes.
type cut struct {
	p      *Purger
	now    time.Time
	before uint64    // records from this Seq on may be written into their month again
	moved  uint64    // of the month that is looked at: the Seq after the newest record that it had before
	seen   time.Time // when that month was looked at last; zero: never
	holds  []LegalHold
	marks  []seal.Index // of the numbers of holds
}

func (p *Purger) cut(now time.Time) (*cut, error) {
	c := &cut{p: p, now: now}
	var err error
	if c.before, _, err = readNumber(p.State, monthsCursor()); err != nil {
		return nil, err
	}
	return c, c.look()
}

// look reads the holds that stand.
func (c *cut) look() error {
	all, err := LegalHolds(c.p.State, c.p.Keys)
	if err != nil {
		return err
	}
	if c.p.Also != nil {
		all = append(all, c.p.Also()...)
	}
	c.holds, c.marks = nil, nil
	for _, h := range all {
		if h.stands(c.now) {
			c.holds, c.marks = append(c.holds, h), append(c.marks, c.p.Keys.Index(h.Number))
		}
	}
	return nil
}

// purgeRows is how many records are read, and those of them that are due emptied in one
// commit, while no hold can be laid: some milliseconds.
const purgeRows = 512

// month empties what is due in a month, in the name of a purge, and returns what that
// purge took, with what it took before; with a nil id it only counts.
func (c *cut) month(ctx context.Context, name string, id *policy.AttemptID) (Purge, error) {
	sum, took := sha256.New(), Purge{Month: name, Records: map[string]int{}, Newest: map[string]time.Time{}}
	err := c.p.Shelf.With(name, func(st store.Store) error {
		key, err := readMonthKey(st, c.p.Keys, name)
		if err != nil || key == nil {
			return err
		}
		next, stop := iter.Pull2(st.Scan([]byte{spacePublic}, nil))
		defer stop()
		for more := true; more && err == nil; {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			more, err = c.rows(st, key, next, id, &took, sum)
		}
		return err
	})
	if took.total() > 0 && id != nil {
		took.Gone = hex.EncodeToString(sum.Sum(nil))
	}
	return took, err
}

// rows takes what is due of the next [purgeRows] records; more is false after the last.
// A hold is laid before them or after.
func (c *cut) rows(st store.Store, key *seal.Month, next func() (store.Row, error, bool), id *policy.AttemptID, took *Purge, sum hash.Hash) (more bool, err error) {
	if id != nil {
		c.p.mu.Lock()
		defer c.p.mu.Unlock()
		if err := c.look(); err != nil {
			return false, err
		}
	}
	var b store.Batch
	for range purgeRows {
		row, err, found := next()
		if !found {
			break
		}
		if err != nil {
			return false, err
		}
		if err := c.record(st, key, row, id, took, sum, &b); err != nil {
			return false, err
		}
		more = true
	}
	if len(b.Put) == 0 {
		return more, nil
	}
	return more, st.Commit(b)
}

// record counts one record, and adds to b what empties it.
func (c *cut) record(st store.Store, key *seal.Month, row store.Row, id *policy.AttemptID, took *Purge, sum hash.Hash, b *store.Batch) error {
	r, found, err := readKept(st, row)
	if err != nil || !found {
		return err // an audit names what is not there
	}
	if r.person.purged() {
		if id != nil && string(r.person.Index) == string(id[:]) {
			took.add(&r, sum)
		}
		return nil
	}
	if r.public.Seq >= c.before || !c.p.Terms.Due(r.class, r.public.at(), c.now) {
		return nil
	}
	h, err := key.Open(r.public.id(), r.person.Index)
	if err != nil {
		return err
	}
	if c.held(h, &r.record.Attempt) {
		took.Held++
		return nil
	}
	took.add(&r, sum)
	if id != nil {
		b.Put = append(b.Put, store.Row{Key: personRow(r.public.id()), Value: encode(&personPart{Version: version, Index: id[:]})})
		b.Delete = append(b.Delete, numberRow(key.Index(h), r.public.at(), r.public.id()))
	}
	return nil
}

// kept is a record with its two parts.
type kept struct {
	part   publicPart
	public public
	record policy.Record
	class  keep.Class
	person personPart
}

// readKept reads the row of a public part, and the personal part; false: that is not
// there.
func readKept(st store.Reader, row store.Row) (r kept, found bool, err error) {
	if err := decode(row.Key, row.Value, &r.part); err != nil {
		return r, false, err
	}
	if err := errors.Join(decode(row.Key, r.part.Public, &r.public), r.public.read(&r.record)); err != nil {
		return r, false, err
	}
	r.class = keep.ClassOf(&r.record)
	at := personRow(r.public.id())
	value, found, err := st.Get(at)
	if err != nil || !found {
		return r, false, err
	}
	return r, true, decode(at, value, &r.person)
}

func (p *Purge) add(r *kept, sum hash.Hash) {
	class := r.class.String()
	p.Records[class]++
	if at := r.public.at(); at.After(p.Newest[class]) {
		p.Newest[class] = at
	}
	sum.Write(r.part.Commitment)
}

func (c *cut) held(h seal.Index, a *policy.Attempt) bool {
	for i := range c.holds {
		if c.holds[i].covers(h, c.marks[i], a) {
			return true
		}
	}
	return false
}
