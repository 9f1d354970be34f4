package book

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// sweep removes the sets of imports that never came into force: personal data
// in clear that nothing refers to. It runs at start, before any import.
func (b *Book) sweep() error {
	found, err := filepath.Glob(filepath.Join(b.setsDir(), "*", "*", "*"))
	if err != nil {
		return err
	}
	named := map[string]bool{}
	b.name(named, b.parts)
	strange := slices.DeleteFunc(found, func(dir string) bool { return named[dir] })
	if len(strange) == 0 {
		return nil
	}
	// Older generations may name what the current one does not.
	for row, err := range b.config.Store.Scan([]byte{spaceGeneration}, nil) {
		if err != nil {
			return fmt.Errorf("reading generations: %w", err)
		}
		var g generationRow
		if err := decode(row.Key, row.Value, &g); err != nil {
			return err
		}
		b.name(named, g.Parts)
	}
	for _, dir := range strange {
		if named[dir] {
			continue
		}
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("removing an unfinished import: %w", err)
		}
		b.config.Log.Info("an unfinished import was removed", "dir", dir)
	}
	return nil
}

func (b *Book) name(named map[string]bool, parts []Part) {
	for _, p := range parts {
		named[b.partDir(p)] = true
	}
}
