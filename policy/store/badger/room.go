package badger

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// reserve is what must be free on the disk for a commit, in bytes: two memory
// tables of a daemon's store and of a month, and what is merged meanwhile. Badger
// writes to mapped files, and a page of one that the disk has no room for ends the
// process (SIGBUS): a commit that may meet one must not begin.
const reserve = 128 << 20

// The reasons why a commit does not begin.
var (
	errFull     = fmt.Errorf("less than %d MB of the disk are free", reserve>>20)
	errReadOnly = errors.New("the disk is read-only")
)

// room returns nil when the disk of dir takes a commit.
func room(dir string, statfs func(string, *unix.Statfs_t) error) error {
	var s unix.Statfs_t
	if err := statfs(dir, &s); err != nil {
		return fmt.Errorf("see what is free on the disk: %w", err)
	}
	switch {
	case s.Flags&unix.ST_RDONLY != 0:
		return errReadOnly
	case s.Bavail*uint64(s.Bsize) < reserve:
		return errFull
	}
	return nil
}

// readOnly tries to write to the disk of dir: one that turned read-only after an
// error still says of itself that it is not (ext4 since Linux 6.14).
func readOnly(dir string) bool {
	fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_WRONLY|unix.O_CLOEXEC, 0o600)
	if err == nil {
		_ = unix.Close(fd) // nothing was written
	}
	return errors.Is(err, unix.EROFS)
}
