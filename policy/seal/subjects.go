package seal

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"tregua/policy/store"
)

// File is what [Subjects] needs of subjects.keys: [OpenFile] on a disk,
// [MemoryFile] in the simulation.
type File interface {
	io.ReaderAt
	io.WriterAt
	Size() (int64, error)
	Sync() error
}

// A slot is 64 bytes: a version byte, three zeros, nonce, wrapped key, tag. A
// slot that was erased is all zeros. Slots are drawn a page at a time, so one
// sync serves pageSlots new numbers; those a crash leaves unused are harmless.
const (
	slotSize    = 64
	slotVersion = 1
	pageSlots   = 64
)

// SlotPrefix begins the rows `32 H` that name the slot of a number.
const SlotPrefix = 0x32

// Subjects gives each number its subject key. It owns the slot file; of the
// store it reads the rows `32 H` and leaves their writing to the committer. It
// is safe for concurrent use.
type Subjects struct {
	file   File
	rows   store.Reader
	wrap   cipher.AEAD
	random io.Reader

	mu     sync.Mutex // protects the fields below
	cache  *simplelru.LRU[Index, slotKey]
	fresh  map[Index]slotKey // named by no committed row yet
	order  []Index           // of fresh, oldest first
	spare  []slotKey         // drawn, written, given to nobody
	size   uint32            // slots in the file
	behind bool              // the file has writes that are not synced
}

// slotKey is a subject key and the place where it is kept.
type slotKey struct {
	slot    uint32
	subject Subject
}

// NewSubjects returns the subject keys kept in file and named by the rows of
// rows. It keeps up to cached of them unwrapped in memory (0: 65536).
func NewSubjects(file File, rows store.Reader, keys *Keys, cached int) (*Subjects, error) {
	if cached <= 0 {
		cached = 1 << 16
	}
	size, err := file.Size()
	if err != nil {
		return nil, fmt.Errorf("subject keys: %w", err)
	}
	cache, err := simplelru.NewLRU[Index, slotKey](cached, nil)
	if err != nil {
		return nil, err
	}
	return &Subjects{
		file: file, rows: rows, wrap: keys.wrap, random: keys.random, cache: cache,
		fresh: map[Index]slotKey{}, size: uint32((size + slotSize - 1) / slotSize),
	}, nil
}

// Key returns the subject key of h, and gives h a new one when it has none or
// when it was erased. The rows that name new slots come from [Subjects.Sync].
func (s *Subjects) Key(h Index) (Subject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(h)
	if err == nil || !errors.Is(err, ErrGone) {
		return k.subject, err
	}
	if len(s.spare) == 0 {
		if err := s.draw(); err != nil {
			return Subject{}, fmt.Errorf("subject keys: %w", err)
		}
	}
	k, s.spare = s.spare[0], s.spare[1:]
	s.fresh[h] = k
	s.order = append(s.order, h)
	return k.subject, nil
}

// Find returns the subject key of h. [ErrGone]: it has none, or was erased.
func (s *Subjects) Find(h Index) (Subject, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(h)
	return k.subject, err
}

// Sync makes the slots durable and returns the rows that name those given out
// since [Subjects.Stored]: they belong into the next commit.
func (s *Subjects) Sync() ([]store.Row, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.behind && len(s.order) > 0 {
		if err := s.file.Sync(); err != nil {
			return nil, fmt.Errorf("sync subject keys: %w", err)
		}
		s.behind = false
	}
	var rows []store.Row
	for _, h := range s.order {
		rows = append(rows, store.Row{Key: slotRow(h), Value: binary.BigEndian.AppendUint32([]byte{slotVersion}, s.fresh[h].slot)})
	}
	return rows, nil
}

// Stored says that the rows of the last [Subjects.Sync] are committed. Nothing
// may have been given out in between, so one goroutine calls Key, Sync and
// Stored.
func (s *Subjects) Stored() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, h := range s.order {
		s.cache.Add(h, s.fresh[h])
	}
	clear(s.fresh)
	s.order = s.order[:0]
}

// Erase overwrites the subject key of h and syncs: whatever was sealed under
// it, in every row and backup of the store, is dead when Erase returns.
// [ErrGone]: there was none.
func (s *Subjects) Erase(h Index) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	k, err := s.find(h)
	if err != nil {
		return err
	}
	if err := s.wipe(k.slot); err != nil {
		return err
	}
	s.forget(h)
	return nil
}

// forget takes the key of h out of memory.
func (s *Subjects) forget(h Index) {
	s.cache.Remove(h)
	delete(s.fresh, h)
	s.order = slices.DeleteFunc(s.order, func(o Index) bool { return o == h })
}

func (s *Subjects) find(h Index) (slotKey, error) {
	if k, ok := s.fresh[h]; ok {
		return k, nil
	}
	if k, ok := s.cache.Get(h); ok {
		return k, nil
	}
	row, found, err := s.rows.Get(slotRow(h))
	if err != nil {
		return slotKey{}, fmt.Errorf("subject keys: %w", err)
	}
	if !found {
		return slotKey{}, ErrGone
	}
	if len(row) != 5 || row[0] != slotVersion {
		return slotKey{}, fmt.Errorf("subject keys: row %x names no slot: %x", slotRow(h), row)
	}
	k := slotKey{slot: binary.BigEndian.Uint32(row[1:])}
	if k.subject, err = s.read(k.slot); err == nil {
		s.cache.Add(h, k)
	}
	return k, err
}

// read unwraps a slot. A slot that the file does not have any more (it was
// longer before a power loss without sync) is gone like one that was erased.
func (s *Subjects) read(slot uint32) (Subject, error) {
	var b [slotSize]byte
	if _, err := s.file.ReadAt(b[:], int64(slot)*slotSize); err != nil && !errors.Is(err, io.EOF) {
		return Subject{}, fmt.Errorf("read slot %d of the subject keys: %w", slot, err)
	}
	if b[0] != slotVersion {
		return Subject{}, ErrGone
	}
	k, err := unbox(s.wrap, b[4:], slotPurpose(slot))
	if err != nil {
		return Subject{}, err
	}
	return Subject{key(k)}, nil
}

// draw writes a page of new slots at the end of the file.
func (s *Subjects) draw() error {
	page := make([]byte, 0, pageSlots*slotSize)
	keys := make([]slotKey, 0, pageSlots)
	for slot := s.size; slot < s.size+pageSlots; slot++ {
		k := slotKey{slot: slot}
		if _, err := io.ReadFull(s.random, k.subject.secret[:]); err != nil {
			return err
		}
		wrapped, err := box(s.wrap, s.random, k.subject.secret[:], slotPurpose(slot))
		if err != nil {
			return err
		}
		page = append(append(page, slotVersion, 0, 0, 0), wrapped...)
		keys = append(keys, k)
	}
	if _, err := s.file.WriteAt(page, int64(s.size)*slotSize); err != nil {
		return err
	}
	s.spare, s.size, s.behind = keys, s.size+pageSlots, true
	return nil
}

func slotPurpose(slot uint32) string { return "slot " + strconv.FormatUint(uint64(slot), 10) }

func slotRow(h Index) []byte { return append([]byte{SlotPrefix}, h[:]...) }
