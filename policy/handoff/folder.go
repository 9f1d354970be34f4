package handoff

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Folder writes batches to files, a day's records apart and none larger than it
// may be; those that are done are packed with gzip and deleted after a while. The
// names, lines and bounds of files follow from the ledger alone. What was written
// after the cursor is cut off before anything is added, so that a crash neither
// loses nor doubles a line.
type Folder struct {
	config FolderConfig
}

// FolderConfig says where files go.
type FolderConfig struct {
	Sink   string
	Dir    string // made if it is not there
	Format Format
	CallID bool          // as the sink has it: a column
	Max    int64         // bytes of a file before it is packed; over it by one line at most
	Keep   time.Duration // how long a file is kept after its day
	Log    Logger
}

// Logger is told what a folder finds missing.
type Logger interface {
	Warn(message string, args ...any)
}

// NewFolder returns a folder. It touches no file.
func NewFolder(c FolderConfig) *Folder { return &Folder{c} }

// Take adds a batch to the files. When it returns nil the lines survive a power
// loss.
func (f *Folder) Take(_ context.Context, b *Batch, p Place) (Place, error) {
	if err := f.mend(b.From, &p); err != nil {
		return p, err
	}
	w := writing{folder: f, place: p}
	defer w.drop()
	for i := range b.Items {
		if err := w.add(&b.Items[i]); err != nil {
			return p, fmt.Errorf("folder %s: %w", f.config.Dir, err)
		}
	}
	if err := w.finish(); err != nil {
		return p, fmt.Errorf("folder %s: %w", f.config.Dir, err)
	}
	return w.place, nil
}

// mend takes back what was written after a place: files that begin with an item
// from next on, and the end of the file that is written to. A file that somebody
// has taken away or cut begins anew under another name.
func (f *Folder) mend(next uint64, p *Place) error {
	if err := os.MkdirAll(f.config.Dir, 0o750); err != nil {
		return err
	}
	files, err := f.files()
	if err != nil {
		return err
	}
	for _, one := range files {
		if one.first >= next && one.name != p.File {
			if err := os.Remove(f.path(one.name)); err != nil {
				return err
			}
		}
	}
	return f.cut(p)
}

// cut takes back the end of the file that is written to.
func (f *Folder) cut(p *Place) error {
	if p.File == "" {
		return nil
	}
	info, err := os.Stat(f.path(p.File))
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() < p.Size {
		f.config.Log.Warn("a file of a hand-off was moved or cut; it goes on in a new one", "file", f.path(p.File))
		*p = Place{}
		return nil
	}
	if err == nil && info.Size() > p.Size {
		err = os.Truncate(f.path(p.File), p.Size)
	}
	return err
}

func (f *Folder) path(name string) string { return filepath.Join(f.config.Dir, name) }

// writing is one batch on its way to the files.
type writing struct {
	folder *Folder
	place  Place
	file   *os.File // nil: none is open
	made   bool     // a file is new: its name is to be made safe too
}

// add writes one line, to the next file when it belongs there.
func (w *writing) add(i *Item) error {
	c := &w.folder.config
	if name := fileName(c.Sink, i.At, i.No, c.Format); w.place.File == "" ||
		name != w.place.File && (w.place.Size >= c.Max || dayOf(name) > dayOf(w.place.File)) {
		if err := w.close(); err != nil {
			return err
		}
		w.place = Place{File: name}
	}
	if w.file == nil {
		if err := w.open(); err != nil {
			return err
		}
	}
	return w.line(i.Text)
}

// open opens the file of the place; a new one gets its header.
func (w *writing) open() error {
	flags := os.O_WRONLY | os.O_APPEND
	if w.place.Size == 0 {
		flags |= os.O_CREATE | os.O_TRUNC
		w.made = true
	}
	var err error
	if w.file, err = os.OpenFile(w.folder.path(w.place.File), flags, 0o640); err != nil {
		return err
	}
	if header := w.folder.config.Format.header(w.folder.config.CallID); w.place.Size == 0 && header != nil {
		return w.line(header)
	}
	return nil
}

func (w *writing) line(text []byte) error {
	n, err := w.file.Write(append(slices.Clip(text), '\n'))
	w.place.Size += int64(n)
	return err
}

// close makes the open file safe.
func (w *writing) close() error {
	if w.file == nil {
		return nil
	}
	err := errors.Join(w.file.Sync(), w.file.Close())
	w.file = nil
	return err
}

// finish makes everything safe, the names of new files too.
func (w *writing) finish() error {
	if err := w.close(); err != nil || !w.made {
		return err
	}
	dir, err := os.Open(w.folder.config.Dir)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// drop closes what an error left open.
func (w *writing) drop() {
	if w.file != nil {
		_ = w.file.Close() // the error that is told came first
	}
}
