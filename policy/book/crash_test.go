package book_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/store/memory"
)

// manyConsents are enough rows for three batches.
func manyConsents() []string {
	lines := []string{"number,purpose,channels,given_at"}
	for i := range 2_400 {
		lines = append(lines, fmt.Sprintf("+39333%07d,energy,operator,2026-01-01", 1_234_000+i))
	}
	return lines
}

// TestCrash ends the process at every commit of an import in turn: until the
// last one nothing of the import is in force, and it can be made again.
func TestCrash(t *testing.T) {
	t.Parallel()
	for commits := 0; ; commits++ {
		d := openAcme(t)
		fibre := []string{"number,purpose,channels,given_at", callee.String() + ",fibre,operator,2026-01-01"}
		d.load(book.Consents, "acme", time.Time{}, fibre...)
		whole := d.config.Store
		d.config.Store = &failing{Store: whole, commits: commits}
		d.reopen()
		_, err := d.Import(t.Context(), request(book.Consents, "acme", time.Time{}, manyConsents()...))
		if err == nil {
			if commits != 5 { // id, three batches, generation
				t.Errorf("the import has %d commits", commits)
			}
			return
		}
		if !errors.Is(err, errGone) {
			t.Fatal(err)
		}
		d.config.Store = whole
		for _, when := range []string{"before", "after"} {
			f, err := d.Current().Consent(whole, d.principal("acme"), callee, "energy")
			if f.Known != policy.Absent || err != nil || d.Current().Generation() != 2 {
				t.Errorf("%d commits, %s the restart: %+v, %v in generation %d", commits, when, f, err, d.Current().Generation())
			}
			d.reopen()
		}
		if left, _ := filepath.Glob(filepath.Join(d.config.Dir, "sets", "*", "*", "*")); len(left) != 1 {
			t.Errorf("%d commits: %v is left", commits, left)
		}
		// Another file that names the same number must not bring back the consent
		// of the one that failed.
		d.load(book.Consents, "acme", time.Time{}, fibre...)
		if f, err := d.Current().Consent(whole, d.principal("acme"), callee, "energy"); f.Known != policy.Absent || err != nil {
			t.Errorf("%d commits: the failed import is believed: %+v, %v", commits, f, err)
		}
		again := d.load(book.Consents, "acme", time.Time{}, manyConsents()...)
		if f, err := d.Current().Consent(whole, d.principal("acme"), callee, "energy"); f.Part != again.Part || err != nil {
			t.Errorf("%d commits: made again: %+v, %v", commits, f, err)
		}
		if commits > 0 && again.Part != 4 {
			t.Errorf("%d commits: part %d, ids are given once", commits, again.Part)
		}
	}
}

// TestSweep: directories that no generation names go at start, others stay.
func TestSweep(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String())
	lists := filepath.Join(d.config.Dir, "sets", "blacklist", "00000001")
	for _, name := range []string{"00000002.tmp", "00000003"} {
		if err := os.MkdirAll(filepath.Join(lists, name), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(lists, name, "numbers.u64"), []byte("12345678"), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	d.reopen()
	left, err := os.ReadDir(lists)
	if err != nil || len(left) != 1 || left[0].Name() != "00000001" {
		t.Errorf("left: %v, %v", left, err)
	}
}

// TestSweepKeepsOlder: a generation that is no longer current keeps its sets.
func TestSweepKeepsOlder(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String())
	first := rows(t, d.config.Store)["\x20\x00\x00\x00\x00\x00\x00\x00\x01"]
	put(t, &d.config, []byte{0x20, 0, 0, 0, 0, 0, 0, 0, 3}, []byte(first))
	put(t, &d.config, []byte{0x21}, []byte{0x82, 1, 3})
	d.reopen()
	if d.Current().Generation() != 3 || len(d.Current().Parts()) != 0 {
		t.Fatalf("generation %d", d.Current().Generation())
	}
	if kept, _ := filepath.Glob(filepath.Join(d.config.Dir, "sets", "blacklist", "*", "00000001", "numbers.u64")); len(kept) != 1 {
		t.Errorf("kept: %v", kept)
	}
}

// TestBroken bends each file of a part: what rests on it is unknown, never
// absent, and everything else stands.
func TestBroken(t *testing.T) {
	t.Parallel()
	bends := map[string]func(path string) error{
		"removed": os.Remove,
		"cut":     func(path string) error { return os.Truncate(path, 1) },
		"longer": func(path string) error {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			return os.WriteFile(path, append(data, '\n'), 0o640)
		},
		"bent": func(path string) error {
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			data[len(data)-1] ^= 1
			return os.WriteFile(path, data, 0o640)
		},
	}
	for name, bend := range bends {
		for _, file := range []string{"manifest.json", "numbers.u64", "opposed.u64"} {
			t.Run(name+" "+file, func(t *testing.T) {
				t.Parallel()
				d := openAcme(t)
				d.load(book.Registry, "acme-rpo", monday, "number,answer", callee.String()+",opposed")
				d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String())
				d.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at", callee.String()+",energy,operator,2026-01-01")
				if d.Current().Broken() != nil {
					t.Fatal("broken before it was bent")
				}
				found, err := filepath.Glob(filepath.Join(d.config.Dir, "sets", "*", "*", "*", file))
				if err != nil || len(found) == 0 {
					t.Fatal(found, err)
				}
				for _, path := range found {
					if err := bend(path); err != nil {
						t.Fatal(err)
					}
				}
				d.reopen()
				s, acme := d.Current(), d.principal("acme")
				if f := s.Registry(d.account("acme/energia"), callee); f != (policy.RegistryFact{}) {
					t.Errorf("registry: %+v", f)
				}
				if !errors.Is(s.Broken(), book.ErrBroken) {
					t.Errorf("broken %v", s.Broken())
				}
				if len(found) == 3 {
					if f := s.Blacklist(acme, callee, time.Time{}); f != (policy.BlacklistFact{}) {
						t.Errorf("blacklist: %+v", f)
					}
					if f, err := s.Consent(d.config.Store, acme, callee, "energy"); f != (policy.ConsentFact{}) || !errors.Is(err, book.ErrBroken) {
						t.Errorf("consent: %+v, %v", f, err)
					}
				}
				if f := s.Registry(d.account("beta/old"), callee); f.Known != policy.Absent {
					t.Errorf("another account: %+v", f)
				}
				// A good list still refuses.
				d.load(book.Blacklist, "acme", time.Time{}, "number", "0612345678")
				if f := d.Current().Blacklist(acme, 390612345678, time.Time{}); f.Known != policy.Present {
					t.Errorf("a good list beside a broken one: %+v", f)
				}
			})
		}
	}
}

// TestNoNumberInRows writes everything that has a number and looks for it in
// every key and value, as text and as an integer.
func TestNoNumberInRows(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Registry, "acme-rpo", monday, "number,answer", callee.String()+",opposed")
	d.load(book.Blacklist, "acme", time.Time{}, "number", callee.String())
	d.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at,evidence", callee.String()+",energy,operator,2026-01-01,form")
	if _, err := d.AddBlacklist(t.Context(), "anna", "acme", callee.String(), "by mail"); err != nil {
		t.Fatal(err)
	}
	for _, said := range []book.Saying{
		{Verb: book.Grant, Purpose: "energy", Channels: operator, Evidence: "form"},
		{Verb: book.Request, Evidence: "form", Valid: time.Hour},
		{Verb: book.Hold, Evidence: "order"},
	} {
		d.say(said)
	}
	d.load(book.Contracts, "acme", time.Time{}, "number,contract,from", callee.String()+",C-1,2026-01-01")
	if _, err := d.Unlist(t.Context(), "anna", "acme", callee.String(), "letter"); err != nil {
		t.Fatal(err)
	}
	forms := [][]byte{
		[]byte("3331234567"), []byte("1234567"),
		binary.BigEndian.AppendUint64(nil, uint64(callee))[3:], binary.LittleEndian.AppendUint64(nil, uint64(callee))[:5],
	}
	n := strconv.FormatUint(uint64(callee), 10)
	for i := range n[:len(n)-7] {
		forms = append(forms, []byte(n[i:]))
	}
	spaces := map[byte]int{}
	for key, value := range rows(t, d.config.Store) {
		spaces[key[0]]++
		for _, form := range forms {
			if bytes.Contains([]byte(key), form) || bytes.Contains([]byte(value), form) {
				t.Errorf("row %x holds %q", key, form)
			}
		}
	}
	if spaces[0x31] != 1 || spaces[0x35] != 3 || spaces[0x60] != 2 || spaces[0x20] != 5 || spaces[0x12] != spaces[0x10] || spaces[0x11] != spaces[0x10] {
		t.Errorf("rows by space: %v", spaces)
	}
}

// The consents of a look-up go through a store that is closed in the end.
func TestClosedStore(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at", callee.String()+",energy,operator,2026-01-01")
	if err := d.config.Store.Close(); err != nil {
		t.Fatal(err)
	}
	if f, err := d.Current().Consent(d.config.Store, d.principal("acme"), callee, "energy"); f != (policy.ConsentFact{}) || !errors.Is(err, memory.ErrClosed) {
		t.Errorf("%+v, %v", f, err)
	}
}

func breakFile(path string) error { return os.Truncate(path, 1) }
