package handoff

import (
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fileForm is the rest of a file's name after that of its sink: the day, the number
// of the first item, what is in it.
var fileForm = regexp.MustCompile(`^\.(\d{4}-\d\d-\d\d)\.(\d{12,20})(\.jsonl|\.csv)(\.gz)?(\.part)?$`)

// fileName names a file by its first item. Names of a day are in the order of items.
func fileName(sink string, at time.Time, first uint64, f Format) string {
	return fmt.Sprintf("%s.%s.%012d%s", sink, at.UTC().Format(time.DateOnly), first, f.ending())
}

// dayOf returns the day in a name that [fileName] made.
func dayOf(name string) string {
	parts := strings.Split(name, ".")
	return parts[len(parts)-3]
}

// written is a file of a folder's own.
type written struct {
	name, day    string
	first        uint64
	packed, part bool
}

// files lists the files of this sink, oldest first; those of others are let be.
func (f *Folder) files() (list []written, err error) {
	entries, err := os.ReadDir(f.config.Dir)
	for _, e := range entries {
		rest, ok := strings.CutPrefix(e.Name(), f.config.Sink)
		form := fileForm.FindStringSubmatch(rest)
		if !ok || form == nil || !e.Type().IsRegular() {
			continue
		}
		first, err := strconv.ParseUint(form[2], 10, 64)
		if err != nil {
			continue // no number that we write
		}
		list = append(list, written{name: e.Name(), day: form[1], first: first, packed: form[4] != "", part: form[5] != ""})
	}
	slices.SortFunc(list, func(a, b written) int { return cmp.Compare(a.name, b.name) })
	return list, err
}

// Tidy packs the files that are done and deletes those that were kept long enough.
func (f *Folder) Tidy(p Place) error {
	files, err := f.files()
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	oldest := time.Now().Add(-f.config.Keep).UTC().Format(time.DateOnly)
	for _, one := range files {
		switch {
		case err != nil:
			return fmt.Errorf("folder %s: %w", f.config.Dir, err)
		case one.name == p.File:
		case one.part || one.day < oldest:
			err = os.Remove(f.path(one.name))
		case !one.packed:
			err = f.pack(one.name)
		}
	}
	if err != nil {
		return fmt.Errorf("folder %s: %w", f.config.Dir, err)
	}
	return nil
}

// pack replaces a file by one that gzip has packed. A crash leaves the file, or
// both.
func (f *Folder) pack(name string) (err error) {
	from, err := os.Open(f.path(name))
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // it was only read
	part := f.path(name + ".gz.part")
	to, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	z := gzip.NewWriter(to)
	_, err = io.Copy(z, from)
	if err = errors.Join(err, z.Close(), to.Sync(), to.Close()); err != nil {
		return err
	}
	if err := os.Rename(part, f.path(name+".gz")); err != nil {
		return err
	}
	return os.Remove(f.path(name))
}
