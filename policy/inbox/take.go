package inbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unicode"
	"unicode/utf8"
)

const (
	// rejectsEnd ends the name of what was not taken of a file, beside it.
	rejectsEnd = ".rejects.csv"
	// whyEnd ends the name of why a file failed, beside it.
	whyEnd = ".why.txt"
	// maxName bounds the name of a file, in bytes: it gets a time and an end.
	maxName = 200
	// scratch is where rejects are written until the file has been read: what a
	// crash leaves of it is overwritten.
	scratch = ".rejects"
)

func hasSuffix(name, end string) bool { return strings.HasSuffix(strings.ToLower(name), end) }

// fit returns what there is of a file to be taken, or why it is none: only a plain
// file that lies here and nowhere else is taken.
func (f *Folder) fit(name string) (fs.FileInfo, error) {
	unseen := func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }
	if strings.ContainsFunc(name, unseen) || len(name) > maxName {
		return nil, fmt.Errorf("%.60q: a name of at most %d bytes that can be read: rename it", name, maxName)
	}
	info, err := f.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: it is no plain file (%s): remove it", name, info.Mode().Type())
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok && s.Nlink > 1 {
		return nil, fmt.Errorf("%s: it has another name elsewhere: copy it here instead of linking it", name)
	}
	return info, nil
}

// take takes one file and moves it away. An error says why it stays.
func (f *Folder) take(ctx context.Context, name string, m mark) error {
	bad, err := f.read(ctx, name, m)
	if err != nil && (ctx.Err() != nil || !f.config.Mends(err)) {
		return err
	}
	now, statErr := f.root.Lstat(name)
	if statErr != nil || !m.same(markOf(now)) {
		return errors.New("it was written to while it was read: it is read again when it is complete")
	}
	dir := doneDir
	if err != nil {
		dir = failedDir
	}
	to, moveErr := f.free(dir, name)
	if moveErr != nil {
		return moveErr
	}
	// What tells of the file goes first: a file that has moved is never seen again.
	if err != nil {
		moveErr = f.root.WriteFile(to+whyEnd, []byte(err.Error()+"\n"), 0o640)
	}
	if bad > 0 {
		moveErr = errors.Join(moveErr, f.root.Rename(scratch, to+rejectsEnd))
	}
	if moveErr = errors.Join(moveErr, f.root.Rename(name, to)); moveErr != nil {
		return fmt.Errorf("it was taken, and is taken again because it cannot be moved: %w", moveErr)
	}
	f.count(name, bad, err)
	return nil
}

// read gives a file to who takes it.
func (f *Folder) read(ctx context.Context, name string, m mark) (bad int64, err error) {
	// Between the look and now it may have become something else: a link is not
	// followed, and a pipe waits for nobody.
	file, err := f.root.OpenFile(name, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return 0, err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() || !m.same(markOf(info)) {
		return 0, errors.Join(err, errors.New("it is not the file that was there: it is looked at again"))
	}
	rejects, err := f.root.OpenFile(scratch, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o640)
	if err != nil {
		return 0, fmt.Errorf("writing what is not taken: %w", err)
	}
	bad, err = f.config.Take(ctx, name, io.LimitReader(file, m.size), rejects)
	return bad, errors.Join(err, rejects.Close())
}

// free returns a path in one of our directories that nothing has: the same name may
// come every day.
func (f *Folder) free(dir, name string) (string, error) {
	stamp := dir + "/" + f.config.Now().UTC().Format(stampLayout) + "-"
	for n := 0; ; n++ {
		path := stamp + name
		if n > 0 {
			path = stamp + strconv.Itoa(n) + "-" + name
		}
		if _, err := f.root.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			return path, nil
		} else if err != nil {
			return "", err
		}
	}
}

func (f *Folder) count(name string, bad int64, err error) {
	f.mu.Lock()
	f.state.Bad += bad
	f.state.Last, f.state.LastAt = name, f.config.Now()
	if err != nil {
		f.state.Failed++
	} else {
		f.state.Done++
	}
	f.mu.Unlock()
	if err != nil {
		f.config.Log.Error("a file failed", "dir", f.config.Dir, "file", name, "err", err)
		return
	}
	f.config.Log.Info("a file was taken", "dir", f.config.Dir, "file", name, "bad", bad)
}
