package configs

import (
	"fmt"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"

	"tregua/policy/book"
)

// dispositions reads a folder of files with what agents enter.
func (r *reader) dispositions(path string, n ast.Node) Dispositions {
	s := r.open(path, n)
	defer s.end()
	d := Dispositions{
		Folder:     value(s, "folder", "", r.path),
		CallCentre: value(s, "call_centre", "", readSlug),
		Every:      value(s, "every", 5*time.Second, readEvery),
		Format: book.Format{
			Delimiter: value(s, "delimiter", "", readText),
			Encoding:  value(s, "encoding", "", readText),
			Numbers:   value(s, "numbers", "", readText),
		},
	}
	for i, item := range s.items("columns") {
		d.Format.Columns = append(d.Format.Columns, scalar(r, s.item("columns", i), item, "", readText))
	}
	s.missing("folder", "name a directory of this call centre's own")
	s.missing("call_centre", "say whose agents enter them, as entered with `tregua apply`")
	if err := book.CheckDispositionFormat(d.Format); err != nil {
		r.wrong(path, "%v", err)
	}
	return d
}

// readEvery reads how often a folder is looked at.
func readEvery(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%q is no duration; write as 5s", text)
	case d < time.Second || d > time.Hour:
		return 0, fmt.Errorf("%s is no time between two looks; use 1s to 1h", text)
	}
	return d, nil
}

// watched is a folder from which files are taken, and its key in the config.
type watched struct{ dir, key string }

// checkFolders holds that a folder is taken from by one, and lies apart from what
// tregua keeps.
func (r *reader) checkFolders(c *Config) {
	var before []watched
	for i, d := range c.Dispositions {
		before = r.checkFolder(c, before, watched{d.Folder, item("dispositions", i, "folder")})
	}
	for i, d := range c.Reconcile {
		before = r.checkFolder(c, before, watched{d.Folder, item("reconcile", i, "folder")})
	}
}

// checkFolder checks one folder against those before it, and adds it to them.
func (r *reader) checkFolder(c *Config, before []watched, f watched) []watched {
	if f.dir == "" {
		return before
	}
	for _, other := range before {
		if within(f.dir, other.dir) || within(other.dir, f.dir) {
			r.wrong(f.key, "lies in the folder of line %d, or the other way round; give each its own", r.nearest(other.key).line)
		}
	}
	for _, own := range []string{"state", "ledger", "sets"} {
		if within(f.dir, c.Node.Data+"/"+own) {
			r.wrong(f.key, "lies in %s of node.data, which is tregua's own; use another, as incoming", own)
		}
	}
	if f.dir == c.Node.Data || within(f.dir, c.Node.Keys) || within(c.Node.Keys, f.dir) {
		r.wrong(f.key, "holds what tregua keeps; give the files a folder of their own")
	}
	return append(before, f)
}

// within reports whether a path is dir or lies in it.
func within(path, dir string) bool {
	return dir != "" && (path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/"))
}
