package badger_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tregua/policy/store"
	"tregua/policy/store/badger"
	"tregua/policy/store/storetest"
)

func open(t *testing.T, c badger.Config) *badger.Store {
	t.Helper()
	s, err := badger.Open(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestSuite(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		sync, small bool
	}{{"off", false, false}, {"synced small", true, true}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			storetest.Run(t, func(t *testing.T) store.Store {
				return open(t, badger.Config{Dir: t.TempDir(), Sync: c.sync, Small: c.small})
			})
		})
	}
}

func TestReopen(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new", "state")
	s := open(t, badger.Config{Dir: dir})
	row := store.Row{Key: []byte("a"), Value: []byte("1")}
	if err := s.Commit(store.Batch{Put: []store.Row{row}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	v, found, err := open(t, badger.Config{Dir: dir}).Get(row.Key)
	if string(v) != "1" || !found || err != nil {
		t.Fatalf("after reopening: %q, %t, %v", v, found, err)
	}
}

func TestOpenRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	held := filepath.Join(dir, "held")
	open(t, badger.Config{Dir: held})
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, dir, want string
		is              error
	}{
		{"held by another", held, "store " + held + ": the store is open in another process", store.ErrLocked},
		{"below a plain file", file + "/state", "store " + file + "/state: " + file + ": not a directory", nil},
		{"a plain file", file, "store " + file + ": " + file + ": not a directory", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := badger.Open(badger.Config{Dir: c.dir})
			if err == nil || err.Error() != c.want {
				t.Fatalf("error %v, want %s", err, c.want)
			}
			if c.is != nil && !errors.Is(err, c.is) {
				t.Fatalf("error %v is not %v", err, c.is)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Fatal("more than one line")
			}
		})
	}
}

func TestRunEnds(t *testing.T) {
	t.Parallel()
	s := open(t, badger.Config{Dir: t.TempDir()})
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := s.Run(ctx); err != nil {
		t.Fatal(err)
	}
}
