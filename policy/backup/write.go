package backup

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Where entries stand: rows in chunks below stores, whole files below files.
const (
	storesDir = "stores/"
	filesDir  = "files/"
	stateDir  = "state"
	monthsDir = "ledger/"
	logDir    = "log"
	tilesDir  = logDir + "/tile"
	slots     = "subjects.keys"
)

// chunk is how many bytes of rows an entry has: so many are held in memory, and so
// exactly is damage located.
const chunk = 4 << 20

// Source is a node that is copied. It may be running.
type Source struct {
	Dir     string // node.data
	Name    string // node.name
	Program string // the version of this program
	Keys    *seal.Keys
	State   store.Reader
	Months  *ledger.Months
	Shelf   *ledger.Shelf
	Still   func(use func() error) error // calls use while nothing is purged; nil: nobody purges
}

// Write writes a backup to w and returns what it says of itself. While the stores
// and the proof log are copied no record moves into its month and none is purged; calls
// do not wait.
// After an error, which may be that w takes no more, the backup is none. A store
// that is damaged is not copied: what is missing would go unseen.
func (s *Source) Write(ctx context.Context, w io.Writer, now time.Time) (About, error) {
	c := &copier{Source: s, ctx: ctx, tar: tar.NewWriter(w), now: now}
	still := s.Still
	if still == nil {
		still = func(use func() error) error { return use() }
	}
	if err := still(func() error { return s.Months.Hold(c.stores) }); err != nil {
		return About{}, err
	}
	// A slot is written before the row that names it, and what state had was copied.
	if err := c.file(slots); err != nil {
		return About{}, err
	}
	if err := c.others(); err != nil {
		return About{}, err
	}
	text, err := c.sums.encode(s.Keys)
	if err != nil {
		return About{}, err
	}
	if err := c.entry(sumsName, text); err != nil {
		return About{}, err
	}
	return c.about, c.tar.Close()
}

// copier is one writing of a backup.
type copier struct {
	*Source
	ctx   context.Context
	tar   *tar.Writer
	now   time.Time
	about About
	sums  sums
}

// stores copies what must agree.
func (c *copier) stores() error {
	meta, err := ledger.ReadMeta(c.State)
	if err != nil {
		return err
	}
	c.about = About{Format: Format, At: c.now.UTC().Truncate(time.Second), Program: c.Program, Name: c.Name, Meta: meta}
	if err := c.entry(aboutName, c.about.encode()); err != nil {
		return err
	}
	if err := c.log(); err != nil {
		return err
	}
	if err := c.store(stateDir, c.State); err != nil {
		return err
	}
	months, err := c.Shelf.Months()
	if err != nil {
		return err
	}
	for _, name := range months {
		if err := c.Shelf.With(name, func(st store.Store) error { return c.store(monthsDir+name, st) }); err != nil {
			return err
		}
	}
	return nil
}

// store copies the rows of a store.
func (c *copier) store(name string, st store.Reader) error {
	w := &chunks{copier: c, name: storesDir + name}
	if err := writeRows(w, st); err != nil {
		return err
	}
	return w.end()
}

// chunks makes an entry of every chunk bytes.
type chunks struct {
	*copier
	name  string
	count int
	data  []byte
}

// Write takes bytes.
func (w *chunks) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		n := min(chunk-len(w.data), len(rest))
		w.data = append(w.data, rest[:n]...)
		rest = rest[n:]
		if len(w.data) < chunk {
			break
		}
		if err := w.end(); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// end writes what is left; an empty store has one empty entry.
func (w *chunks) end() error {
	if len(w.data) == 0 && w.count > 0 {
		return nil
	}
	err := w.entry(fmt.Sprintf("%s/%06d", w.name, w.count), w.data)
	w.data, w.count = w.data[:0], w.count+1
	return err
}

// log copies the proof log: its head and the state of its writer first, and the
// tiles, which only grow, as they are after that. So the copy has every tile that its
// head needs.
func (c *copier) log() error {
	var head []string
	err := c.each(logDir, func(name string) {
		if !strings.HasPrefix(name, tilesDir+"/") {
			head = append(head, name)
		}
	})
	if err != nil {
		return err
	}
	for _, name := range head {
		if err := c.file(name); err != nil {
			return err
		}
	}
	return c.tree(tilesDir)
}

// tree copies the files at and below a name in Dir.
func (c *copier) tree(root string) error {
	var names []string
	if err := c.each(root, func(name string) { names = append(names, name) }); err != nil {
		return err
	}
	for _, name := range names {
		if err := c.file(name); err != nil {
			return err
		}
	}
	return nil
}

// others copies what lies beside stores, log and slots. Nothing of it is changed
// once it has its name.
func (c *copier) others() error {
	entries, err := os.ReadDir(c.Dir)
	if err != nil {
		return err
	}
	done := []string{stateDir, strings.TrimSuffix(monthsDir, "/"), logDir, slots, markName}
	for _, e := range entries {
		if slices.Contains(done, e.Name()) {
			continue
		}
		if err := c.tree(e.Name()); err != nil {
			return err
		}
	}
	return nil
}

// unfinished ends the name of what is being written.
const unfinished = ".tmp"

// each gives the files at and below a name in Dir, without what is not finished.
func (c *copier) each(root string, use func(name string)) error {
	return filepath.WalkDir(filepath.Join(c.Dir, root), func(path string, e fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it went meanwhile, or was never there
		}
		if err != nil {
			return err
		}
		if strings.HasSuffix(e.Name(), unfinished) {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if e.Type().IsRegular() {
			name, err := filepath.Rel(c.Dir, path)
			if err != nil {
				return err
			}
			use(filepath.ToSlash(name))
		}
		return nil
	})
}

// file copies a file of Dir as far as it goes now. One that is gone meanwhile was
// replaced or removed for good, and is left out.
func (c *copier) file(name string) error {
	f, err := os.Open(filepath.Join(c.Dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return c.copy(filesDir+name, io.LimitReader(f, info.Size()), info.Size())
}

func (c *copier) entry(name string, data []byte) error {
	return c.copy(name, strings.NewReader(string(data)), int64(len(data)))
}

// copy writes an entry of size bytes and keeps its checksum.
func (c *copier) copy(name string, r io.Reader, size int64) error {
	if err := context.Cause(c.ctx); err != nil {
		return err
	}
	head := tar.Header{Name: name, Size: size, Mode: 0o600, ModTime: c.now, Format: tar.FormatPAX}
	if err := c.tar.WriteHeader(&head); err != nil {
		return fmt.Errorf("backup: %s: %w", name, err)
	}
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(c.tar, h), r); err != nil {
		return fmt.Errorf("backup: %s: %w", name, err)
	}
	one := sum{name: name, size: size}
	h.Sum(one.hash[:0])
	c.sums = append(c.sums, one)
	return nil
}
