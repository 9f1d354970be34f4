package book

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"time"

	"tregua/policy/store"
)

// Generation says what was in force from At until the next one.
type Generation struct {
	Number  uint64
	At      time.Time
	Actor   string
	Cause   string // "import blacklist acme", "apply", "restore generation 7"
	Parts   []Part // in the order of their ids
	Missing int    // parts whose sets are gone: it cannot be restored
}

const (
	// keepGenerations and keepFor say which generations can be restored: these
	// many, and those in force within this time. Their sets are numbers in clear,
	// so older ones go (compliance.md 2.3); the row of a generation stays.
	keepGenerations = 3
	keepFor         = 30 * 24 * time.Hour
)

// Generations returns the newest generations, the current one first.
func (b *Book) Generations(limit int) ([]Generation, error) {
	var list []Generation
	for number := b.Current().Generation(); number > 0 && len(list) < limit; number-- {
		row, err := b.generation(number)
		if err != nil {
			return nil, err
		}
		g := Generation{Number: number, At: row.At.time(), Actor: row.Actor, Cause: row.Cause, Parts: row.Parts}
		for _, p := range row.Parts {
			if _, err := os.Stat(b.partDir(p)); err != nil {
				g.Missing++
			}
		}
		list = append(list, g)
	}
	return list, nil
}

// generation reads the row of a generation.
func (b *Book) generation(number uint64) (row generationRow, err error) {
	found, err := get(b.config.Store, generationKey(number), &row)
	if err == nil && !found {
		err = unknown("there is no generation %d", number)
	}
	return row, err
}

// Restore puts the parts of an older generation in force, as a new generation,
// and returns its number. Entities and single blacklist entries stay as they
// are. It is refused when a set of the older generation is gone or broken.
func (b *Book) Restore(ctx context.Context, actor string, generation uint64) (uint64, error) {
	number, err := b.restore(ctx, actor, generation)
	if err != nil {
		return 0, fmt.Errorf("restore generation %d: %w", generation, err)
	}
	return number, nil
}

func (b *Book) restore(ctx context.Context, actor string, generation uint64) (uint64, error) {
	row, err := b.generation(generation)
	if err != nil {
		return 0, err
	}
	// An import sweeps directories that this one is about to need.
	select {
	case <-b.importing:
		defer func() { b.importing <- struct{}{} }()
	case <-ctx.Done():
		return 0, fmt.Errorf("waiting for an import: %w", context.Cause(ctx))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if generation == b.current.Load().generation {
		return 0, wrong("it is in force")
	}
	loaded := map[uint32]*loadedPart{}
	for _, p := range row.Parts {
		part := b.loaded[p.ID]
		if part == nil || part.err != nil {
			part = loadPart(b.partDir(p), p)
		}
		if errors.Is(part.err, os.ErrNotExist) {
			return 0, wrong("the sets of %s are gone: sets are kept for %s", p.source(), days(keepFor))
		}
		if part.err != nil {
			return 0, part.err
		}
		loaded[p.ID] = part
	}
	maps.Copy(b.loaded, loaded)
	return b.activate(store.Batch{}, b.entities, row.Parts, b.stamp(), actor, fmt.Sprintf("restore generation %d", generation))
}

// keep finds the parts that the generations name that can be restored. mu must
// be held.
func (b *Book) keep(current uint64) error {
	b.kept = map[uint32]bool{}
	b.named = map[string]bool{}
	return b.eachKept(current, func(_ uint64, row *generationRow) error {
		b.keepParts(row.Parts)
		return nil
	})
}

// eachKept visits the generations that can be restored, the current one first. mu
// must be held.
func (b *Book) eachKept(current uint64, visit func(number uint64, row *generationRow) error) error {
	oldest := b.config.Now().Add(-keepFor)
	until := b.config.Now() // when a generation ended
	for number := current; number > 0 && (number+keepGenerations > current || until.After(oldest)); number-- {
		row, err := b.generation(number)
		if errors.Is(err, ErrUnknown) {
			return nil // an older program did not keep it
		}
		if err != nil {
			return err
		}
		until = row.At.time()
		if err := visit(number, &row); err != nil {
			return err
		}
	}
	return nil
}

// keepParts keeps parts. Most are kept already: generations differ by one or two.
// mu must be held.
func (b *Book) keepParts(parts []Part) {
	for _, p := range parts {
		if !b.kept[p.ID] {
			b.kept[p.ID], b.named[b.partDir(p)] = true, true
		}
	}
}
