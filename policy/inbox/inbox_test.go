package inbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	errFile = errors.New("the file has no header")
	errDown = errors.New("the store is down")
)

// tray is a folder and what was taken out of it.
type tray struct {
	*Folder
	now   time.Time
	t     *testing.T
	dir   string
	taken []string // "name: content"
	say   func(name string) (int64, error)
}

func open(t *testing.T) *tray {
	t.Helper()
	p := &tray{now: time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), t: t, dir: filepath.Join(t.TempDir(), "in"), say: func(string) (int64, error) { return 0, nil }}
	p.again()
	return p
}

// again opens the folder as a new process does.
func (p *tray) again() {
	p.t.Helper()
	f, err := Open(Config{
		Dir: p.dir, Every: time.Second, Now: func() time.Time { return p.now },
		Mends: func(err error) bool { return errors.Is(err, errFile) },
		Take: func(_ context.Context, name string, r io.Reader, rejects io.Writer) (int64, error) {
			text, err := io.ReadAll(r)
			if err != nil {
				return 0, err
			}
			p.taken = append(p.taken, name+": "+string(text))
			bad, err := p.say(name)
			if bad > 0 {
				fmt.Fprint(rejects, "line,reason,row\n")
			}
			return bad, err
		},
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { f.Close() })
	p.Folder = f
}

func (p *tray) put(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// look looks so often.
func (p *tray) look(n int) {
	for range n {
		p.Look(p.t.Context())
	}
}

// files are those in and below the folder, sorted.
func (p *tray) files() (names []string) {
	p.t.Helper()
	err := filepath.WalkDir(p.dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() && d.Name() != scratch {
			rel, _ := filepath.Rel(p.dir, path)
			names = append(names, rel)
		}
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	return names
}

func (p *tray) want(taken, files []string) {
	p.t.Helper()
	if !slices.Equal(p.taken, taken) {
		p.t.Errorf("taken %q, want %q", p.taken, taken)
	}
	if got := p.files(); !slices.Equal(got, files) {
		p.t.Errorf("files %q, want %q", got, files)
	}
}

// TestCompleteFiles: a file is taken when it does not grow any more, and the same
// name may come again.
func TestCompleteFiles(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.put("a.csv", "one")
	p.put("b.csv.part", "half")
	p.put("empty.csv", "")
	p.look(1)
	p.want(nil, []string{"a.csv", "b.csv.part", "empty.csv"})
	p.put("a.csv", "one two")
	p.look(1)
	p.want(nil, []string{"a.csv", "b.csv.part", "empty.csv"})
	if s := p.State(); s.Waiting != 2 || s.Trouble != "" {
		t.Errorf("state %+v", s)
	}
	p.look(1)
	p.want([]string{"a.csv: one two"}, []string{"b.csv.part", "done/20260302T090000Z-a.csv", "empty.csv"})
	p.put("a.csv", "three")
	p.look(2)
	p.want([]string{"a.csv: one two", "a.csv: three"},
		[]string{"b.csv.part", "done/20260302T090000Z-1-a.csv", "done/20260302T090000Z-a.csv", "empty.csv"})
	if s := p.State(); s.Done != 2 || s.Last != "a.csv" || s.LastAt.IsZero() {
		t.Errorf("state %+v", s)
	}
}

// TestBadFiles: what was not taken lies beside the file, and so does why it failed.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.say = func(name string) (int64, error) {
		if name == "none.csv" {
			return 0, errFile
		}
		return 3, nil
	}
	p.put("none.csv", "x")
	p.put("some.csv", "y")
	p.look(2)
	p.want([]string{"none.csv: x", "some.csv: y"}, []string{
		"done/20260302T090000Z-some.csv", "done/20260302T090000Z-some.csv.rejects.csv",
		"failed/20260302T090000Z-none.csv", "failed/20260302T090000Z-none.csv.why.txt",
	})
	if s := p.State(); s.Done != 1 || s.Failed != 1 || s.Bad != 3 || s.Trouble != "" {
		t.Errorf("state %+v", s)
	}
	why, err := os.ReadFile(filepath.Join(p.dir, "failed/20260302T090000Z-none.csv.why.txt"))
	if err != nil || string(why) != "the file has no header\n" {
		t.Errorf("why: %q, %v", why, err)
	}
}

// TestOldFiles: what was moved is deleted after 30 days, and nothing else.
func TestOldFiles(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.say = func(string) (int64, error) { return 1, nil }
	p.put("old.csv", "x")
	p.look(2)
	p.put(doneDir+"/by hand.csv", "x")
	p.put(doneDir+"/20200101T000000Z", "x")
	p.now = p.now.Add(29 * 24 * time.Hour)
	p.put("new.csv", "x")
	p.look(2)
	p.now = p.now.Add(25 * time.Hour)
	p.look(1)
	want := []string{
		"done/20200101T000000Z", "done/20260331T090000Z-new.csv", "done/20260331T090000Z-new.csv.rejects.csv", "done/by hand.csv",
	}
	if got := p.files(); !slices.Equal(got, want) {
		t.Errorf("files %q, want %q", got, want)
	}
}

// TestOurTrouble: a file that could not be taken for a trouble of ours stays until
// it is over.
func TestOurTrouble(t *testing.T) {
	t.Parallel()
	p := open(t)
	down := errDown
	p.say = func(string) (int64, error) { return 0, down }
	p.put("a.csv", "x")
	p.look(3)
	p.want([]string{"a.csv: x", "a.csv: x"}, []string{"a.csv"})
	if s := p.State(); s.Trouble != "a.csv: the store is down" {
		t.Errorf("trouble %q", s.Trouble)
	}
	down = nil
	p.look(1)
	p.want([]string{"a.csv: x", "a.csv: x", "a.csv: x"}, []string{"done/20260302T090000Z-a.csv"})
	if s := p.State(); s.Trouble != "" || s.Done != 1 {
		t.Errorf("state %+v", s)
	}
}

// TestCrashBeforeTheMove: a file that was taken and not moved is taken again by the
// next process, and then moved.
func TestCrashBeforeTheMove(t *testing.T) {
	t.Parallel()
	p := open(t)
	ctx, crash := context.WithCancel(t.Context())
	p.put("a.csv", "x")
	p.say = func(string) (int64, error) {
		crash()
		return 0, ctx.Err()
	}
	p.Look(ctx)
	p.Look(ctx) // the context has not ended before the file was taken
	p.want([]string{"a.csv: x"}, []string{"a.csv"})
	p.say = func(string) (int64, error) { return 0, nil }
	p.again()
	p.look(2)
	p.want([]string{"a.csv: x", "a.csv: x"}, []string{"done/20260302T090000Z-a.csv"})
}

// TestWrittenWhileRead: what comes to a file while it is read is not lost.
func TestWrittenWhileRead(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.put("a.csv", "x")
	p.say = func(string) (int64, error) {
		if len(p.taken) == 1 {
			p.put("a.csv", "x y")
		}
		return 0, nil
	}
	p.look(2)
	p.want([]string{"a.csv: x"}, []string{"a.csv"})
	p.look(2)
	p.want([]string{"a.csv: x", "a.csv: x y"}, []string{"done/20260302T090000Z-a.csv"})
}

// TestHostileNames: nothing is read but plain files of the folder.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	p := open(t)
	outside := filepath.Join(filepath.Dir(p.dir), "secret.csv")
	if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		os.Symlink(outside, filepath.Join(p.dir, "link.csv")),
		os.Symlink("done", filepath.Join(p.dir, "inner.csv")),
		os.Link(outside, filepath.Join(p.dir, "hard.csv")),
		os.Mkdir(filepath.Join(p.dir, "dir.csv"), 0o700),
		syscall.Mkfifo(filepath.Join(p.dir, "pipe.csv"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	p.put("line\nbreak.csv", "x")
	p.put("not\xffutf8.csv", "x")
	p.put(strings.Repeat("n", 201), "x")
	p.put(".hidden.csv", "x")
	p.put("good.csv", "x")
	p.look(3)
	if want := []string{"good.csv: x"}; !slices.Equal(p.taken, want) {
		t.Errorf("taken %q, want %q", p.taken, want)
	}
	trouble := p.State().Trouble
	for _, want := range []string{"link.csv: it is no plain file", "inner.csv: it is no plain file", "hard.csv: it has another name", "dir.csv: it is no plain file", "pipe.csv: it is no plain file", `"line\nbreak.csv": a name`, `"not\xffutf8.csv": a name`, `"nnn`} {
		if !strings.Contains(trouble, want) {
			t.Errorf("no %q in %s", want, trouble)
		}
	}
}

// TestDoneLeadsOutside: who puts a link in the place of done gets no file moved out
// of the folder.
func TestDoneLeadsOutside(t *testing.T) {
	t.Parallel()
	p := open(t)
	away := t.TempDir()
	if err := errors.Join(os.Remove(filepath.Join(p.dir, doneDir)), os.Symlink(away, filepath.Join(p.dir, doneDir))); err != nil {
		t.Fatal(err)
	}
	p.put("a.csv", "x")
	p.look(3)
	left, err := os.ReadDir(away)
	if err != nil || len(left) != 0 || p.State().Trouble == "" {
		t.Errorf("%d files outside, %v, state %+v", len(left), err, p.State())
	}
}
