package badger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
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
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if !e.Type().IsRegular() {
			return fmt.Errorf("%s is no file: the store is damaged; restore it from a backup", path)
		}
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return fmt.Errorf("%w; give it back to the user of the daemon, or restore the store from a backup", err)
		}
		f.Close()
		if filepath.Ext(path) != ".sst" {
			continue
		}
		if err := table(path); err != nil {
			return fmt.Errorf("%s: %w: the store is damaged; restore it from a backup", path, err)
		}
	}
	data := slices.ContainsFunc(entries, func(e fs.DirEntry) bool {
		return slices.Contains([]string{".sst", ".vlog", ".mem"}, filepath.Ext(e.Name()))
	})
	for _, name := range []string{"MANIFEST", "KEYREGISTRY"} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); data && (err != nil || info.Size() == 0) {
			return fmt.Errorf("%s is missing or empty: the store is damaged; restore it from a backup", path)
		}
	}
	return nil
}
