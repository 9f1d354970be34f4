// Package dump reads whatever a node has written, in every format, and says
// where a number stands. It knows each kind of file and each key space by a
// table: one that it does not know is an error, so that no new place where a
// number can hide goes unseen.
package dump

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"tregua/policy"
	"tregua/policy/numbers"
	"tregua/policy/seal"
	"tregua/policy/store"
	"tregua/policy/store/badger"
)

// sealedSize is a number that [seal.Keys.SealNumber] sealed: nonce, 8 bytes, tag.
const sealedSize = 12 + 8 + 16

// Needle is a number, and what opens the seals that it may be under.
type Needle struct {
	Number policy.Number
	Keys   *seal.Keys
	// Notes are the purposes of sealed notes, see [seal.Keys.OpenNote].
	Notes []string
	// National is the number as it is dialled in its country.
	National string
}

// Find is a place where the number stands, and in which form.
type Find struct{ Place, Form string }

// spaces are the key spaces of state and months: what a row there is of.
var spaces = map[byte]string{
	0x01: "meta", 0x10: "entity", 0x11: "history", 0x12: "name", 0x20: "generation", 0x21: "current", 0x22: "modes",
	0x30: "bar", 0x31: "person", 0x32: "slot", 0x33: "rings", 0x34: "contact", 0x35: "said", 0x36: "served", 0x37: "disposed",
	0x38: "seen", 0x39: "complaint", 0x40: "count", 0x41: "gate", 0x42: "hour", 0x43: "legal hold", 0x44: "purge", 0x45: "settled", 0x46: "purge beside", 0x47: "moved", 0x50: "outbox", 0x51: "cursor", 0x60: "blacklist", 0x62: "sample",
	0x63: "synced", 0x70: "open", 0x71: "up", 0x72: "call", 0x80: "token", 0x81: "read", 0x82: "proposal",
	0xA0: "public", 0xA1: "personal", 0xA2: "sequence", 0xA3: "index", 0xA4: "group", 0xA5: "leaf", 0xA6: "note", 0xA7: "amendment",
}

// files are the kinds of files beside the stores, by a pattern of [path.Match] over
// the path in the directory.
var files = []struct{ pattern, kind string }{
	{"subjects.keys", "slots"},
	{"sets/*/*/*/manifest.json", "manifest"},
	{"sets/*/*/*/*.u64", "column"},
	{"sets/*/*/*/*.r64", "roaring"},
	{"sets/*/*/*/*.u32", "rows"},
	{"sets/*/*/*/*.u16", "rows"},
	{"sets/*/*/*/*.u8", "rows"},
	{"sets/*/*/*/rejects.csv", "rejects"},
	{"log/*", "log"},
	{"log/*/*", "log"},
	{"log/*/*/*", "log"},
	{"log/*/*/*/*", "log"},
	{"log/*/*/*/*/*", "log"},
	{"reports/*", "report"},
	{"reports/*/*", "report"},
	{"reports/*/*/*", "report"},
	{"reports/*/*/*/*", "report"},
	{"anchors/*/*", "anchor"},
	{"restored.json", "restored"},
	{"incoming/*", "incoming"},
	{"incoming/*/*", "incoming"},
	{"outgoing/*", "outgoing"},
	{"outgoing/*/*", "outgoing"},
	{"node.keys", "keys"},
	{"log.key", "keys"},
	{"*.key", "keys"},
	{"erased", "register"},
}

// Dir searches a directory of a node, of its data or its keys, which no process
// has open. Places are "state person", "sets/… roaring".
func Dir(dir string, n *Needle) (finds []Find, err error) {
	err = filepath.WalkDir(dir, func(at string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, at)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if e.IsDir() {
			if name != "state" && path.Dir(name) != "ledger" {
				return nil
			}
			found, err := storeAt(at, name, n)
			finds = append(finds, found...)
			return skip(err)
		}
		data, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		found, err := file(name, data, n)
		finds = append(finds, found...)
		return err
	})
	return finds, err
}

// skip leaves a store's files to the store.
func skip(err error) error {
	if err != nil {
		return err
	}
	return fs.SkipDir
}

// storeAt searches the rows of a store.
func storeAt(dir, name string, n *Needle) (finds []Find, err error) {
	st, err := badger.Open(badger.Config{Dir: dir, Small: true})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	kind, _, _ := strings.Cut(name, "/")
	for row, err := range st.Scan(nil, nil) {
		if err != nil {
			return finds, err
		}
		found, err := rowOf(kind, row, n)
		if err != nil {
			return finds, err
		}
		finds = append(finds, found...)
	}
	return finds, nil
}

func rowOf(kind string, row store.Row, n *Needle) (finds []Find, err error) {
	space, known := spaces[row.Key[0]]
	if !known {
		return nil, fmt.Errorf("%s: row %x is of a space that the dump does not know: add it to spaces", kind, row.Key)
	}
	for _, form := range append(n.forms(row.Key), n.forms(row.Value)...) {
		finds = append(finds, Find{kind + " " + space, form})
	}
	return finds, nil
}

// file searches one file.
func file(name string, data []byte, n *Needle) (finds []Find, err error) {
	at := slices.IndexFunc(files, func(f struct{ pattern, kind string }) bool {
		ok, _ := path.Match(f.pattern, name)
		return ok
	})
	if at < 0 {
		return nil, fmt.Errorf("%s is a file that the dump does not know: add it to files", name)
	}
	kind := files[at].kind
	forms := n.forms(data)
	switch kind {
	case "column", "roaring":
		var e numbers.Encoding
		if err := e.UnmarshalText([]byte(strings.TrimPrefix(path.Ext(name), "."))); err != nil {
			return nil, err
		}
		set, err := numbers.ReadSet(e, data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if set.Contains(n.Number) {
			forms = append(forms, "set")
		}
	case "register":
		for word := range strings.FieldsSeq(string(data)) {
			var sealed []byte
			if _, err := fmt.Sscanf(word, "%x", &sealed); err == nil {
				forms = append(forms, n.forms(sealed)...)
			}
		}
	}
	for _, form := range forms {
		finds = append(finds, Find{kind + " " + set(name), form})
	}
	return finds, nil
}

// set names what kind of import a set is of.
func set(name string) string {
	parts := strings.Split(name, "/")
	if parts[0] == "sets" {
		return parts[1]
	}
	return parts[0]
}

// Files searches files of any kind, also packed ones: folders in and out.
func Files(dir string, n *Needle) (finds []Find, err error) {
	err = filepath.WalkDir(dir, func(at string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		if strings.HasSuffix(at, ".gz") {
			if data, err = unpack(data); err != nil {
				return fmt.Errorf("%s: %w", at, err)
			}
		}
		for _, form := range n.forms(data) {
			finds = append(finds, Find{"file " + filepath.Base(at), form})
		}
		return nil
	})
	return finds, err
}

func unpack(data []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

// Backup searches the entries of a backup: those of stores as streams of rows.
func Backup(r io.Reader, n *Needle) (finds []Find, err error) {
	for t := tar.NewReader(r); ; {
		head, err := t.Next()
		if errors.Is(err, io.EOF) {
			return finds, nil
		}
		if err != nil {
			return finds, err
		}
		data, err := io.ReadAll(t)
		if err != nil {
			return finds, err
		}
		forms := n.forms(data)
		for _, e := range []numbers.Encoding{numbers.Roaring, numbers.Column} {
			if path.Ext(head.Name) != "."+e.Ext() {
				continue
			}
			set, err := numbers.ReadSet(e, data)
			if err != nil {
				return finds, fmt.Errorf("%s: %w", head.Name, err)
			}
			if set.Contains(n.Number) {
				forms = append(forms, "set")
			}
		}
		for _, form := range forms {
			finds = append(finds, Find{"backup " + head.Name, form})
		}
	}
}

// Places are the places of finds, each once, sorted.
func Places(finds []Find) []string {
	places := make([]string, 0, len(finds))
	for _, f := range finds {
		places = append(places, f.Place)
	}
	slices.Sort(places)
	return slices.Compact(places)
}
