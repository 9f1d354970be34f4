package badger_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tregua/policy/store"
	"tregua/policy/store/badger"
)

// TestUnfinishedTable opens a store that was killed while it wrote a table: the file has its
// length and is zeros, and the list of tables does not name it. One that is named is damage.
func TestUnfinishedTable(t *testing.T) {
	t.Parallel()
	from := filepath.Join(t.TempDir(), "state")
	s := open(t, badger.Config{Dir: from, Sync: true, Small: true})
	row := store.Row{Key: []byte("a"), Value: []byte("1")}
	if err := s.Commit(store.Batch{Put: []store.Row{row}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Compact(); err != nil { // a table that is named
		t.Fatal(err)
	}
	for table, want := range map[string]string{"000099.sst": "", "": "restore it from a backup"} {
		dir := killed(t, from)
		if table == "" {
			tables, err := filepath.Glob(filepath.Join(dir, "*.sst"))
			if err != nil || len(tables) == 0 {
				t.Fatalf("no tables, %v", err)
			}
			table = filepath.Base(tables[0])
		}
		if err := os.WriteFile(filepath.Join(dir, table), make([]byte, 8192), 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := badger.Open(badger.Config{Dir: dir, Small: true})
		if want != "" {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %s", table, err, want)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if v, found, err := again.Get(row.Key); string(v) != "1" || !found || err != nil {
			t.Errorf("%q, %t, %v", v, found, err)
		}
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
}

// killed returns a directory with the files of a store as a kill would leave them.
func killed(t *testing.T, from string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "state")
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return dir
}
