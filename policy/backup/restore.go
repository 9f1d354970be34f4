package backup

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"tregua/policy/ledger"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
)

// Target says where a backup goes.
type Target struct {
	// Dir becomes node.data. It must be empty or not there, and is made whole or
	// not at all.
	Dir  string
	Keys *seal.Keys
	Now  time.Time // when this is done
	// Erase erases again the persons of whom the node was told after the backup was
	// taken, see [tregua/policy/rights.Register.Apply]; it returns how many the
	// backup had. Nil: nobody was.
	Erase func(*seal.Subjects) (int, error)
}

// Restored is what stands in a backup that was restored.
type Restored struct {
	About  About         `json:"about"`
	Months []string      `json:"months"`
	Again  int           `json:"erased_again"` // persons
	Ledger ledger.Report `json:"ledger"`       // of [ledger.Reader.Verify]
}

// Restore makes a data directory of a backup: it checks the backup first, then
// writes and verifies the directory under another name. The ledger's faults are in
// what it returns, with an error, and nothing is left behind.
func Restore(file io.ReadSeeker, to Target) (r Restored, err error) {
	if err := empty(to.Dir); err != nil {
		return r, err
	}
	if r.About, err = Check(file, to.Keys); err != nil {
		return r, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return r, err
	}
	if err := os.MkdirAll(filepath.Dir(to.Dir), 0o700); err != nil {
		return r, err
	}
	temporary := to.Dir + ".restoring"
	if err := os.Mkdir(temporary, 0o700); err != nil {
		return r, fmt.Errorf("%w; another restore runs, or one was cut off: remove it", err)
	}
	defer os.RemoveAll(temporary) // it has its name by then, or is to go
	if r, err = fill(file, temporary, to); err != nil {
		return r, err
	}
	if err := r.mark(temporary, to.Now); err != nil {
		return r, err
	}
	if err := errors.Join(syncTree(temporary), os.Rename(temporary, to.Dir), syncDir(filepath.Dir(to.Dir))); err != nil {
		return r, err
	}
	return r, nil
}

// Verify restores a backup into a directory that it removes.
func Verify(file io.ReadSeeker, keys *seal.Keys) (r Restored, err error) {
	dir, err := os.MkdirTemp("", "tregua-verify-")
	if err != nil {
		return r, err
	}
	defer os.RemoveAll(dir)
	return Restore(file, Target{Dir: filepath.Join(dir, "data"), Keys: keys})
}

// empty refuses a directory that has something in it.
func empty(dir string) error {
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case len(entries) > 0:
		return fmt.Errorf("%s holds data (%s): a backup is restored into a directory that is empty or not there; move it away", dir, entries[0].Name())
	}
	return nil
}

// fill writes and verifies.
func fill(file io.Reader, dir string, to Target) (r Restored, err error) {
	w := &restorer{dir: dir}
	about, entries, err := read(file, to.Keys, w.take)
	if err = errors.Join(err, w.end()); err != nil {
		return r, err
	}
	r.About, r.Months = about, entries.months()
	return r, r.verify(dir, to)
}

// restorer writes entries into a directory. The chunks of a store come one after
// another.
type restorer struct {
	dir   string
	store string // whose chunks are being read
	pipe  *io.PipeWriter
	done  chan error // of the one who reads the pipe
}

func (w *restorer) take(name string, r io.Reader) error {
	if chunkOf, ok := strings.CutPrefix(name, storesDir); ok {
		return w.chunk(chunkOf, r)
	}
	file, ok := strings.CutPrefix(name, filesDir)
	if !ok || !filepath.IsLocal(file) {
		return errors.New("this program knows no such entry; use a newer tregua")
	}
	if err := w.end(); err != nil {
		return err
	}
	path := filepath.Join(w.dir, filepath.FromSlash(file))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

// chunk passes a chunk on to the one who fills its store.
func (w *restorer) chunk(name string, r io.Reader) error {
	of := filepath.Dir(filepath.FromSlash(name))
	if !filepath.IsLocal(of) {
		return errors.New("it is of no store")
	}
	if of != w.store {
		if err := w.end(); err != nil {
			return err
		}
		w.begin(of)
	}
	_, err := io.Copy(w.pipe, r)
	return err
}

func (w *restorer) begin(of string) {
	out, in := io.Pipe()
	w.store, w.pipe, w.done = of, in, make(chan error, 1)
	go func() {
		err := w.load(of, out)
		out.CloseWithError(err) // whoever writes on learns why nobody reads
		w.done <- err
	}()
}

func (w *restorer) load(of string, r io.Reader) error {
	st, err := openStore(w.dir, of)
	if err != nil {
		return err
	}
	return errors.Join(readRows(r, st), st.Close())
}

// end waits until the store is written whose chunks were read.
func (w *restorer) end() error {
	if w.pipe == nil {
		return nil
	}
	w.pipe.Close()
	err := <-w.done
	w.store, w.pipe = "", nil
	return err
}

func openStore(dir, name string) (*badger.Store, error) {
	return badger.Open(badger.Config{Dir: filepath.Join(dir, name), Sync: true, Small: name != stateDir})
}

// verify opens what was written and reads all of it.
func (r *Restored) verify(dir string, to Target) (err error) {
	st, err := openStore(dir, stateDir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	slotFile, err := seal.OpenFile(filepath.Join(dir, slots), true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, slotFile.Close()) }()
	subjects, err := seal.NewSubjects(slotFile, st, to.Keys, 0)
	if err != nil {
		return err
	}
	if to.Erase != nil {
		if r.Again, err = to.Erase(subjects); err != nil {
			return err
		}
	}
	shelf := ledger.NewShelf(func(month string) (store.Store, error) {
		return openStore(dir, monthsDir+month)
	}, ledger.Directory(filepath.Join(dir, monthsDir)))
	defer func() { err = errors.Join(err, shelf.Close()) }()
	reader := ledger.NewReader(st, shelf, to.Keys, subjects)
	if r.Ledger, err = reader.Verify(); err != nil {
		return err
	}
	faults, err := reader.VerifyPurges(time.Now())
	if err != nil {
		return err
	}
	faults = append(r.Ledger.Faults, faults...)
	if got := r.Ledger.Records + r.Ledger.Notes; got < r.About.Records {
		faults = append(faults, fmt.Errorf("%d records are there, and %d were when the backup was begun", got, r.About.Records))
	}
	if len(faults) > 0 {
		return fmt.Errorf("the ledger of the backup does not agree with itself: %w", errors.Join(faults...))
	}
	return nil
}

// syncTree syncs all files and directories.
func syncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return syncDir(path)
	})
}

// syncDir syncs a directory, or a file.
func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
