package badger

import (
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"tregua/policy/store"
)

// TestRoom: on a disk that is full, read-only or does not answer no commit begins,
// what is stored can be read, and once it is well again commits go on.
func TestRoom(t *testing.T) {
	t.Parallel()
	s, err := Open(Config{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	put := func(key string) error {
		return s.Commit(store.Batch{Put: []store.Row{{Key: []byte(key), Value: []byte("1")}}})
	}
	if err := put("before"); err != nil {
		t.Fatal(err)
	}
	well := s.statfs
	gone := errors.New("no such disk")
	for name, c := range map[string]struct {
		disk unix.Statfs_t
		err  error
		want error
	}{
		"full":      {unix.Statfs_t{Bsize: 4096, Bavail: reserve/4096 - 1}, nil, errFull},
		"read-only": {unix.Statfs_t{Bsize: 4096, Bavail: reserve, Flags: unix.ST_RDONLY}, nil, errReadOnly},
		"gone":      {unix.Statfs_t{}, gone, gone},
	} {
		s.statfs = func(_ string, disk *unix.Statfs_t) error { *disk = c.disk; return c.err }
		if err := put(name); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		_, there, err := s.Get([]byte(name))
		_, before, err2 := s.Get([]byte("before"))
		if there || !before || errors.Join(err, err2) != nil {
			t.Errorf("%s: written %t, read %t, %v, %v", name, there, before, err, err2)
		}
	}
	s.statfs = well
	if err := put("after"); err != nil {
		t.Error(err)
	}
}
