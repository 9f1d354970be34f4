package badger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/dgraph-io/badger/v4"
)

// sound looks at the files of a store before Badger does: it ends the process at
// some that it cannot open, and takes a store whose manifest is lost for a new one,
// whose tables it then deletes.
func sound(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	with := func(ext string) bool {
		return slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return filepath.Ext(e.Name()) == ext })
	}
	if err := allReadable(dir, entries, with(".mem")); err != nil {
		return err
	}
	for _, name := range []string{"MANIFEST", "KEYREGISTRY"} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); (err != nil || info.Size() == 0) && (with(".sst") || with(".vlog") || with(".mem")) {
			return fmt.Errorf("%s is missing or empty: the store is damaged; restore it from a backup", path)
		}
	}
	if with(".mem") {
		return nil // of a process that was killed: Badger mends what it was at
	}
	return manifest(dir, entries)
}

// allReadable refuses what Badger cannot open. A table that a killed process had not
// finished it removes, and has the rows of it in a log.
func allReadable(dir string, entries []fs.DirEntry, killed bool) error {
	for _, e := range entries {
		err := readable(filepath.Join(dir, e.Name()), e)
		if err != nil && !(killed && errors.Is(err, errTable) && unnamed(dir, e.Name())) {
			return err
		}
	}
	return nil
}

// unnamed reports whether the list of tables does not name one.
func unnamed(dir, table string) bool {
	f, err := os.Open(filepath.Join(dir, "MANIFEST"))
	if err != nil {
		return false
	}
	defer f.Close()
	list, _, err := badger.ReplayManifestFile(f, 0, badger.DefaultOptions(dir).WithLogger(nil))
	id, notID := strconv.ParseUint(strings.TrimSuffix(table, ".sst"), 10, 64)
	_, named := list.Tables[id]
	return err == nil && notID == nil && !named
}

// readable refuses a file that Badger cannot open, or a table that is cut off.
func readable(path string, e fs.DirEntry) error {
	if !e.Type().IsRegular() {
		return fmt.Errorf("%s is no file: the store is damaged; restore it from a backup", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("%w; give it back to the user of the daemon, or restore the store from a backup", err)
	}
	f.Close()
	if filepath.Ext(path) != ".sst" {
		return nil
	}
	if err := table(path); err != nil {
		return fmt.Errorf("%s: %w: the store is damaged; restore it from a backup", path, err)
	}
	return nil
}

// manifest refuses a list of tables that is cut off, or names none, beside tables that
// it does not name: Badger would cut it there and delete them.
func manifest(dir string, entries []fs.DirEntry) error {
	path := filepath.Join(dir, "MANIFEST")
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	named, whole, err := badger.ReplayManifestFile(f, 0, badger.DefaultOptions(dir).WithLogger(nil))
	if err != nil {
		return fmt.Errorf("%s: %w; restore the store from a backup", path, err)
	}
	for _, e := range entries {
		id, err := strconv.ParseUint(strings.TrimSuffix(e.Name(), ".sst"), 10, 64)
		if err != nil || filepath.Ext(e.Name()) != ".sst" {
			continue
		}
		if _, ok := named.Tables[id]; !ok && (whole < info.Size() || len(named.Tables) == 0) {
			return fmt.Errorf("%s is cut off and does not name %s: the store is damaged; restore it from a backup", path, e.Name())
		}
	}
	return nil
}
