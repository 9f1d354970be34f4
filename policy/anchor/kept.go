package anchor

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Anchors are kept as files that other programs read: the checkpoint, and beside it
// the time stamp, which `openssl ts -verify` takes with it, or a mail server's answer.
const (
	checkpointEnding = ".checkpoint"
	tokenEnding      = ".tsr"
	answerEnding     = ".answer"
)

// stem names the files of an anchor by size and time: 000000000500-20261122T120004Z.
func (r *Receipt) stem() string { return fmt.Sprintf("%012d-%s", r.Size, r.At.UTC().Format(stemTime)) }

const stemTime = "20060102T150405Z"

var stemForm = regexp.MustCompile(`^(\d{12,20})-(\d{8}T\d{6}Z)\.checkpoint$`)

// save keeps an anchor. The checkpoint is written last: where it is, all is.
func save(dir string, r Receipt) error {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	stem := filepath.Join(dir, r.stem())
	if r.Token != nil {
		if err := writeFile(stem+tokenEnding, r.Token); err != nil {
			return err
		}
	}
	if r.Answer != nil {
		if err := writeFile(stem+answerEnding, r.Answer); err != nil {
			return err
		}
	}
	return writeFile(stem+checkpointEnding, r.Note)
}

// writeFile writes a file whole or not at all.
func writeFile(path string, text []byte) error {
	part := path + ".tmp" // which a backup leaves out
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(part, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// Kept is an anchor as it lies in a directory.
type Kept struct {
	File string // path of the checkpoint
	Size uint64
	At   time.Time
}

// Token returns the path of the time stamp beside the checkpoint.
func (k *Kept) Token() string { return k.File[:len(k.File)-len(checkpointEnding)] + tokenEnding }

// List returns the anchors of a directory, those over fewer records first. Files of
// other names are let be; a directory that is not there has none.
func List(dir string) (list []Kept, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		form := stemForm.FindStringSubmatch(e.Name())
		if form == nil {
			continue
		}
		size, err := strconv.ParseUint(form[1], 10, 64)
		at, err2 := time.Parse(stemTime, form[2])
		if err != nil || err2 != nil {
			continue // no name that we write
		}
		list = append(list, Kept{File: filepath.Join(dir, e.Name()), Size: size, At: at})
	}
	slices.SortFunc(list, func(a, b Kept) int { return cmp.Or(cmp.Compare(a.Size, b.Size), a.At.Compare(b.At)) })
	return list, err
}

// newest returns the anchor of a directory that is over the most records; a zero
// Size: there is none.
func newest(dir string) (Receipt, error) {
	list, err := List(dir)
	if err != nil || len(list) == 0 {
		return Receipt{}, err
	}
	last := list[len(list)-1]
	text, err := os.ReadFile(last.File)
	return Receipt{Note: text, At: last.At, Size: last.Size}, err
}
