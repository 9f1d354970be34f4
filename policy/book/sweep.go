package book

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// sweep removes the sets of imports that never came into force: personal data
// in clear that nothing refers to. It runs at start, before any import.
func (b *Book) sweep() error {
	found, err := filepath.Glob(filepath.Join(b.setsDir(), "*", "*", "*"))
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, p := range b.parts {
		named[b.partDir(p)] = true
	}
	var strange []string
	for _, dir := range found {
		if !named[dir] {
			strange = append(strange, dir)
		}
	}
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
		for _, p := range g.Parts {
			named[b.partDir(p)] = true
		}
	}
	for _, dir := range strange {
		if named[dir] && !strings.HasSuffix(dir, unfinished) {
			continue
		}
		if err := os.RemoveAll(dir); err != nil {
			return fmt.Errorf("removing an unfinished import: %w", err)
		}
		b.config.Log.Info("an unfinished import was removed", "dir", dir)
	}
	return nil
}
