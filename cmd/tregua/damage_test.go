package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"tregua/configs"
	"tregua/policy"
	"tregua/policy/ledger"
)

// damages are what happens to a file.
var damages = []struct {
	name string
	do   func(path string) error
}{
	{"cut in half", func(path string) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		return os.Truncate(path, info.Size()/2)
	}},
	{"a byte flipped", func(path string) error {
		b, err := os.ReadFile(path)
		if err != nil || len(b) == 0 {
			return err
		}
		b[len(b)/2] ^= 0x40
		return os.WriteFile(path, b, 0o600)
	}},
	{"removed", os.Remove},
	{"empty", func(path string) error { return os.Truncate(path, 0) }},
	{"replaced by a directory", func(path string) error { return errors.Join(os.Remove(path), os.Mkdir(path, 0o700)) }},
}

// TestDamagedDataIsNamed damages each file of a data directory in each way, and
// removes each of its directories. A start either says what is damaged and what to
// do, or has everything that was there.
func TestDamagedDataIsNamed(t *testing.T) {
	t.Parallel()
	config := furnished(t, "22000-22499")
	want, err := kept(config)
	if err != nil || want.records != 5 {
		t.Fatalf("%+v, %v", want, err)
	}
	files, dirs := contents(t, config.Node.Data)
	for _, name := range files {
		for _, d := range damages {
			damaged(t, config, name, d.name, want, d.do)
		}
	}
	for _, name := range dirs {
		damaged(t, config, name, "removed", want, os.RemoveAll)
	}
}

func damaged(t *testing.T, config *configs.Config, name, what string, want had, do func(path string) error) {
	t.Run(name+" "+what, func(t *testing.T) {
		t.Parallel()
		c := *config
		c.Node.Data, c.Node.Keys = filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "keys")
		if err := errors.Join(duplicate(c.Node.Data, config.Node.Data), duplicate(c.Node.Keys, config.Node.Keys)); err != nil {
			t.Fatal(err)
		}
		if err := do(filepath.Join(c.Node.Data, name)); err != nil {
			t.Fatal(err)
		}
		got, err := kept(&c)
		switch {
		case err == nil && got != want:
			t.Errorf("a start has %+v, want %+v or an error", got, want)
		case err != nil && !strings.Contains(err.Error(), filepath.Base(c.Node.Data)):
			t.Errorf("the error names no file: %v", err)
		case err != nil && !strings.Contains(err.Error(), "restore"):
			t.Errorf("the error says no mend: %v", err)
		}
	})
}

// had is what a start has found.
type had struct {
	records, notes, erased uint64
	faults                 string
	campaigns              int
}

// kept starts as the daemon does, up to the calls, and tells what is there.
func kept(config *configs.Config) (h had, err error) {
	n := newNode(config, slog.New(slog.DiscardHandler))
	defer func() { err = errors.Join(err, n.close()) }()
	for _, step := range []func() error{n.openStore, n.openPolicy, n.openLedger, n.openBook, n.openReports} {
		if err := step(); err != nil {
			return h, explain(err, config.Node.Data)
		}
	}
	rep, err := n.reader.Verify()
	if err != nil {
		return h, err
	}
	h = had{records: rep.Records, notes: rep.Notes, erased: rep.Erased}
	if len(rep.Faults) > 0 {
		h.faults = errors.Join(rep.Faults...).Error()
	}
	if _, ok := n.book.Current().Campaign("acme/energia"); ok {
		h.campaigns = 1
	}
	return h, nil
}

// furnished is the config of a node that has run and has ended: records in a month,
// a proof log, data of the book.
func furnished(t *testing.T, ports string) *configs.Config {
	t.Helper()
	n := built(t, ports)
	_, err := n.adminBook().Apply(t.Context(), everything, "", []byte(`
principals: [{name: acme}]
call_centres: [{name: callnow, country: IT, roc: 12345}]
mandates: [{principal: acme, call_centre: callnow, from: 2020-01-01, purposes: energy}]
accounts: [{name: rpo, principal: acme}]
campaigns: [{name: energia, principal: acme, call_centre: callnow, account: rpo, purpose: energy, channel: operator, ground: directory, off_list: allow}]
`), false)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		id := uuid.Must(uuid.NewV7())
		n.writer.Submit(ledger.Entry{Kind: ledger.Closed, Record: policy.Record{
			Attempt: policy.Attempt{
				Dialled: policy.Dialled{ID: policy.AttemptID(id), At: time.Now(), Trunk: "dialer-1", User: fmt.Sprint("33312345", 60+i), CallID: fmt.Sprint("call-", i)},
				Reading: policy.Readable, Called: policy.Number(393331234560 + i), Country: "IT", Mode: policy.Enforce, Profile: "it",
			},
			Decision: policy.Decision{Rule: "blacklist", Reason: policy.BlacklistListed},
		}})
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.run(ctx) }()
	for end := time.Now().Add(20 * time.Second); n.proof.Size() < 5 && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	if err := errors.Join(<-ended, n.close()); err != nil {
		t.Fatal(err)
	}
	return n.config
}

// duplicate copies a directory that only its owner reads.
func duplicate(to, from string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	return filepath.WalkDir(to, func(path string, e fs.DirEntry, err error) error {
		mode := fs.FileMode(0o600)
		if err != nil || e.IsDir() {
			mode = 0o700
		}
		return errors.Join(err, os.Chmod(path, mode))
	})
}

// contents lists the files and directories of a directory.
func contents(t *testing.T, dir string) (files, dirs []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if e.IsDir() {
			dirs = append(dirs, name)
		} else {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(dirs, "log") || !slices.Contains(files, "subjects.keys") {
		t.Fatalf("the data has %q and %q", dirs, files)
	}
	return files, dirs
}
