package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Taking is a purge of what is kept beside the records and not in them, while it goes
// on. Each kind goes in steps, and the commit of a step has the row of [Taking.Told]: of
// what is gone there is a trace, whenever the process ends, and the next purge tells it.
// It is for one goroutine.
type Taking struct {
	Dry bool // count only

	purger      *Purger
	now         time.Time
	held, asked map[seal.Index]policy.Number
}

// besideRow is the value of the row of spaceBeside: what a purge has taken that has no
// note yet.
type besideRow struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	ID      []byte // of the note to come
	At      int64
	Took    map[string]int // by kind
}

func (r *besideRow) version() uint8 { return r.Version }

// Beside purges what is kept beside the records: take says how much it would take of
// each kind in a dry run, which names every kind. The purge that is returned has no
// month; with it comes what one before took and could not tell.
func (p *Purger) Beside(ctx context.Context, now time.Time, dry bool, take func(*Taking) (map[string]int, error)) (Purge, error) {
	p.work.Lock()
	defer p.work.Unlock()
	t := &Taking{Dry: dry, purger: p, now: now}
	if err := t.look(); err != nil {
		return Purge{}, err
	}
	if dry {
		due, err := take(t)
		return Purge{Records: due}, err
	}
	if err := p.endBeside(); err != nil {
		return Purge{}, err
	}
	_, err := take(t)
	// Some may be gone although something failed: that is told too.
	took, tellErr := p.tellBeside(ctx, now)
	return took, errors.Join(err, tellErr)
}

// look reads the holds that stand.
func (t *Taking) look() error {
	all, err := LegalHolds(t.purger.State, t.purger.Keys)
	if err != nil {
		return err
	}
	t.held, t.asked = map[seal.Index]policy.Number{}, map[seal.Index]policy.Number{}
	for i := range all {
		if all[i].Number != 0 && all[i].stands(t.now) {
			t.held[t.purger.Keys.Index(all[i].Number)] = all[i].Number
		}
	}
	if t.purger.Also == nil {
		return nil
	}
	for _, h := range t.purger.Also() {
		t.asked[t.purger.Keys.Index(h.Number)] = h.Number
	}
	return nil
}

// Held reports whether a legal hold names a number.
func (t *Taking) Held(h seal.Index) bool { return t.held[h] != 0 }

// Needed reports whether a legal hold names a number, or an open complaint.
func (t *Taking) Needed(h seal.Index) bool { return t.Held(h) || t.asked[h] != 0 }

// Numbers returns the numbers that are needed, in no order.
func (t *Taking) Numbers() []policy.Number {
	return slices.AppendSeq(slices.Collect(maps.Values(t.held)), maps.Values(t.asked))
}

// Step calls do while no hold is laid; what is held is as of then.
func (t *Taking) Step(do func() error) error {
	t.purger.mu.Lock()
	defer t.purger.mu.Unlock()
	if err := t.look(); err != nil {
		return err
	}
	return do()
}

// Told returns the row that a commit to the state store needs which takes so many of
// each kind. It says so of that commit only: whatever is not applied is not told.
func (t *Taking) Told(took map[string]int) (store.Row, error) {
	r, found, err := t.purger.besideRow()
	if err != nil {
		return store.Row{}, err
	}
	if !found {
		id, err := t.purger.NewID()
		if err != nil {
			return store.Row{}, err
		}
		r = besideRow{Version: version, ID: id[:], At: stamp(t.now), Took: map[string]int{}}
	}
	for kind, n := range took { // order: each for itself
		if n > 0 {
			r.Took[kind] += n
		}
	}
	return store.Row{Key: []byte{spaceBeside}, Value: encode(&r)}, nil
}

// Of is [Taking.Told] of one kind; nil in a dry run.
func (t *Taking) Of(kind string) func(n int) (store.Row, error) {
	if t.Dry {
		return nil
	}
	return func(n int) (store.Row, error) { return t.Told(map[string]int{kind: n}) }
}

func (p *Purger) besideRow() (r besideRow, found bool, err error) {
	value, found, err := p.State.Get([]byte{spaceBeside})
	if err == nil && found {
		err = decode([]byte{spaceBeside}, value, &r)
	}
	return r, found, err
}

// endBeside ends a purge that a process before this one left, if its note is written.
func (p *Purger) endBeside() error {
	r, found, err := p.besideRow()
	if err != nil || !found {
		return err
	}
	var id policy.AttemptID
	if err := fixed(id[:], r.ID, "id of a purge"); err != nil {
		return err
	}
	said, err := p.said(id, unstamp(r.At))
	if err != nil || !said {
		return err
	}
	return p.State.Commit(store.Batch{Delete: [][]byte{{spaceBeside}}})
}

// tellBeside writes the note of what was taken, if anything was.
func (p *Purger) tellBeside(ctx context.Context, now time.Time) (Purge, error) {
	r, found, err := p.besideRow()
	if err != nil || !found {
		return Purge{}, err
	}
	n, took := Note{At: now, Kind: NotePurge}, Purge{Records: r.Took}
	n.Body = must(json.Marshal(&took))
	if err := fixed(n.ID[:], r.ID, "id of a purge"); err != nil {
		return took, err
	}
	if err := p.Note(ctx, n); err != nil {
		return took, err
	}
	return took, p.State.Commit(store.Batch{Delete: [][]byte{{spaceBeside}}})
}
