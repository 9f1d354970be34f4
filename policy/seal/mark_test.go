package seal_test

import (
	"errors"
	"testing"

	"tregua/policy/seal"
	"tregua/policy/store/memory"
)

// TestEraseMarked: a copy of the slot file that was made before an erasure has
// the key again, and its mark finds it there; a key that the number was given
// later stays.
func TestEraseMarked(t *testing.T) {
	t.Parallel()
	keys, f, st := newKeys(t, 1), &seal.MemoryFile{}, memory.New()
	s := subjects(t, keys, f, st, 0)
	key(t, s, 1)
	two := key(t, s, 2)
	commit(t, s, st)
	backup := f.Bytes()
	mark, err := s.Mark(index(1))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Erase(index(1)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Mark(index(1)); !errors.Is(err, seal.ErrGone) {
		t.Errorf("the mark of an erased key: %v", err)
	}
	if had, err := s.EraseMarked(mark); had || err != nil {
		t.Errorf("an erased key is erased again: %t, %v", had, err)
	}
	later := key(t, s, 1)
	commit(t, s, st)

	if _, err := f.WriteAt(backup[:128], 0); err != nil {
		t.Fatal(err)
	}
	for _, want := range []bool{true, false} {
		if had, err := s.EraseMarked(mark); had != want || err != nil {
			t.Errorf("in the copy: %t, %v, want %t", had, err, want)
		}
	}
	s = subjects(t, keys, f, st, 0)
	if key(t, s, 1) != later || key(t, s, 2) != two {
		t.Error("a key was erased that has not the mark")
	}
	if had, err := s.EraseMarked(seal.Mark{Slot: 1 << 20}); had || err != nil {
		t.Errorf("beyond the end: %t, %v", had, err)
	}
}

// TestEraseMarkedForgets: a key that is known in memory is gone with its slot,
// named by a committed row or not.
func TestEraseMarkedForgets(t *testing.T) {
	t.Parallel()
	for _, committed := range []bool{false, true} {
		s := subjects(t, newKeys(t, 1), &seal.MemoryFile{}, memory.New(), 0)
		key(t, s, 1)
		mark, err := s.Mark(index(1))
		if err != nil {
			t.Fatal(err)
		}
		if committed {
			s.Stored()
		}
		if had, err := s.EraseMarked(mark); !had || err != nil {
			t.Fatalf("%t, %v", had, err)
		}
		if _, err := s.Find(index(1)); !errors.Is(err, seal.ErrGone) {
			t.Errorf("committed %t: it is still found: %v", committed, err)
		}
		if rows, err := s.Sync(); err != nil || len(rows) != 0 {
			t.Errorf("committed %t: it is still to be named: %v, %v", committed, rows, err)
		}
	}
}
