package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
	"sync"
	"time"

	"tregua/policy"
	"tregua/policy/keep"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Purger ends what is personal of records whose term is over.
//
// A record goes by itself, on its day: its sealed part and its row in the index of
// numbers are deleted, and what is left in their place names the note of the purge. To
// rewrite whole months would make an unanswered call wait for the last one of its month;
// a key for each class would be one more secret to back up, and to find in a backup. The
// public part stays, so counters, leaves, anchors and reports are recounted as before,
// and an audit can tell what was purged from what was taken away. The old bytes leave
// the files of a month when its store next compacts them; until then they are sealed.
//
// A purge of a month is four steps, and a process that ends between any two of them
// goes on at the next: the purge is begun, the rows are emptied, the note is written,
// the purge is ended.
type Purger struct {
	State  store.Store
	Shelf  *Shelf
	Keys   *seal.Keys
	Reader *Reader
	Terms  keep.Terms
	// Note writes a note, and returns when it is committed.
	Note  func(context.Context, Note) error
	NewID func() (policy.AttemptID, error) // of a note

	mu sync.Mutex // held while a purge goes on, and while a hold changes
}

// Purge is what a purge took from a month, or would take.
type Purge struct {
	Month   string         `json:"month"`          // 2026-11
	Records map[string]int `json:"records"`        // by class, see [keep.Class]
	Held    int            `json:"held,omitempty"` // whose term is over, and that a legal hold keeps
	Gone    string         `json:"gone,omitempty"` // SHA-256 over the commitments of what is gone, in the order of attempts
}

// total is how many records it took.
func (p *Purge) total() (n int) {
	for _, records := range p.Records { // order: a sum
		n += records
	}
	return n
}

// begun is the value of a row of spacePurge.
type begun struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	ID      []byte // of the note to come
	At      int64
}

func (r *begun) version() uint8 { return r.Version }

func purgeRow(month string) []byte { return append([]byte{spacePurge}, month...) }

// Due returns what a purge would take now.
func (p *Purger) Due(ctx context.Context, now time.Time) ([]Purge, error) {
	return p.each(ctx, func(name string, c *cut) (Purge, error) { return c.month(ctx, name, nil) }, now)
}

// Purge takes what is due, and ends what another process began. It returns the months
// in which anything is due or held.
func (p *Purger) Purge(ctx context.Context, now time.Time) ([]Purge, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.each(ctx, func(name string, c *cut) (Purge, error) { return p.month(ctx, name, c) }, now)
}

func (p *Purger) each(ctx context.Context, month func(string, *cut) (Purge, error), now time.Time) (all []Purge, err error) {
	c, err := p.cut(now)
	if err != nil {
		return nil, err
	}
	names, err := p.Shelf.Months()
	if err != nil {
		return nil, err
	}
	last := MonthOf(p.Terms.First(now))
	for _, name := range names {
		if name > last {
			break
		}
		if ctx.Err() != nil {
			return all, context.Cause(ctx)
		}
		one, err := month(name, c)
		if err != nil {
			return all, fmt.Errorf("purge of %s: %w", name, err)
		}
		if one.total()+one.Held > 0 {
			all = append(all, one)
		}
	}
	return all, nil
}

// month purges one month.
func (p *Purger) month(ctx context.Context, name string, c *cut) (Purge, error) {
	id, at, goesOn, err := p.begun(name)
	if err != nil {
		return Purge{}, err
	}
	if goesOn {
		said, err := p.said(id, at)
		if said || err != nil {
			if err == nil {
				err = p.State.Commit(store.Batch{Delete: [][]byte{purgeRow(name)}})
			}
			if err != nil {
				return Purge{}, err
			}
			goesOn = false
		}
	}
	if !goesOn {
		due, err := c.month(ctx, name, nil)
		if err != nil || due.total() == 0 {
			return due, err
		}
		if id, err = p.NewID(); err != nil {
			return Purge{}, err
		}
		row := store.Row{Key: purgeRow(name), Value: encode(&begun{Version: version, ID: id[:], At: stamp(c.now)})}
		if err := p.State.Commit(store.Batch{Put: []store.Row{row}}); err != nil {
			return Purge{}, err
		}
	}
	took, err := c.month(ctx, name, &id)
	if err != nil {
		return Purge{}, err
	}
	if took.total() > 0 {
		n := Note{ID: id, At: c.now, Kind: NotePurge, Body: must(json.Marshal(&took))}
		if err := p.Note(ctx, n); err != nil {
			return Purge{}, err
		}
	}
	return took, p.State.Commit(store.Batch{Delete: [][]byte{purgeRow(name)}})
}

// begun returns the purge that goes on in a month.
func (p *Purger) begun(name string) (id policy.AttemptID, at time.Time, found bool, err error) {
	value, found, err := p.State.Get(purgeRow(name))
	if err != nil || !found {
		return id, at, false, err
	}
	var r begun
	if err := decode(purgeRow(name), value, &r); err != nil {
		return id, at, false, err
	}
	return id, unstamp(r.At), true, fixed(id[:], r.ID, "id of a purge")
}

// said reports whether the note of a purge is written. It may be dated by any process
// that went on with it.
func (p *Purger) said(id policy.AttemptID, at time.Time) (bool, error) {
	for n, err := range p.Reader.Notes(NotePurge, at, time.Time{}) {
		if err != nil || n.ID == id {
			return err == nil, err
		}
	}
	return false, nil
}

// cut is what one run takes.
type cut struct {
	p      *Purger
	now    time.Time
	before uint64 // records from this Seq on may be written into their month again
	holds  []LegalHold
	marks  []seal.Index // of the numbers of holds
}

func (p *Purger) cut(now time.Time) (*cut, error) {
	c := &cut{p: p, now: now}
	var err error
	if c.before, _, err = readNumber(p.State, monthsCursor()); err != nil {
		return nil, err
	}
	all, err := LegalHolds(p.State, p.Keys)
	if err != nil {
		return nil, err
	}
	for _, h := range all {
		if h.stands(now) {
			c.holds, c.marks = append(c.holds, h), append(c.marks, p.Keys.Index(h.Number))
		}
	}
	return c, nil
}

// purgeRows is how many records are emptied in one commit.
const purgeRows = 512

// month empties what is due in a month, in the name of a purge, and returns what that
// purge took, with what it took before; with a nil id it only counts.
func (c *cut) month(ctx context.Context, name string, id *policy.AttemptID) (Purge, error) {
	sum, took := sha256.New(), Purge{Month: name, Records: map[string]int{}}
	err := c.p.Shelf.With(name, func(st store.Store) error {
		key, err := readMonthKey(st, c.p.Keys, name)
		if err != nil || key == nil {
			return err
		}
		var b store.Batch
		for row, err := range st.Scan([]byte{spacePublic}, nil) {
			if err != nil {
				return err
			}
			if err := c.record(st, key, row, id, &took, sum, &b); err != nil {
				return err
			}
			if len(b.Put) >= purgeRows {
				if err := st.Commit(b); err != nil {
					return err
				}
				b = store.Batch{}
			}
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
		}
		if len(b.Put) == 0 {
			return nil
		}
		return st.Commit(b)
	})
	if took.total() > 0 && id != nil {
		took.Gone = hex.EncodeToString(sum.Sum(nil))
	}
	return took, err
}

// record counts one record, and adds to b what empties it.
func (c *cut) record(st store.Store, key []byte, row store.Row, id *policy.AttemptID, took *Purge, sum hash.Hash, b *store.Batch) error {
	var part publicPart
	var p public
	if err := decode(row.Key, row.Value, &part); err != nil {
		return err
	}
	if err := decode(row.Key, part.Public, &p); err != nil {
		return err
	}
	value, found, err := st.Get(personRow(p.id()))
	if err != nil || !found {
		return err // an audit names it
	}
	var person personPart
	if err := decode(personRow(p.id()), value, &person); err != nil {
		return err
	}
	var r policy.Record
	if err := p.read(&r); err != nil {
		return err
	}
	class := keep.ClassOf(&r)
	if person.purged() {
		if id != nil && string(person.Index) == string(id[:]) {
			took.add(class, sum, &part)
		}
		return nil
	}
	if p.Seq >= c.before || !c.p.Terms.Due(class, p.at(), c.now) {
		return nil
	}
	h, err := c.p.Keys.OpenIndex(key, p.id(), person.Index)
	if err != nil {
		return err
	}
	if c.held(h, &r.Attempt) {
		took.Held++
		return nil
	}
	took.add(class, sum, &part)
	if id != nil {
		b.Put = append(b.Put, store.Row{Key: personRow(p.id()), Value: encode(&personPart{Version: version, Index: id[:]})})
		b.Delete = append(b.Delete, numberRow(seal.MonthIndex(key, h), p.at(), p.id()))
	}
	return nil
}

func (p *Purge) add(class keep.Class, sum hash.Hash, part *publicPart) {
	p.Records[class.String()]++
	sum.Write(part.Commitment)
}

func (c *cut) held(h seal.Index, a *policy.Attempt) bool {
	for i := range c.holds {
		if c.holds[i].covers(h, c.marks[i], a) {
			return true
		}
	}
	return false
}
