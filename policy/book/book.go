// Package book keeps what people enter: principals, call centres and their
// mandates, caller ids, registry accounts, providers, contact lists, campaigns, registry
// answers, blacklists and consents, with the history of each. [Book] writes, one change
// at a time; everybody else reads the [Snapshot] in force, which never changes.
// What changed is a generation: one transaction writes the row that names every
// part in force, so an import is seen whole or not at all.
package book

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"tregua/policy"
	"tregua/policy/numbers"
	"tregua/policy/seal"
	"tregua/policy/store"
)

var _ Keys = (*seal.Keys)(nil)

// Keys hides numbers: in a row a number stands as an index or sealed.
type Keys interface {
	Index(n policy.Number) seal.Index
	IndexUser(text string) seal.Index // of what may hold a number
	SealNumber(n policy.Number) ([]byte, error)
	OpenNumber(sealed []byte) (policy.Number, error)
}

// Config is what a book is opened with.
type Config struct {
	Store   store.Store
	Dir     string  // the data directory: sets lie in Dir/sets
	Keys    Keys    // must not be nil
	Country string  // ISO 3166 code by which national numbers in files are read; "" is IT
	Trunks  []Trunk // the trunks whose calls are judged
	// Profiles are those of the policy, the node's own first: which of them an
	// attempt is judged by is copied into it.
	Profiles []Profile
	Rules    []string         // names of the rules, whose modes can be set
	Shadowed []string         // those that no profile enforces unless somebody says so
	Now      func() time.Time // nil: time.Now
	Log      *slog.Logger     // nil: no log

	// ValidFor is how long a registry answer holds, from the answer: the figure
	// of the profile. Older answers are not imported.
	ValidFor time.Duration

	// Scanning are the figures by which a list is known for a generated one: the
	// profile's. The zero value marks every list with numbers that cannot be read.
	Scanning policy.ScanningParams

	// Changed is told of every single change and returns when it is in force, or
	// why it is not. It may be called by several goroutines at a time, so an
	// older change of a number may come after a newer one, and again for one
	// that was made before. Nil: nobody is told.
	Changed func(context.Context, Change) error

	// Renewed is told of every generation that is put in force, in their order, the
	// one of the start included. It must not block, nor call the book. Nil: nobody
	// is told.
	Renewed func(*Snapshot)
}

// Validate reports every mistake of the config.
func (c Config) Validate() error {
	var mistakes []error
	if c.Store == nil {
		mistakes = append(mistakes, errors.New("book: no store"))
	}
	if c.Keys == nil {
		mistakes = append(mistakes, errors.New("book: no keys"))
	}
	if c.Dir == "" {
		mistakes = append(mistakes, errors.New("book: no data directory"))
	}
	if c.ValidFor <= 0 {
		mistakes = append(mistakes, errors.New("book: no time that registry answers hold"))
	}
	seen := map[string]bool{}
	for _, t := range c.Trunks {
		if seen[t.Name] {
			mistakes = append(mistakes, fmt.Errorf("book: trunk %q stands twice", t.Name))
		}
		seen[t.Name] = true
		if err := t.validate(); err != nil {
			mistakes = append(mistakes, err)
		}
	}
	return errors.Join(mistakes...)
}

// Book is the writer. Its methods may be called by any goroutine.
type Book struct {
	config  Config
	reading reading
	zone    *time.Location // of the country: a day of data.yaml begins there
	current atomic.Pointer[Snapshot]

	importing chan struct{} // holds one token: the right to import

	mu       sync.Mutex // held for every commit; protects the fields below
	entities *entities  // never changed in place: a snapshot holds it too
	last     counters
	parts    []Part // in force, ascending by id
	loaded   map[uint32]*loadedPart
	kept     map[uint32]bool // parts of generations that can be restored
	named    map[string]bool // and their directories
	swept    time.Time
	singles  map[policy.PrincipalID]*singles
	synced   map[policy.PrincipalID]instant // never changed in place: a snapshot holds it too
	modes    *modesRow                      // never changed in place
	sieves   map[uint32]numbers.Sieve       // of parts that are lists, where a trunk maps by them
	stamped  time.Time                      // the newest time written, so that history keeps its order
}

// Open reads the book of a store. A row that cannot be read is an error; a set
// that does not match its checksum is not: its facts are unknown, see
// [Snapshot.Broken].
func Open(c Config) (*Book, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	if c.Country == "" {
		c.Country = "IT"
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	reading, err := newReading(c.Country, "", nil)
	if err != nil {
		return nil, fmt.Errorf("book: numbers in files: %w", err)
	}
	zone, err := time.LoadLocation(numbers.CountryZone(c.Country))
	if err != nil {
		return nil, fmt.Errorf("book: days in files: %w", err)
	}
	b := &Book{config: c, reading: reading, zone: zone, importing: make(chan struct{}, 1), loaded: map[uint32]*loadedPart{}}
	b.importing <- struct{}{}
	if err := b.load(); err != nil {
		return nil, fmt.Errorf("book: %w", err)
	}
	return b, nil
}

// load reads the store and puts the generation in force.
func (b *Book) load() (err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.entities, err = loadEntities(b.config.Store); err != nil {
		return err
	}
	if b.last, err = loadCounters(b.config.Store); err != nil {
		return err
	}
	generation, row, err := loadGeneration(b.config.Store)
	if err != nil {
		return err
	}
	if generation == 0 && !b.entities.empty() {
		return errors.New("the store has business data and no generation: restore it from a backup")
	}
	b.parts, b.stamped = row.Parts, row.At.time()
	b.modes = &modesRow{}
	if _, err := get(b.config.Store, []byte{spaceModes}, b.modes); err != nil {
		return err
	}
	if err := errors.Join(b.loadSingles(), b.loadSynced()); err != nil {
		return err
	}
	if err := b.sweep(generation); err != nil {
		return err
	}
	for _, p := range b.parts {
		b.loaded[p.ID] = loadPart(b.partDir(p), p)
		if err := b.loaded[p.ID].err; err != nil {
			b.config.Log.Error("a set is broken: what rests on it is refused", "part", p.ID, "kind", p.Kind.String(), "err", err)
		}
	}
	snapshot, err := b.snapshot(generation)
	if err != nil {
		return err
	}
	b.swap(snapshot)
	return nil
}

// swap puts a snapshot in force and says which trunks it bypasses and which of its
// mappings refuse calls. mu must be held.
func (b *Book) swap(s *Snapshot) {
	b.current.Store(s)
	if b.config.Renewed != nil {
		b.config.Renewed(s)
	}
	for _, t := range b.config.Trunks {
		if m := s.trunks[t.Name].mode; m.Mode == policy.Bypass {
			b.config.Log.Warn("the rules of a trunk are bypassed", "trunk", t.Name, "until", m.Until)
		}
		for _, rests := range s.trunks[t.Name].nowhere {
			b.config.Log.Warn("what a trunk maps leads to no open campaign of its call centre: such calls are refused",
				"trunk", t.Name, "mapping", rests)
		}
	}
}

// Current returns the snapshot in force.
func (b *Book) Current() *Snapshot { return b.current.Load() }

// stamp returns the time of a change: now, but later than every change before.
// mu must be held.
func (b *Book) stamp() time.Time {
	now := b.config.Now().UTC()
	if !now.After(b.stamped) {
		now = b.stamped.Add(1)
	}
	b.stamped = now
	return now
}

// activate commits batch together with the next generation, which has the
// given parts and entities, and puts it in force. mu must be held.
func (b *Book) activate(batch store.Batch, e *entities, parts []Part, at time.Time, actor, cause string) (uint64, error) {
	generation := b.current.Load().generation + 1
	row := generationRow{Version: rowVersion, At: instantOf(at), Actor: actor, Cause: cause, Parts: parts}
	batch.Put = append(batch.Put,
		store.Row{Key: generationKey(generation), Value: encode(row)},
		store.Row{Key: currentKey(), Value: encode(currentRow{Version: rowVersion, Generation: generation})})
	before, beforeParts := b.entities, b.parts
	b.entities, b.parts = e, parts
	snapshot, err := b.snapshot(generation)
	if err == nil {
		err = b.config.Store.Commit(batch)
	}
	if err != nil {
		b.entities, b.parts = before, beforeParts
		return 0, fmt.Errorf("activating generation %d: %w", generation, err)
	}
	b.keepParts(parts)
	b.swap(snapshot)
	b.config.Log.Info("a generation is in force", "generation", generation, "cause", cause, "actor", actor)
	return generation, nil
}
