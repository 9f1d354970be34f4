package book

import (
	"iter"
	"os"
	"runtime"

	"golang.org/x/sys/unix"

	"tregua/policy"
	"tregua/policy/numbers"
)

// mapFrom is the size, in bytes, from which on a file is mapped: its pages are
// then the kernel's to drop and to read again, not memory of ours.
//
// A mapped file that is cut short ends the process (SIGBUS) at the next look at
// what is gone. Nothing does that: a set never changes after the rename that
// gave it its name, its directory is ours alone (0700), and what is removed
// stays as long as it is mapped. Every byte is read once at the start, for the
// checksum, so a file that is short already is found then.
const mapFrom = 1 << 20

// fileBytes is the content of a file.
type fileBytes struct {
	bytes   []byte
	mapping *memoryMap // nil: bytes are in memory
}

// memoryMap is a file that is mapped until nobody holds it.
type memoryMap struct{ bytes []byte }

// readFile returns the content of a file: mapped when it is large.
func readFile(path string) (fileBytes, error) {
	f, err := os.Open(path)
	if err != nil {
		return fileBytes{}, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fileBytes{}, err
	}
	if info.Size() < mapFrom {
		data, err := os.ReadFile(path)
		return fileBytes{bytes: data}, err
	}
	data, err := unix.Mmap(int(f.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return fileBytes{}, &os.PathError{Op: "mmap", Path: path, Err: err}
	}
	m := &memoryMap{data}
	runtime.AddCleanup(m, func(data []byte) { _ = unix.Munmap(data) }, data) // data is what Mmap gave
	return fileBytes{bytes: data, mapping: m}, nil
}

// keep returns a set that lies in the bytes and keeps them mapped.
func (f fileBytes) keep(set numbers.Set) numbers.Set {
	if f.mapping == nil {
		return set
	}
	return &mappedSet{set, f.mapping}
}

// mappedSet is a set whose bytes are mapped. The collector does not see that
// the set lies in them: each method holds the mapping until it has its answer.
type mappedSet struct {
	set     numbers.Set
	mapping *memoryMap
}

var _ numbers.Set = (*mappedSet)(nil)

// Contains reports whether n is in the set.
func (s *mappedSet) Contains(n policy.Number) bool {
	found := s.set.Contains(n)
	runtime.KeepAlive(s.mapping)
	return found
}

// Find returns the place of n among the members in ascending order.
func (s *mappedSet) Find(n policy.Number) (place int, ok bool) {
	place, ok = s.set.Find(n)
	runtime.KeepAlive(s.mapping)
	return place, ok
}

// Len returns how many numbers there are.
func (s *mappedSet) Len() int { return s.set.Len() }

// Each yields every number once, in ascending order.
func (s *mappedSet) Each() iter.Seq[policy.Number] {
	return func(yield func(policy.Number) bool) {
		defer runtime.KeepAlive(s.mapping)
		for n := range s.set.Each() {
			if !yield(n) {
				return
			}
		}
	}
}
