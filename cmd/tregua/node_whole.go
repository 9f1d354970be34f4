package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// whole refuses a data directory that has lost its state store but has something
// else that a daemon keeps there: a store that is made anew beside old records would
// look like a first start, and forget every bar and objection. A directory that is
// empty or not there is that of a first start.
func whole(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("node.data: %w", err)
	}
	made := slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return slices.Contains([]string{"ledger", "log", "subjects.keys", "sets", "reports"}, e.Name())
	})
	if !made {
		return nil
	}
	for _, name := range []string{"state/MANIFEST", "state/KEYREGISTRY"} {
		info, err := os.Stat(filepath.Join(dir, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%s holds data and %s is missing: it is damaged; restore it from a backup", dir, name)
		case err != nil:
			return fmt.Errorf("node.data: %w", err)
		case info.Size() == 0:
			return fmt.Errorf("%s holds data and %s is empty: it is damaged; restore it from a backup", dir, name)
		}
	}
	return nil
}
