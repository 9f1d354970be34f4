package seal

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
)

// DiskFile is a slot file on a disk.
type DiskFile struct {
	*os.File
	sync bool
}

// OpenFile opens or creates the slot file. Without sync, [DiskFile.Sync] does
// nothing: what was written survives the end of the process only.
func OpenFile(path string, sync bool) (*DiskFile, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("subject keys %s: %w; mend its mode, or restore it from a backup", path, bare(err))
	}
	if sync {
		if err := syncDir(filepath.Dir(path)); err != nil {
			return nil, fmt.Errorf("subject keys: %w", errors.Join(err, f.Close()))
		}
	}
	return &DiskFile{f, sync}, nil
}

// Size returns the length in bytes.
func (f *DiskFile) Size() (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Sync makes what was written survive a power loss.
func (f *DiskFile) Sync() error {
	if !f.sync {
		return nil
	}
	return f.File.Sync()
}

// MemoryFile is a slot file in memory; the zero value is empty. It survives
// what the simulation calls a crash and is safe for concurrent use.
type MemoryFile struct {
	mu    sync.Mutex // protects the fields below
	data  []byte
	syncs int
	fault error
}

// ReadAt reads as [io.ReaderAt].
func (f *MemoryFile) ReadAt(p []byte, at int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if at >= int64(len(f.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.data[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt writes as [io.WriterAt].
func (f *MemoryFile) WriteAt(p []byte, at int64) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if end := at + int64(len(p)); end > int64(len(f.data)) {
		f.data = append(f.data, make([]byte, end-int64(len(f.data)))...)
	}
	return copy(f.data[at:], p), nil
}

// Size returns the length in bytes.
func (f *MemoryFile) Size() (int64, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return int64(len(f.data)), nil
}

// Sync counts.
func (f *MemoryFile) Sync() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.syncs++
	return f.fault
}

// FailSync makes every later Sync return err; nil mends it.
func (f *MemoryFile) FailSync(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault = err
}

// Syncs tells how often the file was synced.
func (f *MemoryFile) Syncs() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.syncs
}

// Bytes returns a copy of the content.
func (f *MemoryFile) Bytes() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]byte(nil), f.data...)
}
