package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"

	"tregua/policy/backup"
	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
)

// TestMigrate: the daemon refuses data of an older schema and says what to do, a dry
// run writes nothing, and a migration leaves a backup of what was.
func TestMigrate(t *testing.T) {
	t.Parallel()
	config := furnished(t, "22500-22999")
	six, err := cbor.Marshal([]int{1, 6})
	if err != nil {
		t.Fatal(err)
	}
	st, err := badger.Open(badger.Config{Dir: filepath.Join(config.Node.Data, "state")})
	if err != nil {
		t.Fatal(err)
	}
	old := store.Batch{Delete: [][]byte{[]byte("\x01sequence")}, Put: []store.Row{{Key: []byte("\x01schema"), Value: six}}}
	if err := st.Commit(old); err != nil {
		t.Fatal(err)
	}
	if err := st.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := kept(config); err == nil || !strings.Contains(err.Error(), "schema 6, this program writes 7; run tregua migrate") {
			t.Fatalf("a start says %v", err)
		}
		m, err := migrate(t.Context(), config, true)
		if err != nil || m.From != 6 || m.To != 7 || len(m.Steps) != 1 || m.Backup != "" {
			t.Fatalf("dry run: %+v, %v", m, err)
		}
	}
	m, err := migrate(t.Context(), config, false)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := kept(config); err != nil || got.records != 5 || got.faults != "" {
		t.Errorf("after it a start has %+v, %v", got, err)
	}
	keys, err := seal.ReadKeys(config.Node.Keys)
	if err != nil {
		t.Fatal(err)
	}
	if about, err := checkFile(m.Backup, keys); err != nil || about.Schema != 6 || about.Records != 5 {
		t.Errorf("the backup %s is %+v, %v", m.Backup, about, err)
	}
	again, err := migrate(t.Context(), config, false)
	if err != nil || again.From != ledger.Schema || again.Backup != "" {
		t.Errorf("again: %+v, %v", again, err)
	}
	var out bytes.Buffer
	printMigrated(&out, &m)
	if text := out.String(); !strings.Contains(text, "migrated\tto schema 7\n") {
		t.Errorf("it prints %q", text)
	}
}

func checkFile(path string, keys *seal.Keys) (backup.About, error) {
	f, err := os.Open(path)
	if err != nil {
		return backup.About{}, err
	}
	defer f.Close()
	return backup.Check(f, keys)
}
