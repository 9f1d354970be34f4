package backup_test

import (
	"archive/tar"
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy/backup"
	"tregua/policy/ledger"
	"tregua/policy/rights"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
)

func TestRestoreIsWhatWasBackedUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.furnish()
	for i := range byte(3) { // rows of more than one chunk
		row := store.Row{Key: []byte{0xEE, i}, Value: bytes.Repeat([]byte{i}, store.MaxBytes-2)}
		if err := h.state.Commit(store.Batch{Put: []store.Row{row}}); err != nil {
			t.Fatal(err)
		}
	}
	file := h.backUp()
	if entries := entriesOf(t, file); len(entries["stores/state/000000"]) != 4<<20 || entries["stores/state/000001"] == "" {
		t.Error("the state store is not in chunks")
	}
	to := filepath.Join(t.TempDir(), "new", "data")
	r, err := backup.Restore(bytes.NewReader(file), backup.Target{Dir: to, Keys: h.keys, Now: noon.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	want := backup.Restored{
		About: backup.About{
			Format: "tregua.backup/1", At: noon, Program: "1.2.3", Name: "mi-edge-1",
			Meta: ledger.Meta{Schema: ledger.Schema, Node: 7, Boot: 1, Keys: h.keys.Fingerprint(), Records: 9},
		},
		Months: []string{"2026-10", "2026-11"},
		Ledger: ledger.Report{Records: 9},
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Error(diff)
	}
	h.stop()
	for _, name := range []string{"state", "ledger/2026-10", "ledger/2026-11"} {
		if diff := cmp.Diff(rowsOf(t, filepath.Join(h.dir, name)), rowsOf(t, filepath.Join(to, name))); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	had := filesOf(t, h.dir)
	delete(had, "sets/list/00000002/v2.tmp/numbers.u64")
	had["restored.json"] = `{"at":"2026-11-22T13:00:00Z","backup":"2026-11-22T12:00:00Z","records":9,"program":"1.2.3","erased":0}`
	if diff := cmp.Diff(had, filesOf(t, to)); diff != "" {
		t.Error(diff)
	}
	// The restored node goes on.
	h.dir = to
	h.start()
	h.refuse(noon, 1)
	h.move()
	if r, err := ledger.NewReader(h.state, h.shelf, h.keys, h.subjects).Verify(); err != nil || len(r.Faults) > 0 || r.Records != 10 {
		t.Errorf("after the restore: %+v, %v", r, err)
	}
}

// rowsOf reads the store of a directory.
func rowsOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	st, err := badger.Open(badger.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	rows := map[string]string{}
	for r, err := range st.Scan(nil, nil) {
		if err != nil {
			t.Fatal(err)
		}
		rows[hex.EncodeToString(r.Key)] = hex.EncodeToString(r.Value)
	}
	return rows
}

// filesOf reads the files of a data directory that are not of stores.
func filesOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if strings.HasPrefix(name, "state/") || strings.HasPrefix(name, "ledger/") {
			return nil
		}
		text, err := os.ReadFile(path)
		files[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestBackupIsOfOneMoment records attempts, and wants to move them into their month,
// between the copy of the state store and that of the months.
func TestBackupIsOfOneMoment(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.furnish()
	var out buffer
	moved := make(chan error, 1)
	out.each = func() {
		if !bytes.Contains(out.data, []byte("stores/state/000000")) {
			return
		}
		out.each = nil
		h.refuse(noon, 5)
		go func() {
			_, err := h.months.Step()
			moved <- err
		}()
		h.refuse(noon, 200) // while the step would be done
	}
	if _, err := h.source().Write(t.Context(), &out, noon); err != nil {
		t.Fatal(err)
	}
	if err := <-moved; err != nil {
		t.Error(err)
	}
	r, err := backup.Verify(bytes.NewReader(out.data), h.keys)
	if err != nil {
		t.Fatal(err)
	}
	if r.Ledger.Records != 9 {
		t.Errorf("%d records, want the 9 that were there", r.Ledger.Records)
	}
}

func TestNoKeyIsInABackup(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.furnish()
	text, err := os.ReadFile(filepath.Join(h.keysDir, "node.keys"))
	if err != nil {
		t.Fatal(err)
	}
	file := h.backUp()
	found := func(in []byte) bool {
		for line := range strings.Lines(string(text)) {
			_, digits, _ := strings.Cut(strings.TrimSpace(line), " ")
			key, err := hex.DecodeString(digits)
			if err != nil || len(key) != 32 {
				t.Fatalf("no key: %q", line)
			}
			if bytes.Contains(in, key) || bytes.Contains(in, []byte(digits)) {
				return true
			}
		}
		return false
	}
	if found(file) {
		t.Error("a key is in the backup")
	}
	if !found(append(slices.Clone(file), text...)) {
		t.Error("a key that is there is not found")
	}
}

// TestErasedPersonsStayErased restores a backup that is older than an erasure.
func TestErasedPersonsStayErased(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.furnish()
	file := h.backUp()
	register, err := rights.OpenRegister(h.keysDir)
	if err != nil {
		t.Fatal(err)
	}
	defer register.Close()
	if err := register.Erase(h.subjects, h.keys.Index(person), noon); err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "data")
	r, err := backup.Restore(bytes.NewReader(file), backup.Target{
		Dir: to, Keys: h.keys, Erase: func(s *seal.Subjects) (int, error) { return register.Apply(s) },
	})
	if err != nil {
		t.Fatal(err)
	}
	if r.Again != 1 || r.Ledger.Erased != 9 {
		t.Errorf("%d persons are erased again and %d records without one, want 1 and 9", r.Again, r.Ledger.Erased)
	}
}

// TestDamageIsNamed changes a backup in each way, at each entry.
func TestDamageIsNamed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.furnish()
	file := h.backUp()
	whole := entriesOf(t, file)
	end := bytes.LastIndex(file, []byte(whole["sums"])) + len(whole["sums"]) // nothing needs what comes after it
	random := rand.New(rand.NewPCG(1, 2))
	for range 400 {
		at := random.IntN(end)
		bad := slices.Clone(file)
		bad[at] ^= 1 << random.IntN(8)
		if err := checkOf(bad, h.keys); err == nil {
			// Padding is in no entry.
			if got := entriesOf(t, bad); !maps.Equal(got, whole) {
				t.Errorf("byte %d: the change is not found", at)
			}
		}
		if err := checkOf(file[:at], h.keys); err == nil {
			t.Errorf("cut at byte %d: it is not found", at)
		}
	}
	for _, c := range []struct {
		name   string
		change func([]byte) []byte
		want   string
	}{
		{"a row", swap("dialer", "dialed"), "the backup is damaged: stores/state/000000 at byte "},
		{"a file", swap("12345678", "12345679"), "the backup is damaged: files/sets/list/00000002/v1/numbers.u64 at byte "},
		{"a report", swap("tregua.report/1", "tregua.report/2"), "the backup is damaged: files/reports/day-2026-11-21.json at byte "},
		{"cut in a file", func(b []byte) []byte { return b[:bytes.Index(b, []byte("12345678"))+4] }, "in files/sets/list/00000002/v1/numbers.u64, which begins at byte "},
		{"cut before the end", func(b []byte) []byte { whole, _, _ := bytes.Cut(b, []byte("sums\x00")); return whole }, "the backup is damaged: it ends at byte "},
		{"of another program", func([]byte) []byte { return []byte(strings.Repeat("hello ", 200)) }, "the file is no backup of tregua"},
		{"nothing", func([]byte) []byte { return nil }, "the backup is damaged: it ends at byte 0 after nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			to := filepath.Join(t.TempDir(), "data")
			_, err := backup.Restore(bytes.NewReader(c.change(slices.Clone(file))), backup.Target{Dir: to, Keys: h.keys})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if left, _ := os.ReadDir(filepath.Dir(to)); len(left) > 0 {
				t.Errorf("%s is left behind", left[0].Name())
			}
		})
	}
}

// swap changes what stands in a backup once.
func swap(from, to string) func([]byte) []byte {
	return func(b []byte) []byte { return bytes.Replace(b, []byte(from), []byte(to), 1) }
}

func checkOf(file []byte, keys *seal.Keys) error {
	_, err := backup.Check(bytes.NewReader(file), keys)
	return err
}

// entriesOf reads a tar.
func entriesOf(t *testing.T, file []byte) map[string]string {
	t.Helper()
	entries := map[string]string{}
	for r := tar.NewReader(bytes.NewReader(file)); ; {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		entries[head.Name] = string(text)
	}
}

func TestRestoreRefuses(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.furnish()
	file := h.backUp()
	others, err := seal.NewKeys(rand.NewChaCha8([32]byte{9}))
	if err != nil {
		t.Fatal(err)
	}
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "state"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	halfway := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(halfway+".restoring", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		to   backup.Target
		want string
	}{
		{"a directory with data", backup.Target{Dir: full, Keys: h.keys}, "holds data (state): a backup is restored into a directory that is empty or not there"},
		{"other keys", backup.Target{Dir: filepath.Join(full, "data"), Keys: others}, "the backup is of a node with the keys " + h.keys.Fingerprint() + ", these are " + others.Fingerprint()},
		{"what another restore left", backup.Target{Dir: halfway, Keys: h.keys}, "another restore runs, or one was cut off: remove it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if _, err := backup.Restore(bytes.NewReader(file), c.to); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

// TestForgedBackup checks a backup that somebody without the keys has made.
func TestForgedBackup(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.furnish()
	others, err := seal.NewKeys(rand.NewChaCha8([32]byte{9}))
	if err != nil {
		t.Fatal(err)
	}
	s, out := h.source(), &buffer{}
	s.Keys = others
	if _, err := s.Write(t.Context(), out, noon); err != nil {
		t.Fatal(err)
	}
	if err := checkOf(out.data, h.keys); err == nil || !strings.Contains(err.Error(), "its checksums are not signed with the keys of its node") {
		t.Error(err)
	}
}

// TestLedgerThatDoesNotAgree backs up a ledger of which a record is gone.
func TestLedgerThatDoesNotAgree(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.furnish()
	err := h.shelf.With("2026-10", func(st store.Store) error {
		for row, err := range st.Scan([]byte{0xA0}, nil) {
			return errors.Join(err, st.Commit(store.Batch{Delete: [][]byte{row.Key}}))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "data")
	_, err = backup.Restore(bytes.NewReader(h.backUp()), backup.Target{Dir: to, Keys: h.keys})
	if err == nil || !strings.Contains(err.Error(), "record 1 stands where record 0 must be") {
		t.Error(err)
	}
	if _, err := os.Stat(to); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the directory is there: %v", err)
	}
}
