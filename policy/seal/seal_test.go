package seal_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

func newKeys(t *testing.T, seed byte) *seal.Keys {
	t.Helper()
	k, err := seal.NewKeys(rand.NewChaCha8([32]byte{seed}))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestLoadKeys(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "etc", "keys")
	first, err := seal.LoadKeys(dir, rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	again, err := seal.LoadKeys(dir, rand.NewChaCha8([32]byte{2}))
	if err != nil {
		t.Fatal(err)
	}
	if first.Fingerprint() != again.Fingerprint() || first.Index(39333) != again.Index(39333) {
		t.Error("the second start has other keys")
	}
	if first.Fingerprint() == newKeys(t, 2).Fingerprint() {
		t.Error("two keys have one fingerprint")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v: want the key file alone", entries, err)
	}
	info, err := entries[0].Info()
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

func TestLoadKeysRefuses(t *testing.T) {
	t.Parallel()
	line := func(name string) string { return name + " " + strings.Repeat("ab", 32) + "\n" }
	good := line("number") + line("master")
	for _, c := range []struct {
		name, content string
		mode          os.FileMode
		want          string // after "keys PATH: "
	}{
		{"good", good, 0o600, ""},
		{"read only", good, 0o400, ""},
		{"group may read", good, 0o640, "mode 0640 lets others read them; run chmod 600 on the file"},
		{"world may read", good, 0o604, "mode 0604 lets others read them; run chmod 600 on the file"},
		{"empty", "", 0o600, `line 1 is not "number " and 64 hexadecimal digits; restore the file`},
		{"cut", line("number") + "master abab", 0o600, `line 2 is not "master " and 64 hexadecimal digits; restore the file`},
		{"digits", strings.Replace(good, "abab", "zzzz", 1), 0o600, "line 1: not hexadecimal; restore the file"},
		{"more", good + "x", 0o600, "more than two lines; restore the file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "node.keys")
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			_, err := seal.LoadKeys(filepath.Dir(path), rand.NewChaCha8([32]byte{}))
			if got := ""; err != nil {
				if got = strings.TrimPrefix(err.Error(), "keys "+path+": "); got != c.want {
					t.Errorf("error %q, want %q", got, c.want)
				}
			} else if c.want != "" {
				t.Errorf("no error, want %q", c.want)
			}
		})
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := seal.LoadKeys(filepath.Join(file, "keys"), rand.NewChaCha8([32]byte{}))
	if want := "not a directory"; err == nil || !strings.HasSuffix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want one line that ends with %q", err, want)
	}
}

// TestIndexIsKeyedByE164 computes the index of compliance.md 2.4 by itself.
func TestIndexIsKeyedByE164(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	number := bytes.Repeat([]byte{0xab}, 32)
	content := fmt.Sprintf("number %x\nmaster %x\n", number, number)
	if err := os.WriteFile(filepath.Join(dir, "node.keys"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	k, err := seal.LoadKeys(dir, rand.NewChaCha8([32]byte{}))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, number)
	mac.Write([]byte("+393331234567"))
	if got, want := k.Index(393331234567), seal.Index(mac.Sum(nil)[:16]); got != want {
		t.Errorf("index %x, want %x", got, want)
	}
}

// TestIndex wants an index of its own for whatever must not be joined.
func TestIndex(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 1)
	seen := map[seal.Index]string{}
	for text, h := range map[string]seal.Index{
		"number":         k.Index(393331234567),
		"other number":   k.Index(393331234568),
		"user":           k.IndexUser("+393331234567"),
		"other key":      newKeys(t, 2).Index(393331234567),
		"month":          seal.MonthIndex([]byte("m1"), k.Index(393331234567)),
		"other month":    seal.MonthIndex([]byte("m2"), k.Index(393331234567)),
		"no number":      k.Index(0),
		"empty user":     k.IndexUser(""),
		"month of other": seal.MonthIndex([]byte("m1"), k.Index(393331234568)),
	} {
		if other, twice := seen[h]; twice {
			t.Errorf("%s and %s have one index", text, other)
		}
		seen[h] = text
	}
	if k.Index(393331234567) != k.Index(393331234567) {
		t.Error("an index changes")
	}
}

func TestSealNumber(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 1)
	for _, n := range []policy.Number{0, 1, 393331234567, 1<<64 - 1} {
		sealed, err := k.SealNumber(n)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := k.OpenNumber(sealed); err != nil || got != n {
			t.Errorf("%d comes back as %d, %v", n, got, err)
		}
		if _, err := newKeys(t, 2).OpenNumber(sealed); !errors.Is(err, seal.ErrGone) {
			t.Errorf("another key opens it: %v", err)
		}
		for i := range sealed {
			sealed[i] ^= 1
			if _, err := k.OpenNumber(sealed); err == nil {
				t.Errorf("byte %d may be changed", i)
			}
			sealed[i] ^= 1
		}
		if _, err := k.OpenNumber(sealed[:5]); err == nil {
			t.Error("a cut one opens")
		}
		other, err := k.SealNumber(n)
		if err != nil || bytes.Equal(sealed, other) {
			t.Errorf("two seals of one number are equal, %v", err)
		}
	}
}

func TestMonth(t *testing.T) {
	t.Parallel()
	k := newKeys(t, 1)
	month, wrapped, err := k.NewMonth("2026-11")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := k.Month("2026-11", wrapped); err != nil || !bytes.Equal(got, month) {
		t.Errorf("the key comes back as %x, %v", got, err)
	}
	if _, err := k.Month("2026-12", wrapped); !errors.Is(err, seal.ErrGone) {
		t.Errorf("it opens as that of another month: %v", err)
	}
	id := policy.AttemptID{1}
	sealed, err := k.SealIndex(month, id, k.Index(39333))
	if err != nil {
		t.Fatal(err)
	}
	if h, err := k.OpenIndex(month, id, sealed); err != nil || h != k.Index(39333) {
		t.Errorf("the index comes back as %x, %v", h, err)
	}
	if _, err := k.OpenIndex(month, policy.AttemptID{2}, sealed); !errors.Is(err, seal.ErrGone) {
		t.Errorf("it opens for another attempt: %v", err)
	}
}

func TestSubjectSeals(t *testing.T) {
	t.Parallel()
	s := subjects(t, newKeys(t, 1), &seal.MemoryFile{}, memory.New(), 0)
	one, two := key(t, s, 1), key(t, s, 2)
	id, other := policy.AttemptID{1}, policy.AttemptID{2}
	random := rand.NewChaCha8([32]byte{9})
	sealed, commitment, err := one.Seal(id, []byte("personal"), random)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := one.Open(id, sealed, commitment); err != nil || string(got) != "personal" {
		t.Errorf("it comes back as %q, %v", got, err)
	}
	again, sameCommitment, err := one.Seal(id, []byte("personal"), random)
	if err != nil || bytes.Equal(sealed, again) || commitment != sameCommitment {
		t.Errorf("sealed again: equal %t, commitments %x and %x, %v", bytes.Equal(sealed, again), commitment, sameCommitment, err)
	}
	if _, c, _ := one.Seal(other, []byte("personal"), random); c == commitment {
		t.Error("two attempts have one commitment")
	}
	if _, err := two.Open(id, sealed, commitment); !errors.Is(err, seal.ErrGone) {
		t.Errorf("another subject opens it: %v", err)
	}
	if _, err := one.Open(other, sealed, commitment); !errors.Is(err, seal.ErrGone) {
		t.Errorf("it opens for another attempt: %v", err)
	}
	if _, err := one.Open(id, sealed, [32]byte{}); err == nil || errors.Is(err, seal.ErrGone) {
		t.Errorf("it opens with another commitment: %v", err)
	}
}

// subjects opens the subject keys of a node as a start does.
func subjects(t *testing.T, k *seal.Keys, f seal.File, rows store.Reader, cached int) *seal.Subjects {
	t.Helper()
	s, err := seal.NewSubjects(f, rows, k, cached)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func index(n int) (h seal.Index) {
	binary.BigEndian.PutUint32(h[:], uint32(n))
	return h
}

func key(t *testing.T, s *seal.Subjects, n int) seal.Subject {
	t.Helper()
	k, err := s.Key(index(n))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// commit does what the committer does with fresh slots.
func commit(t *testing.T, s *seal.Subjects, st store.Store) int {
	t.Helper()
	rows, err := s.Sync()
	if err != nil {
		t.Fatal(err)
	}
	if err := st.Commit(store.Batch{Put: rows}); err != nil {
		t.Fatal(err)
	}
	s.Stored()
	return len(rows)
}

func TestSubjectsSurvive(t *testing.T) {
	t.Parallel()
	for _, cached := range []int{0, 1} {
		keys, f, st := newKeys(t, 1), &seal.MemoryFile{}, memory.New()
		want := map[int]seal.Subject{}
		distinct := map[seal.Subject]bool{}
		for start := range 3 {
			s := subjects(t, keys, f, st, cached)
			for n := range 100 * (start + 1) {
				k := key(t, s, n)
				if old, known := want[n]; known && old != k {
					t.Fatalf("number %d has another key after a start", n)
				}
				want[n] = k
				distinct[k] = true
				if n%7 == 0 {
					commit(t, s, st)
				}
			}
			commit(t, s, st)
			if n := commit(t, s, st); n != 0 {
				t.Errorf("%d rows are committed again", n)
			}
			st = st.Crash()
		}
		if len(distinct) != 300 {
			t.Errorf("300 numbers have %d keys", len(distinct))
		}
	}
}

// TestSubjectsOfAFailedCommit: the rows are repeated until they are stored,
// and slots that no row names are not given out again.
func TestSubjectsOfAFailedCommit(t *testing.T) {
	t.Parallel()
	keys, f, st := newKeys(t, 1), &seal.MemoryFile{}, memory.New()
	s := subjects(t, keys, f, st, 0)
	k := key(t, s, 1)
	for range 3 {
		rows, err := s.Sync()
		if err != nil || len(rows) != 1 {
			t.Fatalf("rows %v, %v", rows, err)
		}
		if key(t, s, 1) != k {
			t.Fatal("the key changed")
		}
	}
	s = subjects(t, keys, f, st, 0) // a crash: no row was stored
	if _, err := s.Find(index(1)); !errors.Is(err, seal.ErrGone) {
		t.Fatalf("a key without a row is found: %v", err)
	}
	if key(t, s, 1) == k {
		t.Fatal("the slot was given out again")
	}
}

// TestSubjectsSyncFirst: the file is synced before the rows are given, once a
// page and not at all when nothing is new.
func TestSubjectsSyncFirst(t *testing.T) {
	t.Parallel()
	keys, f, st := newKeys(t, 1), &seal.MemoryFile{}, memory.New()
	s := subjects(t, keys, f, st, 0)
	for n := range 130 {
		key(t, s, n)
		commit(t, s, st)
		if want := n/64 + 1; f.Syncs() != want {
			t.Fatalf("%d syncs after %d numbers, want %d", f.Syncs(), n+1, want)
		}
	}
}

func TestErase(t *testing.T) {
	t.Parallel()
	keys, f, st := newKeys(t, 1), &seal.MemoryFile{}, memory.New()
	s := subjects(t, keys, f, st, 0)
	one, two := key(t, s, 1), key(t, s, 2)
	commit(t, s, st)
	three := key(t, s, 3) // not stored yet
	before, syncs := f.Bytes(), f.Syncs()
	for _, n := range []int{1, 3} {
		if err := s.Erase(index(n)); err != nil {
			t.Fatal(err)
		}
		if err := s.Erase(index(n)); !errors.Is(err, seal.ErrGone) {
			t.Errorf("a second erasure of %d: %v", n, err)
		}
		if _, err := s.Find(index(n)); !errors.Is(err, seal.ErrGone) {
			t.Errorf("number %d is still found: %v", n, err)
		}
	}
	if f.Syncs() != syncs+2 {
		t.Errorf("%d syncs for two erasures", f.Syncs()-syncs)
	}
	if rows, err := s.Sync(); err != nil || len(rows) != 0 {
		t.Errorf("an erased slot is still to be named: %v, %v", rows, err)
	}
	after := f.Bytes()
	if !bytes.Equal(after[:64], make([]byte, 64)) || !bytes.Equal(after[64:128], before[64:128]) {
		t.Error("not just the slot of the number was overwritten")
	}
	if err := s.Erase(index(9)); !errors.Is(err, seal.ErrGone) {
		t.Errorf("erasure of a number without key: %v", err)
	}
	if key(t, s, 1) == one || key(t, s, 3) == three {
		t.Error("an erased key came back")
	}
	commit(t, s, st)
	again := key(t, s, 1)
	s = subjects(t, keys, f, st, 0)
	if key(t, s, 1) != again || key(t, s, 2) != two {
		t.Error("keys changed after a start")
	}
}

// TestShortFile: without sync a power loss may shorten the file; its lost
// slots are gone, not an error.
func TestShortFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "subjects.keys")
	keys, st := newKeys(t, 1), memory.New()
	f, err := seal.OpenFile(path, true)
	if err != nil {
		t.Fatal(err)
	}
	s := subjects(t, keys, f, st, 0)
	one := key(t, s, 1)
	two := key(t, s, 2)
	commit(t, s, st)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 100); err != nil {
		t.Fatal(err)
	}
	if f, err = seal.OpenFile(path, false); err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s = subjects(t, keys, f, st, 0)
	if key(t, s, 1) != one {
		t.Error("the slot that is whole changed")
	}
	if _, err := s.Find(index(2)); !errors.Is(err, seal.ErrGone) {
		t.Errorf("the cut slot: %v", err)
	}
	if key(t, s, 2) == two {
		t.Error("a lost key came back")
	}
}

func TestWrongMasterKey(t *testing.T) {
	t.Parallel()
	keys, f, st := newKeys(t, 1), &seal.MemoryFile{}, memory.New()
	s := subjects(t, keys, f, st, 0)
	key(t, s, 1)
	commit(t, s, st)
	other, err := seal.NewSubjects(f, st, newKeys(t, 2), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.Find(index(1)); !errors.Is(err, seal.ErrGone) {
		t.Errorf("another master key opens a slot: %v", err)
	}
}

func BenchmarkSeal(b *testing.B) {
	k, err := seal.NewKeys(rand.NewChaCha8([32]byte{}))
	if err != nil {
		b.Fatal(err)
	}
	s, err := seal.NewSubjects(&seal.MemoryFile{}, memory.New(), k, 0)
	if err != nil {
		b.Fatal(err)
	}
	random, personal := rand.NewChaCha8([32]byte{}), make([]byte, 300)
	b.ReportAllocs()
	for b.Loop() {
		subject, err := s.Key(k.Index(393331234567))
		if err != nil {
			b.Fatal(err)
		}
		if _, _, err := subject.Seal(policy.AttemptID{}, personal, random); err != nil {
			b.Fatal(err)
		}
	}
}
