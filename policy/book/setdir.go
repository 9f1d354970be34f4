package book

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"tregua/policy"
	"tregua/policy/numbers"
)

// The sets of a part.
const (
	setNumbers = "numbers" // every number; of a registry part: submitted
	setOpposed = "opposed" // registry: answered "opposed", a part of numbers
)

const (
	manifestName = "manifest.json"
	unfinished   = ".tmp" // suffix of a directory that is being written
)

// manifest tells what a set directory holds and where it came from.
type manifest struct {
	Version    int        `json:"version"`
	Part       uint32     `json:"part"`
	Kind       string     `json:"kind"`
	Scope      string     `json:"scope"`
	ScopeID    uint32     `json:"scope_id"`
	At         time.Time  `json:"at"`
	AnsweredAt time.Time  `json:"answered_at,omitzero"`
	Actor      string     `json:"actor"`
	Source     sourceFile `json:"source"`
	Rows       int64      `json:"rows"`
	Rejects    int64      `json:"rejects"`
	Submission uint32     `json:"submission,omitzero"` // registry: which it answers, 0: one that was made elsewhere
	Sheet      sheet      `json:"sheet,omitzero"`      // submissions: how the file is written
	Sets       []setFile  `json:"sets"`

	List *listManifest `json:"list,omitempty"`
	// Providers, ascending, are who sold consents of the file.
	Providers []policy.ProviderID `json:"providers,omitempty"`
}

type sourceFile struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

type setFile struct {
	Name     string           `json:"name"`
	File     string           `json:"file"`
	Encoding numbers.Encoding `json:"encoding"`
	Count    int              `json:"count"`
	SHA256   string           `json:"sha256"`
}

func (b *Book) setsDir() string { return filepath.Join(b.config.Dir, "sets") }

// partDir is where the sets of p lie.
func (b *Book) partDir(p Part) string {
	return filepath.Join(b.setsDir(), p.Kind.String(), fmt.Sprintf("%08d", p.Scope), p.Version)
}

// writeSets writes the manifest and the sets of a part, so that dir is there
// whole, on the disk, or not at all. It fills m.Sets and returns the digest of
// the manifest.
func writeSets(dir string, m manifest, sets map[string]*numbers.Builder, order []string) (digest [32]byte, err error) {
	temporary := dir + unfinished
	if err := os.MkdirAll(temporary, 0o700); err != nil {
		return digest, err
	}
	for _, name := range order {
		file, err := writeSet(temporary, name, sets[name])
		if err != nil {
			return digest, err
		}
		m.Sets = append(m.Sets, file)
	}
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return digest, err
	}
	data = append(data, '\n')
	if err := writeSynced(filepath.Join(temporary, manifestName), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	}); err != nil {
		return digest, err
	}
	if err := syncDir(temporary); err != nil {
		return digest, err
	}
	if err := os.Rename(temporary, dir); err != nil {
		return digest, err
	}
	// The rename lives in the parent; so may the parents, which can be new.
	for parent, level := filepath.Dir(dir), 0; level < 3; parent, level = filepath.Dir(parent), level+1 {
		if err := syncDir(parent); err != nil {
			return digest, err
		}
	}
	return sha256.Sum256(data), nil
}

// writeSet writes one set.
func writeSet(dir, name string, set *numbers.Builder) (setFile, error) {
	encoding, sum := set.Encoding(), sha256.New()
	file := setFile{Name: name, File: name + "." + encoding.Ext(), Encoding: encoding, Count: set.Len()}
	err := writeSynced(filepath.Join(dir, file.File), func(w io.Writer) error {
		return set.Write(io.MultiWriter(w, sum), encoding)
	})
	file.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return file, err
}

// writeSynced writes a file that must not exist and returns when it is on the
// disk.
func writeSynced(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err = write(f); err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if closed := d.Close(); err == nil {
		err = closed
	}
	return err
}

// loadPart reads the sets of p. What does not match its checksum gives a part
// with an error that is [ErrBroken].
func loadPart(dir string, p Part) *loadedPart {
	loaded := &loadedPart{Part: p}
	if err := loaded.read(dir); err != nil {
		loaded.numbers, loaded.opposed, loaded.list = nil, nil, nil
		loaded.err = fmt.Errorf("%w: part %d in %s: %w", ErrBroken, p.ID, dir, err)
	}
	return loaded
}

func (l *loadedPart) read(dir string) error {
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return err
	}
	if sha256.Sum256(data) != l.Digest {
		return fmt.Errorf("%s does not match the digest in the generation", manifestName)
	}
	m := &l.manifest
	if err := json.Unmarshal(data, m); err != nil {
		return fmt.Errorf("%s: %w", manifestName, err)
	}
	sets := map[string]numbers.Set{}
	for _, f := range m.Sets {
		if sets[f.Name], err = readSet(dir, f); err != nil {
			return fmt.Errorf("%s: %w", f.File, err)
		}
	}
	for _, name := range l.Kind.files() {
		if sets[name] == nil {
			return fmt.Errorf("%s names no set %q", manifestName, name)
		}
	}
	l.numbers, l.opposed = sets[setNumbers], sets[setOpposed]
	if l.Kind == Lists {
		l.list, err = readList(dir, m.List, l.numbers.Len())
	}
	return err
}

// readSet reads one set.
func readSet(dir string, f setFile) (numbers.Set, error) {
	data, err := readFile(filepath.Join(dir, filepath.Base(f.File)))
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data.bytes); hex.EncodeToString(sum[:]) != f.SHA256 {
		return nil, fmt.Errorf("%d bytes do not match the checksum in %s", len(data.bytes), manifestName)
	}
	set, err := numbers.ReadSet(f.Encoding, data.bytes)
	if err != nil {
		return nil, err
	}
	if set.Len() != f.Count {
		return nil, fmt.Errorf("%d numbers, %s says %d", set.Len(), manifestName, f.Count)
	}
	return data.keep(set), nil
}
