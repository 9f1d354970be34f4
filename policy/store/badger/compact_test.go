package badger_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"tregua/policy/store"
	"tregua/policy/store/badger"
)

// TestCompact deletes half of the rows and overwrites a quarter: their bytes are in no
// file afterwards, wherever they were before, and the others are whole.
func TestCompact(t *testing.T) {
	t.Parallel()
	for name, twice := range map[string]bool{"in memory": false, "on the lowest level": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := badger.Config{Dir: t.TempDir(), Small: true}
			s := open(t, config)
			const rows, size = 4000, 16 << 10 // over two levels of tables
			key := func(i int) []byte { return binary.BigEndian.AppendUint32([]byte{0x50}, uint32(i)) }
			value := func(i int, word string) []byte {
				return append(binary.BigEndian.AppendUint32([]byte(word), uint32(i)), make([]byte, size)...)
			}
			put := func(first, step int, word string) {
				for at := first; at < rows; at += 100 {
					var b store.Batch
					for i := at; i < min(at+100, rows); i += step {
						b.Put = append(b.Put, store.Row{Key: key(i), Value: value(i, word)})
					}
					if err := s.Commit(b); err != nil {
						t.Fatal(err)
					}
				}
			}
			put(0, 2, "stays-as-it-is")
			put(1, 2, "was-here-before")
			if twice {
				if err := s.Compact(); err != nil {
					t.Fatal(err)
				}
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
			reads := readWhile(s, key(0))
			if err := errors.Join(s.Compact(), reads()); err != nil {
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

// readWhile reads a row and scans all of them again and again, until the function that it
// returns is called; that says what went wrong.
func readWhile(s *badger.Store, key []byte) (end func() error) {
	stop, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		var errs error
		for errs == nil {
			select {
			case <-stop:
				ended <- nil
				return
			default:
			}
			if _, found, err := s.Get(key); err != nil || !found {
				errs = fmt.Errorf("row %x: found %t, %w", key, found, err)
			}
			for _, err := range s.Scan(nil, nil) {
				errs = errors.Join(errs, err)
			}
		}
		ended <- errs
	}()
	return func() error { close(stop); return <-ended }
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
