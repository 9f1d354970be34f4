package ledger

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"math"
	"time"

	"tregua/policy"
	"tregua/policy/keep"
	"tregua/policy/store"
)

// RemovedRecords is what a note of a purge says of a [Removal].
type RemovedRecords struct {
	Records uint64 `json:"records"`          // amendments included
	First   uint64 `json:"first"`            // Seq of the first of them
	Last    uint64 `json:"last"`             // and of the last
	Leaves  string `json:"leaves,omitempty"` // see [Removal]
}

func (d *Removal) said() *RemovedRecords {
	return &RemovedRecords{
		Records: d.Records(), First: d.Ranges[0].From, Last: d.Ranges[len(d.Ranges)-1].To, Leaves: hex.EncodeToString(d.Leaves[:]),
	}
}

// over reports whether all terms of all records of a month are over.
func (p *Purger) over(name string, now time.Time) (bool, error) {
	first, err := startOf(name)
	if err != nil || p.Term == (keep.Term{}) {
		return false, err
	}
	end := first.AddDate(0, 1, 0)
	for class := range keep.Classes {
		if !p.Terms.Due(class, end, now) {
			return false, nil
		}
	}
	return !p.Term.After(end).After(now), nil
}

// remove takes the records of a month whose term is over, and ends what another process
// began. Dry, it says what it would take. A process that ends between any two steps goes on
// at the next purge: the month says what will be missing, the rows go, the files are
// compacted, the note is written, the month says that it is done.
func (p *Purger) remove(ctx context.Context, name string, c *cut, dry bool) (took Purge, err error) {
	took.Month, took.Records = name, map[string]int{}
	over, err := p.over(name, c.now)
	if err != nil {
		return took, err
	}
	err = p.Shelf.With(name, func(st store.Store) error {
		d, err := c.begunRemoval(st, name)
		if err != nil || dry && d != nil {
			return err
		}
		if d == nil && over {
			d, took.Held, err = c.plan(ctx, st, name, dry)
		}
		if d == nil || took.Held > 0 || err != nil {
			return err
		}
		if took.Removed = d.said(); dry {
			return nil
		}
		return p.carryOut(ctx, st, c, d, &took)
	})
	return took, err
}

// proved returns the Seq before which all records have leaves, and a checkpoint over them
// is where it belongs: what is removed cannot be put into the log any more.
func (p *Purger) proved() uint64 {
	if p.Proved == nil {
		return math.MaxUint64
	}
	return p.Proved()
}

// removals goes through the months for [Purger.remove].
func (p *Purger) removals(ctx context.Context, now time.Time, dry bool) (all []Purge, err error) {
	c, err := p.cut(now)
	if err != nil {
		return nil, err
	}
	names, err := p.Shelf.Months()
	if err != nil {
		return nil, err
	}
	var errs []error // of months that hold up no other
	for _, name := range names {
		if ctx.Err() != nil {
			return all, errors.Join(append(errs, context.Cause(ctx))...)
		}
		one, err := p.remove(ctx, name, c, dry)
		if err != nil {
			errs = append(errs, fmt.Errorf("removal of %s: %w", name, err))
		}
		if err == nil && (one.Removed != nil || one.Held > 0) {
			all = append(all, one)
		}
	}
	return all, errors.Join(errs...)
}

// begunRemoval returns the removal of a month that is not done; nil: none is.
func (c *cut) begunRemoval(st store.Reader, name string) (*Removal, error) {
	all, err := removalsOf(st, name)
	for i := range all {
		if !all[i].Done {
			return &all[i], err
		}
	}
	return nil, err
}

// plan returns what is to be removed of a month, nil when nothing is or may be yet, or
// that something is held. But dry, it is begun.
func (c *cut) plan(ctx context.Context, st store.Store, name string, dry bool) (d *Removal, held int, err error) {
	d = &Removal{Month: name, At: c.now}
	sum := sha256.New()
	for row, err := range st.Scan([]byte{spaceSeq}, nil) {
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err != nil {
			return nil, 0, err
		}
		free, err := c.planRow(st, row, d, sum)
		if err != nil || !free {
			return nil, 1, err
		}
	}
	if n := len(d.Ranges); n == 0 || d.Ranges[n-1].To >= min(c.before, c.p.proved()) {
		return nil, 0, nil
	}
	if d.Purge, err = c.p.NewID(); err != nil {
		return nil, 0, err
	}
	sum.Sum(d.Leaves[:0])
	if held, err = c.beginRemoval(st, d, dry); err != nil || held > 0 {
		return nil, held, err
	}
	return d, 0, nil
}

// planRow adds one record to what is to be removed; false: a hold keeps what is personal
// of it.
func (c *cut) planRow(st store.Reader, row store.Row, d *Removal, sum hash.Hash) (free bool, err error) {
	r, found, err := readRow(st, row)
	if err != nil || !found {
		return err == nil, err // an audit names what is not there
	}
	if r.head.Note != nil && r.head.Note.Kind != NoteAmendment {
		return true, nil
	}
	if r.head.Note == nil {
		var person personPart
		at := personRow(r.head.id())
		value, found, err := st.Get(at)
		if err != nil || !found {
			return err == nil, err
		}
		if err := decode(at, value, &person); err != nil || !person.purged() {
			return false, err
		}
	}
	d.add(r.head.Seq)
	sum.Write(r.part.Leaf)
	return true, nil
}

// numbered is a record by its row in the order of records.
type numbered struct {
	key  []byte // of its public part
	part publicPart
	head head
}

func readRow(st store.Reader, row store.Row) (r numbered, found bool, err error) {
	if _, r.key, err = readSeq(row); err != nil {
		return r, false, err
	}
	value, found, err := st.Get(r.key)
	if err != nil || !found {
		return r, false, err
	}
	if err := decode(r.key, value, &r.part); err != nil {
		return r, false, err
	}
	return r, true, decode(r.key, r.part.Public, &r.head)
}

// beginRemoval writes what will be missing, unless a hold covers the month: whose records
// these are nobody can tell any more, so one of a number keeps those only of which it is
// known.
func (c *cut) beginRemoval(st store.Store, d *Removal, dry bool) (held int, err error) {
	c.p.mu.Lock()
	defer c.p.mu.Unlock()
	if err := c.look(); err != nil {
		return 0, err
	}
	for i := range c.holds {
		if h := &c.holds[i]; h.Number == 0 && (Span{Since: h.From, Until: h.To}).meets(d.Month) {
			held++
		}
	}
	if held > 0 || dry {
		return held, nil
	}
	return 0, st.Commit(store.Batch{Put: []store.Row{d.row()}})
}

// carryOut ends a removal that is begun.
func (p *Purger) carryOut(ctx context.Context, st store.Store, c *cut, d *Removal, took *Purge) error {
	if err := takeRows(ctx, st, d); err != nil {
		return err
	}
	if err := compact(st); err != nil {
		return err
	}
	told, err := p.said(d.Purge, d.At)
	if err == nil && !told {
		err = p.Note(ctx, Note{ID: d.Purge, At: c.now, Kind: NotePurge, Body: must(json.Marshal(took))})
	}
	if err != nil {
		return err
	}
	d.Done = true
	return st.Commit(store.Batch{Put: []store.Row{d.row()}})
}

// removeRows is how many records one commit removes: four rows each at most.
const removeRows = 1024

// takeRows deletes the rows of a removal that are still there.
func takeRows(ctx context.Context, st store.Store, d *Removal) error {
	var b store.Batch
	for _, part := range d.Ranges {
		for row, err := range st.Scan([]byte{spaceSeq}, seqRow(part.From)) {
			if err == nil && ctx.Err() != nil {
				err = context.Cause(ctx)
			}
			if err != nil {
				return err
			}
			if seqOf(row) > part.To {
				break
			}
			if err := takeRow(st, row, &b); err != nil {
				return err
			}
			if len(b.Delete) < 4*removeRows {
				continue
			}
			if err := st.Commit(b); err != nil {
				return err
			}
			b.Delete = nil
		}
	}
	if len(b.Delete) == 0 {
		return nil
	}
	return st.Commit(b)
}

// takeRow adds the rows of one record to a batch that deletes them. Its row in the index
// of numbers went with what was personal.
func takeRow(st store.Reader, row store.Row, b *store.Batch) error {
	r, found, err := readRow(st, row)
	if err != nil || !found {
		return err
	}
	b.Delete = append(b.Delete, row.Key, r.key)
	if r.head.Note == nil {
		b.Delete = append(b.Delete, personRow(r.head.id()))
		return nil
	}
	var of policy.AttemptID
	if err := fixed(of[:], r.head.Note.Of, "amended attempt"); err != nil {
		return fmt.Errorf("row %x: %w", r.key, err)
	}
	b.Delete = append(b.Delete, timed(amendPrefix(of), r.head.at(), r.head.id()))
	return nil
}
