package ledger_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"tregua/policy/keep"
	"tregua/policy/ledger"
	"tregua/policy/store"
	"tregua/policy/store/badger"
)

// TestPurgedFiles looks into the files of a month on disk: what was personal of a record
// is in none of them when the term of its class is over for the month, and what was public
// is in none when it was removed.
func TestPurgedFiles(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 1)
	h.fill()
	dir := t.TempDir()
	h.shelf = ledger.NewShelf(func(month string) (store.Store, error) {
		return badger.Open(badger.Config{Dir: filepath.Join(dir, month), Small: true})
	}, ledger.Directory(dir))
	h.mover = ledger.NewMonths(h.state, h.shelf, h.keys, nil)
	h.reader = ledger.NewReader(h.state, h.shelf, h.keys, h.subjects)
	copyTo(t, h, dir)
	part := func(space byte) []byte {
		var value []byte
		err := h.shelf.With("2026-11", func(st store.Store) (err error) {
			id := attemptID(int(keep.Refused))
			value, _, err = st.Get(append([]byte{space}, id[:]...))
			return err
		})
		if err != nil || len(value) == 0 {
			t.Fatalf("space %x: %v", space, err)
		}
		return value
	}
	personal, public := part(0xA1), part(0xA0)
	for _, c := range []struct {
		months           int
		personal, public bool
	}{{5, true, true}, {7, false, true}, {60, false, true}, {61, false, false}} {
		h.purge(noon.AddDate(0, c.months, 0))
		if got := inFiles(t, dir, personal); got != c.personal {
			t.Errorf("after %d months what is personal is in a file: %t", c.months, got)
		}
		if got := inFiles(t, dir, public); got != c.public {
			t.Errorf("after %d months what is public is in a file: %t", c.months, got)
		}
	}
	if err := h.shelf.Close(); err != nil {
		t.Error(err)
	}
}

// copyTo writes the months of a house to disk.
func copyTo(t *testing.T, h *house, dir string) {
	t.Helper()
	for name, month := range h.months {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
		var b store.Batch
		for row, err := range month.Scan(nil, nil) {
			if err != nil {
				t.Fatal(err)
			}
			b.Put = append(b.Put, row)
		}
		if err := h.shelf.With(name, func(st store.Store) error { return st.Commit(b) }); err != nil {
			t.Fatal(err)
		}
	}
}

// inFiles reports whether bytes are in a file of a month.
func inFiles(t *testing.T, dir string, what []byte) bool {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*", "*"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no files, %v", err)
	}
	for _, name := range names {
		if b, err := os.ReadFile(name); err == nil && bytes.Contains(b, what) {
			return true
		}
	}
	return false
}
