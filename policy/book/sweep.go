package book

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// sweepEvery is how often, at most, a running book looks for sets that have
// become too old.
const sweepEvery = 24 * time.Hour

// sweep removes the sets that no generation names that can be restored: those
// of imports that never came into force, and those that were replaced long
// ago. They are personal data in clear. It runs while no import does; mu must
// be held.
func (b *Book) sweep(current uint64) error {
	if err := b.keep(current); err != nil {
		return fmt.Errorf("reading generations: %w", err)
	}
	found, err := filepath.Glob(filepath.Join(b.setsDir(), "*", "*", "*"))
	if err != nil {
		return err
	}
	for _, dir := range found {
		if b.named[dir] {
			continue
		}
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("removing sets that nothing needs: %w", err)
		}
		b.config.Log.Info("sets that nothing needs were removed", "dir", dir)
	}
	b.swept = b.config.Now()
	return nil
}

// Sweep removes the sets that no generation needs any more. While an import runs it
// does nothing: the end of that one sweeps.
func (b *Book) Sweep() error {
	select {
	case <-b.importing:
		defer b.release()
	default:
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.sweepNow()
}

// sweepOld sweeps when it is time. What it cannot do is no fault of the import
// that it follows.
func (b *Book) sweepOld() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.config.Now().Sub(b.swept) < sweepEvery {
		return
	}
	if err := b.sweepNow(); err != nil {
		b.config.Log.Warn("old sets were not removed", "err", err)
	}
}

// sweepNow sweeps, and forgets the parts that are in force no more. mu must be held.
func (b *Book) sweepNow() error {
	err := b.sweep(b.current.Load().generation)
	inForce := map[uint32]bool{}
	for _, p := range b.parts {
		inForce[p.ID] = true
	}
	for id := range b.loaded {
		if !inForce[id] {
			delete(b.loaded, id)
			delete(b.sieves, id)
		}
	}
	return err
}
