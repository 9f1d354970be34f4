package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// stranger is a user who is not the one of the tests.
const stranger = 65533

// misuses are what happens to a file or a directory; open is the mode of what it lies
// in, up to the data, and may is that a start takes no offence.
var misuses = []struct {
	name      string
	file, dir fs.FileMode
	open      fs.FileMode
	owner     int
	may       bool
	says      string
}{
	{"unreadable", 0o200, 0o300, 0o700, -1, false, "run chmod u+rw"},
	{"unwritable", 0o400, 0o500, 0o700, -1, false, "run chmod u+rw"},
	{"without any right", 0, 0, 0o700, -1, false, "run chmod u+rw"},
	{"open to all, in data that is open", 0o666, 0o777, 0o755, -1, false, "run chmod go-rwx"},
	{"open to all, in data that is closed", 0o666, 0o777, 0o700, -1, true, ""},
	{"somebody else's", 0o600, 0o700, 0o700, stranger, false, fmt.Sprintf("run chown %d", os.Geteuid())},
}

// TestGuardedData gives each file and directory of the data wrong modes and another
// owner: a start names it and says what to do, before it has written anything.
func TestGuardedData(t *testing.T) {
	t.Parallel()
	config := furnished(t, "23000-23499")
	want, err := kept(config)
	if err != nil {
		t.Fatal(err)
	}
	files, dirs := contents(t, config.Node.Data)
	for _, name := range append(files, dirs...) {
		for _, m := range misuses {
			if m.owner == stranger && os.Geteuid() != 0 {
				continue // only root gives files away; TestGuardOwner asks as somebody else
			}
			t.Run(name+" "+m.name, func(t *testing.T) {
				t.Parallel()
				c := *config
				c.Node.Data, c.Node.Keys = filepath.Join(t.TempDir(), "data"), filepath.Join(t.TempDir(), "keys")
				if err := errors.Join(duplicate(c.Node.Data, config.Node.Data), duplicate(c.Node.Keys, config.Node.Keys)); err != nil {
					t.Fatal(err)
				}
				path := filepath.Join(c.Node.Data, name)
				for dir := filepath.Dir(path); strings.HasPrefix(dir, c.Node.Data); dir = filepath.Dir(dir) {
					if err := os.Chmod(dir, m.open); err != nil {
						t.Fatal(err)
					}
				}
				mode := m.file
				if info, err := os.Stat(path); err != nil || info.IsDir() {
					mode = m.dir
				}
				if err := errors.Join(os.Chmod(path, mode), os.Lchown(path, m.owner, -1)); err != nil {
					t.Fatal(err)
				}
				got, err := kept(&c)
				_ = os.Chmod(path, 0o700) // so that the test can take it away
				switch {
				case m.may && (err != nil || got != want):
					t.Errorf("a start has %+v, %v", got, err)
				case !m.may && (err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), m.says)):
					t.Errorf("a start says %v, want %s and %q", err, path, m.says)
				}
			})
		}
	}
}

// TestGuardedKeys: the same of the keys, which nobody else reads at all.
func TestGuardedKeys(t *testing.T) {
	t.Parallel()
	config := furnished(t, "23500-23999")
	for name, wrong := range map[string][]fs.FileMode{
		"node.keys": {0o640, 0o100}, "log.key": {0o604, 0o400}, "erased": {0o660, 0}, ".": {0o777},
	} {
		path := filepath.Join(config.Node.Keys, name)
		was, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, mode := range wrong {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			if _, err := kept(config); err == nil || !strings.Contains(err.Error(), path+": mode") || !strings.Contains(err.Error(), "run chmod") {
				t.Errorf("%s with mode %o: a start says %v", name, mode, err)
			}
		}
		if err := os.Chmod(path, was.Mode()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := kept(config); err != nil {
		t.Errorf("all is right again, and a start says %v", err)
	}
}

// TestGuardOwner asks as another user: everything is somebody else's, the first is named.
func TestGuardOwner(t *testing.T) {
	t.Parallel()
	config := furnished(t, "24000-24499")
	err := guard(config, stranger)
	if err == nil || !strings.Contains(err.Error(), filepath.Join(config.Node.Data, "state")+" belongs to user ") || !strings.Contains(err.Error(), fmt.Sprintf("run chown %d", stranger)) {
		t.Errorf("it says %v", err)
	}
	if err := guard(config, uint32(os.Geteuid())); err != nil {
		t.Errorf("to its own user it says %v", err)
	}
}
