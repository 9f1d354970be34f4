package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// file is the name of the key file in its directory: one file, so that a node
// has both keys or none.
const file = "node.keys"

// LoadKeys reads the keys of dir, which must lie outside the store, and draws
// them on the first start. A key file that others can read is refused.
func LoadKeys(dir string, random io.Reader) (*Keys, error) {
	path := filepath.Join(dir, file)
	text, err := LoadFile(dir, file, func() ([]byte, error) {
		k, err := NewKeys(random)
		if err != nil {
			return nil, err
		}
		return fmt.Appendf(nil, "number %x\nmaster %x\n", k.number, k.master), nil
	})
	if err != nil {
		return nil, fmt.Errorf("keys %w", err)
	}
	number, master, err := parse(text)
	if err != nil {
		return nil, fmt.Errorf("keys %s: %w", path, err)
	}
	return newKeys(number, master, random)
}

// ReadKeys reads the keys of dir, which must be there.
func ReadKeys(dir string) (*Keys, error) {
	if _, err := os.Stat(filepath.Join(dir, file)); err != nil {
		return nil, fmt.Errorf("keys %s: %w", filepath.Join(dir, file), bare(err))
	}
	return LoadKeys(dir, rand.Reader)
}

// LoadFile reads the file of a secret in the key directory, whose text is drawn on
// the first start. A file that others can read is refused. Errors begin with the
// path.
func LoadFile(dir, name string, draw func() ([]byte, error)) ([]byte, error) {
	path := filepath.Join(dir, name)
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(dir, path, draw); err != nil {
			return nil, fmt.Errorf("%s: create: %w", path, err)
		}
		info, err = os.Stat(path)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, bare(err))
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s: mode %04o lets others read them; run chmod 600 on the file",
			path, info.Mode().Perm())
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, bare(err))
	}
	return text, nil
}

// create writes a new secret: whole and synced before the name exists.
func create(dir, path string, draw func() ([]byte, error)) (err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return bare(err)
	}
	text, err := draw()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*") // CreateTemp gives mode 0600
	if err != nil {
		return bare(err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	// A link does not replace: of two first starts one wins and both read its file.
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(dir)
}

func parse(text []byte) (number, master key, err error) {
	for i, line := range []struct {
		name string
		to   *key
	}{{"number ", &number}, {"master ", &master}} {
		var got []byte
		got, text, _ = bytes.Cut(text, []byte("\n"))
		digits, ok := bytes.CutPrefix(got, []byte(line.name))
		if !ok || len(digits) != hex.EncodedLen(len(key{})) {
			return key{}, key{}, fmt.Errorf("line %d is not %q and 64 hexadecimal digits; restore the file", i+1, line.name)
		}
		if _, err := hex.Decode(line.to[:], digits); err != nil {
			return key{}, key{}, fmt.Errorf("line %d: not hexadecimal; restore the file", i+1)
		}
	}
	if len(text) != 0 {
		return key{}, key{}, errors.New("more than two lines; restore the file")
	}
	return number, master, nil
}

// bare takes operation and path off a path error when the message around it
// has them.
func bare(err error) error {
	if p, ok := errors.AsType[*os.PathError](err); ok {
		return fmt.Errorf("%s: %w", p.Path, p.Err)
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
