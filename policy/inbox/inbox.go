// Package inbox takes files out of a folder into which others put them. A [Folder]
// takes a file when it is complete, gives it to who knows what it is, and moves it
// to done or failed beside it. The process may end at any moment: a file that is
// still there is taken again, so whoever takes it must know what it took before.
// Nothing outside of the folder is read or written, whatever names stand in it.
package inbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// Where files go when they have been taken, and when they could not be read.
const (
	doneDir   = "done"
	failedDir = "failed"
)

// Config is what a folder is opened with. Only Now and Log may be nil.
type Config struct {
	Dir   string
	Every time.Duration // between two looks; a file is complete that is the same in both
	// Take takes a file: rejects gets what of it was not taken, how much that is
	// comes back.
	Take func(ctx context.Context, name string, r io.Reader, rejects io.Writer) (bad int64, err error)
	// Mends reports whether an error of Take is one of the file: it goes to failed.
	// After any other it stays, and is taken again at the next look.
	Mends func(error) bool
	Now   func() time.Time
	Log   *slog.Logger
}

// State is how a folder does.
type State struct {
	Dir     string
	Done    int64 // files that were taken, since the program started
	Failed  int64 // that could not be read
	Bad     int64 // rows that were not taken
	Waiting int   // that are there and not complete yet
	Last    string
	LastAt  time.Time
	Trouble string // why the folder or a file in it is not taken; "": nothing is amiss
}

// Folder is a folder that is watched. Its methods may be called by any goroutine.
type Folder struct {
	config Config
	root   *os.Root
	seen   map[string]mark // owner: Run; by name, as of the last look
	swept  time.Time       // owner: Run

	mu    sync.Mutex // protects state
	state State
}

// mark is by what a file that is written is known from one that is complete.
type mark struct {
	info fs.FileInfo
	size int64
	at   time.Time
}

func markOf(i fs.FileInfo) mark { return mark{i, i.Size(), i.ModTime()} }

func (m mark) same(o mark) bool {
	return m.size == o.size && m.at.Equal(o.at) && m.info != nil && os.SameFile(m.info, o.info)
}

// Open opens a folder and makes what is missing of it. It starts nothing.
func Open(c Config) (*Folder, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(c.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("folder: %w", err)
	}
	root, err := os.OpenRoot(c.Dir)
	if err != nil {
		return nil, fmt.Errorf("folder: %w", err)
	}
	for _, dir := range []string{doneDir, failedDir} {
		if err := root.MkdirAll(dir, 0o750); err != nil {
			return nil, errors.Join(fmt.Errorf("folder %s: %w", c.Dir, err), root.Close())
		}
	}
	return &Folder{config: c, root: root, seen: map[string]mark{}, state: State{Dir: c.Dir}}, nil
}

// Close closes the folder, after Run.
func (f *Folder) Close() error { return f.root.Close() }

// State returns how the folder does.
func (f *Folder) State() State {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state
}

// Run looks until ctx ends.
func (f *Folder) Run(ctx context.Context) error {
	tick := time.NewTicker(f.config.Every)
	defer tick.Stop()
	for {
		f.Look(ctx)
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// Look takes the files that are as they were when it last looked. Only one may look
// at a time.
func (f *Folder) Look(ctx context.Context) {
	entries, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		f.tell(0, fmt.Errorf("reading the folder: %w", err))
		return
	}
	before := f.seen
	f.seen = map[string]mark{}
	var troubles []error
	waiting := 0
	for _, e := range entries {
		name := e.Name()
		if ctx.Err() != nil {
			return
		}
		if passed(name) {
			continue
		}
		info, err := f.fit(name)
		if err != nil {
			troubles = append(troubles, err)
			continue
		}
		m := markOf(info)
		if !m.same(before[name]) || m.size == 0 {
			f.seen[name] = m
			waiting++
			continue
		}
		if err := f.take(ctx, name, m); err != nil {
			f.seen[name] = m // it is complete, and stays
			troubles = append(troubles, fmt.Errorf("%s: %w", name, err))
		}
	}
	f.tell(waiting, errors.Join(append(troubles, f.sweep())...))
}

// tell notes what was amiss in a look, and logs it when it is new.
func (f *Folder) tell(waiting int, err error) {
	f.mu.Lock()
	was := f.state.Trouble
	f.state.Waiting, f.state.Trouble = waiting, ""
	if err != nil {
		f.state.Trouble = err.Error()
	}
	is := f.state.Trouble
	f.mu.Unlock()
	switch is {
	case was:
	case "":
		f.config.Log.Info("a folder is well again", "dir", f.config.Dir)
	default:
		f.config.Log.Error("a folder is not taken whole", "dir", f.config.Dir, "err", is)
	}
}

// passed reports whether a name is none of a file to be taken: our own, and those
// that programs give to a file which they have not finished.
func passed(name string) bool {
	return name == doneDir || name == failedDir || name[0] == '.' ||
		slices.ContainsFunc([]string{".tmp", ".part", ".filepart", rejectsEnd}, func(end string) bool { return hasSuffix(name, end) })
}
