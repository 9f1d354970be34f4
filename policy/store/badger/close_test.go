package badger

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tregua/policy/store"
)

// TestCloseEnds: a disk that is gone keeps nobody from ending.
func TestCloseEnds(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state")
	s, err := Open(Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Commit(store.Batch{Put: []store.Row{{Key: []byte("k"), Value: []byte("v")}}}); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := s.close(10 * time.Millisecond); err == nil || !strings.Contains(err.Error(), "look at the disk") {
		t.Errorf("got %v", err)
	}
}
