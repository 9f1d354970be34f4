package main

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"tregua/policy/ledger"
	"tregua/policy/rights"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// TestRestoredPerson: a person who was erased, and whom a restored subjects.keys
// holds again, is erased before anything is read, and the log says so.
func TestRestoredPerson(t *testing.T) {
	t.Parallel()
	config := parse(t, twoSides)
	config.Node.Data, config.Node.Keys = t.TempDir(), t.TempDir()
	slots := filepath.Join(config.Node.Data, "subjects.keys")
	var said bytes.Buffer
	run := func(do func(n *node)) {
		t.Helper()
		n := &node{config: config, log: slog.New(slog.NewTextHandler(&said, nil))}
		if err := n.openStore(); err != nil {
			t.Fatal(err)
		}
		do(n)
		for _, o := range slices.Backward(n.opened) {
			if err := o.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	var backup []byte
	run(func(n *node) {
		h := n.keys.Index(393331234567)
		_, err := n.subjects.Key(h)
		check(err)
		rows, err := n.subjects.Sync()
		check(err)
		schema, err := cbor.Marshal([]int{1, ledger.Schema})
		check(err)
		rows = append(rows, store.Row{Key: []byte("\x01schema"), Value: schema}) // a node that has run
		check(n.store.Commit(store.Batch{Put: rows}))
		n.subjects.Stored()
		backup, err = os.ReadFile(slots)
		check(err)
		register, err := rights.OpenRegister(n.config.Node.Keys)
		check(err)
		check(register.Erase(n.subjects, h, time.Now()))
		check(register.Close())
	})
	check(os.WriteFile(slots, backup, 0o600))
	run(func(n *node) {
		if _, err := n.subjects.Find(n.keys.Index(393331234567)); !errors.Is(err, seal.ErrGone) {
			t.Errorf("the person is back: %v", err)
		}
	})
	if !strings.Contains(said.String(), "persons=1") || strings.Contains(said.String(), "393331234567") {
		t.Errorf("the log says %q", said.String())
	}
}
