package rights

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// struck is what stands where a digit stood. The file keeps its length, so that
// who writes on at its end, or reads from a place in it, is not disturbed.
const struck = '*'

// Strike overwrites the digits of a number in the files of folders, also packed
// ones, and returns how many places it found. Forms are the digits by which files
// tell the number; whatever people put between digits may stand between them. Only
// counts.
func Strike(folders, forms []string, only bool) (places int, err error) {
	form, err := pattern(forms)
	if err != nil {
		return 0, err
	}
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, e fs.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				if errors.Is(err, fs.ErrNotExist) {
					return nil // it was moved on meanwhile, or was never made
				}
				return err
			}
			n, err := strikeFile(path, form, only)
			places += n
			return err
		})
		if err != nil {
			return places, fmt.Errorf("striking a number out of %s: %w", folder, err)
		}
	}
	return places, nil
}

// pattern finds the forms: the longer first, and no digit or letter around them.
func pattern(forms []string) (*regexp.Regexp, error) {
	either := make([]string, len(forms))
	for i, form := range forms {
		either[i] = strings.Join(strings.Split(form, ""), `[ ./()\-]{0,2}`)
	}
	return regexp.Compile(`(?:^|[^0-9A-Za-z]|\b00)(` + strings.Join(either, "|") + `)(?:$|[^0-9A-Za-z])`)
}

func strikeFile(path string, form *regexp.Regexp, only bool) (int, error) {
	if strings.HasSuffix(path, ".gz") {
		return strikePacked(path, form, only)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	found := find(text, form)
	if len(found) == 0 || only {
		return len(found), nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	for _, at := range found {
		_, writeErr := f.WriteAt(strike(text[at[0]:at[1]]), int64(at[0]))
		err = errors.Join(err, writeErr)
	}
	return len(found), errors.Join(err, f.Sync(), f.Close())
}

// strikePacked writes a packed file anew.
func strikePacked(path string, form *regexp.Regexp, only bool) (int, error) {
	packed, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", path, err)
	}
	found := find(text, form)
	if len(found) == 0 || only {
		return len(found), nil
	}
	for _, at := range found {
		copy(text[at[0]:at[1]], strike(text[at[0]:at[1]]))
	}
	part := path + ".part"
	f, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return 0, err
	}
	w := gzip.NewWriter(f)
	_, err = w.Write(text)
	if err = errors.Join(err, w.Close(), f.Sync(), f.Close()); err != nil {
		return 0, err
	}
	return len(found), errors.Join(os.Rename(part, path), syncDir(filepath.Dir(path)))
}

// find returns from where to where the digits of each place go. What ends one
// place may begin the next.
func find(text []byte, form *regexp.Regexp) (places [][2]int) {
	for from := 0; from < len(text); {
		at := form.FindSubmatchIndex(text[from:])
		if at == nil {
			break
		}
		places = append(places, [2]int{from + at[2], from + at[3]})
		from += at[3]
	}
	return places
}

func strike(text []byte) []byte {
	out := bytes.Clone(text)
	for i, c := range out {
		if '0' <= c && c <= '9' {
			out[i] = struck
		}
	}
	return out
}
