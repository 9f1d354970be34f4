package seal_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/memory"
)

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
