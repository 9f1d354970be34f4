package badger_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"tregua/policy/store"
	"tregua/policy/store/badger"
)

// TestCompact deletes half of the rows and overwrites a quarter: their bytes are in no
// file afterwards, whether they were in memory or in tables, and the others are whole.
func TestCompact(t *testing.T) {
	t.Parallel()
	for name, reopen := range map[string]bool{"in memory": false, "in tables": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := badger.Config{Dir: t.TempDir(), Small: true}
			s := open(t, config)
			const rows = 4000
			key := func(i int) []byte { return binary.BigEndian.AppendUint32([]byte{0x50}, uint32(i)) }
			value := func(i int, word string) []byte {
				return append(binary.BigEndian.AppendUint32([]byte(word), uint32(i)), make([]byte, 2000)...)
			}
			put := func(first, step int, word string) {
				for at := first; at < rows; at += 500 {
					var b store.Batch
					for i := at; i < min(at+500, rows); i += step {
						b.Put = append(b.Put, store.Row{Key: key(i), Value: value(i, word)})
					}
					if err := s.Commit(b); err != nil {
						t.Fatal(err)
					}
				}
			}
			put(0, 2, "stays-as-it-is")
			put(1, 2, "was-here-before")
			if reopen {
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				s = open(t, config)
			}
			put(1, 4, "instead")
			for at := 3; at < rows; at += 2000 {
				var b store.Batch
				for i := at; i < at+2000; i += 4 {
					b.Delete = append(b.Delete, key(i))
				}
				if err := s.Commit(b); err != nil {
					t.Fatal(err)
				}
			}
			if found := filesWith(t, config.Dir, "was-here-before"); len(found) == 0 {
				t.Error("no file has what was deleted before it is compacted: the search finds nothing")
			}
			if err := s.Compact(); err != nil {
				t.Fatal(err)
			}
			if found := filesWith(t, config.Dir, "was-here-before"); len(found) > 0 {
				t.Errorf("%q have what was deleted", found)
			}
			for i := range rows {
				want := [][]byte{value(i, "stays-as-it-is"), value(i, "instead"), value(i, "stays-as-it-is"), nil}[i%4]
				if got, _, err := s.Get(key(i)); err != nil || !bytes.Equal(got, want) {
					t.Fatalf("row %d is %.20q, want %.20q, %v", i, got, want, err)
				}
			}
			if err := s.Commit(store.Batch{Put: []store.Row{{Key: key(rows), Value: []byte("later")}}}); err != nil {
				t.Error(err)
			}
		})
	}
}

// filesWith returns the files under dir that have a word in them.
func filesWith(t *testing.T, dir, word string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil // Badger was done with it
		}
		if bytes.Contains(b, []byte(word)) {
			found = append(found, filepath.Base(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
