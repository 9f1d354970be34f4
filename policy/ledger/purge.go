package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
// and an audit can tell what was purged from what was taken away; it goes years later, see
// [Removal]. The old bytes leave
// the files of a month when the term of a class is over for all of it; until then they are
// sealed.
//
// A purge of a month is five steps, and a process that ends between any two of them
// goes on at the next: the purge is begun, the rows are emptied, the files are compacted,
// the note is written, the purge is ended.
type Purger struct {
	State  store.Store
	Shelf  *Shelf
	Keys   *seal.Keys
	Reader *Reader
	Terms  keep.Terms
	Term   keep.Term // of what is left of them after that: they are removed; zero: never
	// Proved returns the Seq before which records may be removed, because the log has
	// them; nil: all.
	Proved func() uint64
	// Also returns holds that stand beside those that were laid: of complaints that
	// are not answered. Their IDs stay the same; nil: there are none.
	Also func() []LegalHold
	// Note writes a note, and returns when it is committed.
	Note  func(context.Context, Note) error
	NewID func() (policy.AttemptID, error) // of a note

	work sync.Mutex // held while a purge goes on; before mu
	mu   sync.Mutex // held while rows are emptied, and while a hold changes
}

// Purge is what a purge took from a month, or would take.
type Purge struct {
	Month   string         `json:"month,omitempty"` // 2026-11; "": of what is kept beside records
	Records map[string]int `json:"records"`         // by class, see [keep.Class]; beside records, by kind
	Held    int            `json:"held,omitempty"`  // whose term is over, and that a legal hold or an open complaint keeps
	Gone    string         `json:"gone,omitempty"`  // SHA-256 over the commitments of what is gone, in the order of attempts
	// Removed is of records that were purged before: nothing is left of them but their leaves.
	Removed *RemovedRecords `json:"removed,omitempty"`
	// Newest is when the newest of each class was attempted.
	Newest map[string]time.Time `json:"newest,omitempty"`
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
	due, err := p.each(ctx, func(name string, c *cut) (Purge, error) { return c.month(ctx, name, nil) }, now)
	removals, removalsErr := p.removals(ctx, now, true)
	return append(due, removals...), errors.Join(err, removalsErr)
}

// Purge takes what is due, and ends what another process began. It returns the months
// of which it took something, or would have but for a hold.
func (p *Purger) Purge(ctx context.Context, now time.Time) ([]Purge, error) {
	p.work.Lock()
	defer p.work.Unlock()
	took, err := p.each(ctx, func(name string, c *cut) (Purge, error) {
		if needs, err := c.needs(name); err != nil || !needs {
			return Purge{}, err
		}
		return p.month(ctx, name, c)
	}, now)
	removals, removalsErr := p.removals(ctx, now, false)
	return append(took, removals...), errors.Join(err, removalsErr)
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
	var errs []error // of months that hold up no other
	for _, name := range names {
		if name > last {
			break
		}
		if ctx.Err() != nil {
			return all, context.Cause(ctx)
		}
		one, err := month(name, c)
		if err != nil {
			errs = append(errs, fmt.Errorf("purge of %s: %w", name, err))
		}
		if one.total()+one.Held > 0 {
			all = append(all, one)
		}
	}
	return all, errors.Join(errs...)
}

// Hold calls use while nothing is purged. Holds are laid meanwhile: use may take minutes.
func (p *Purger) Hold(use func() error) error {
	p.work.Lock()
	defer p.work.Unlock()
	return use()
}

// month purges one month.
func (p *Purger) month(ctx context.Context, name string, c *cut) (Purge, error) {
	id, goesOn, err := p.resume(name)
	if err != nil {
		return Purge{}, err
	}
	if !goesOn {
		due, err := c.month(ctx, name, nil)
		if err != nil {
			return due, err
		}
		if due.total() == 0 {
			return due, p.settle(ctx, name, c, &due, nil)
		}
		if id, err = p.begin(name, c.now); err != nil {
			return Purge{}, err
		}
	}
	took, err := c.month(ctx, name, &id)
	if err != nil {
		return Purge{}, err
	}
	return took, p.settle(ctx, name, c, &took, &id)
}

// settle ends what was done about a month. With the id of a purge it notes what that took,
// and then the purge goes on no more.
func (p *Purger) settle(ctx context.Context, name string, c *cut, took *Purge, id *policy.AttemptID) error {
	if err := p.compact(name, c.over(name, took)); err != nil {
		return err
	}
	b := store.Batch{Put: []store.Row{c.settled(name, took.Held > 0)}}
	if id == nil {
		return p.State.Commit(b)
	}
	if took.total() > 0 {
		if err := p.Note(ctx, Note{ID: *id, At: c.now, Kind: NotePurge, Body: must(json.Marshal(took))}); err != nil {
			return err
		}
	}
	b.Delete = [][]byte{purgeRow(name)}
	return p.State.Commit(b)
}

// compact takes what was deleted of a month out of its files, when that is due.
func (p *Purger) compact(name string, due bool) error {
	if !due {
		return nil
	}
	return p.Shelf.With(name, compact)
}

func compact(st store.Store) error {
	if c, can := st.(store.Compacter); can {
		return c.Compact()
	}
	return nil
}

// begin writes that a purge goes on.
func (p *Purger) begin(name string, now time.Time) (id policy.AttemptID, err error) {
	if id, err = p.NewID(); err != nil {
		return id, err
	}
	row := store.Row{Key: purgeRow(name), Value: encode(&begun{Version: version, ID: id[:], At: stamp(now)})}
	return id, p.State.Commit(store.Batch{Put: []store.Row{row}})
}

// resume returns the purge that a process before this one left, and ends it when its
// note is written.
func (p *Purger) resume(name string) (id policy.AttemptID, goesOn bool, err error) {
	id, at, found, err := p.begun(name)
	if err != nil || !found {
		return id, false, err
	}
	said, err := p.said(id, at)
	if err != nil || !said {
		return id, err == nil, err
	}
	return id, false, p.State.Commit(store.Batch{Delete: [][]byte{purgeRow(name)}})
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
