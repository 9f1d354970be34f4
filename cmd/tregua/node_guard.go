package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"tregua/configs"
	"tregua/policy/rights"
)

// guarded are the parts of node.data that only this program writes, and what nobody else
// may do there. The log is public: its tiles may be served. What folders take and give
// (incoming, outgoing, reports) is shared on purpose.
var guarded = []struct {
	part   string
	others fs.FileMode
}{
	{"state", 0o006}, {"ledger", 0o006}, {"sets", 0o006}, {"subjects.keys", 0o006}, {"log", 0o002},
}

// guard refuses data and keys that are somebody else's, that this process cannot use, or
// that others can: a start that finds it out later has written half of what it should,
// and numbers or keys that others read are out for good. It goes by modes and owners, so
// that root learns what its daemon, which is not root, would meet.
func guard(c *configs.Config, uid uint32) error {
	var found []error
	data, err := os.Stat(c.Node.Data)
	if err == nil {
		for _, part := range guarded {
			found = append(found, (&guarding{uid: uid, root: c.Node.Data, open: data.Mode()&0o001 != 0, others: part.others}).part(part.part)...)
		}
	} else if errors.Is(err, fs.ErrPermission) {
		found = append(found, unusable(err))
	}
	for _, name := range []string{"node.keys", "log.key", rights.RegisterName} {
		found = append(found, (&guarding{uid: uid, root: c.Node.Keys, open: true, others: 0o077}).part(name)...)
	}
	if info, err := os.Stat(c.Node.Keys); err == nil && info.Mode()&0o002 != 0 {
		found = append(found, fmt.Errorf("%s: mode %04o lets others put keys of theirs in; run chmod o-w on it", c.Node.Keys, info.Mode().Perm()))
	}
	switch len(found) {
	case 0:
		return nil
	case 1:
		return found[0]
	}
	return fmt.Errorf("%w; and %d more like it", found[0], len(found)-1)
}

// guarding looks at a directory.
type guarding struct {
	uid    uint32
	root   string
	open   bool        // others can go into root
	others fs.FileMode // what they may not do with a file

	closed string // the directory that is walked, into which others cannot go
	found  []error
}

// part looks at a file or a directory of root, with all that is in it.
func (g *guarding) part(name string) []error {
	_ = filepath.WalkDir(filepath.Join(g.root, name), func(path string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission):
			g.found = append(g.found, unusable(err))
			return fs.SkipDir
		case err != nil, e.Type()&fs.ModeSymlink != 0:
			return nil //nolint:nilerr // there is none yet, it is gone meanwhile, or who opens it tells
		}
		if info, err := e.Info(); err == nil {
			g.visit(path, info)
		}
		if e.IsDir() && strings.HasPrefix(e.Name(), "x") && strings.Contains(path, "/log/tile/") {
			return fs.SkipDir // a thousand tiles, of a log that has millions
		}
		return nil
	})
	return g.found
}

// visit looks at one file or directory, and remembers whether others can get below it.
func (g *guarding) visit(path string, info fs.FileInfo) {
	if !strings.HasPrefix(path, g.closed) {
		g.closed = ""
	}
	if fault := g.look(path, info, g.open && g.closed == ""); fault != nil {
		g.found = append(g.found, fault)
	}
	if info.IsDir() && g.closed == "" && info.Mode()&0o001 == 0 {
		g.closed = path + string(filepath.Separator)
	}
}

// unusable adds the mend to an error of the system.
func unusable(err error) error {
	return fmt.Errorf("%w; give it to the user of the daemon with chown, or run chmod u+rwx on it", err)
}

// look says what is wrong with one file or directory; reachable says that others can
// get to it.
func (g *guarding) look(path string, info fs.FileInfo, reachable bool) error {
	mode, need, give, others := info.Mode().Perm(), fs.FileMode(0o600), "u+rw", g.others
	if info.IsDir() {
		need, give, others = 0o700, "u+rwx", 0o002 // who reads a directory has names only
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && s.Uid != g.uid {
		return fmt.Errorf("%s belongs to user %d, and tregua runs as user %d; run it as that one, or run chown %d on the file", path, s.Uid, g.uid, g.uid)
	}
	switch {
	case mode&need != need:
		return fmt.Errorf("%s: mode %04o keeps tregua from it; run chmod %s on it", path, mode, give)
	case reachable && mode&others != 0:
		return fmt.Errorf("%s: mode %04o lets others read or write it; run chmod go-rwx on it, or on the directory that it is in", path, mode)
	}
	return nil
}
