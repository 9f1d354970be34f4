package seal

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Mark names one subject key without telling it: the slot where it stands and
// the SHA-256 of its wrapped form. The same key has the same mark in every copy
// of the slot file, and no later key has it.
type Mark struct {
	Slot uint32
	Sum  [sha256.Size]byte
}

// Mark returns the mark of the subject key of h, for [Subjects.EraseMarked].
// [ErrGone]: it has none, or was erased.
func (s *Subjects) Mark(h Index) (Mark, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(h)
	if err != nil {
		return Mark{}, err
	}
	sum, err := s.sum(k.slot)
	return Mark{k.slot, sum}, err
}

// EraseMarked overwrites the subject key that has the mark, and syncs. It
// reports whether the file had it: a slot that is empty, beyond the end, or of
// another key is left alone.
func (s *Subjects) EraseMarked(m Mark) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sum, err := s.sum(m.Slot)
	if err != nil || sum != m.Sum {
		return false, err
	}
	if err := s.wipe(m.Slot); err != nil {
		return false, err
	}
	for _, h := range slices.Concat(s.cache.Keys(), s.order) {
		if k, err := s.find(h); err == nil && k.slot == m.Slot {
			s.forget(h)
		}
	}
	return true, nil
}

// sum is of a slot as it stands; one that is not whole has the sum of zeros,
// which no key has.
func (s *Subjects) sum(slot uint32) ([sha256.Size]byte, error) {
	var b [slotSize]byte
	if _, err := s.file.ReadAt(b[:], int64(slot)*slotSize); err != nil {
		if !errors.Is(err, io.EOF) {
			return [sha256.Size]byte{}, fmt.Errorf("read slot %d of the subject keys: %w", slot, err)
		}
		b = [slotSize]byte{}
	}
	return sha256.Sum256(b[:]), nil
}

// wipe overwrites a slot and syncs.
func (s *Subjects) wipe(slot uint32) error {
	if _, err := s.file.WriteAt(make([]byte, slotSize), int64(slot)*slotSize); err != nil {
		return fmt.Errorf("erase slot %d of the subject keys: %w", slot, err)
	}
	if err := s.file.Sync(); err != nil {
		return fmt.Errorf("erase slot %d of the subject keys: %w", slot, err)
	}
	return nil
}
