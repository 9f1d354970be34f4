package book

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"
)

// openReply opens a reply in the format of its account. Columns that the format
// does not name are not looked at: a registry may add some.
func openReply(r io.Reader, f fileFormat) (*table, error) {
	names := []string{f.numberColumn()}
	if f.Reply == "" {
		names = append(names, f.answerColumn())
	}
	columns := make([]column, len(names))
	for i, name := range names {
		columns[i] = column{name, true}
	}
	t, err := newTable(f.decoded(r), columns)
	if err != nil {
		return nil, err
	}
	t.comma = f.comma()
	if f.NoHeader {
		return t, t.placed()
	}
	return t, t.named()
}

// named reads a header row that may name columns besides.
func (t *table) named() error {
	more, err := t.nextLine()
	if err != nil {
		return err
	}
	if !more {
		return wrong("the file is empty: the format of the account wants a header row that names %s", t.names())
	}
	names, err := t.split()
	if err != nil {
		return wrong("line %d: header: %v", t.line, err)
	}
	t.width = len(names)
	for _, c := range t.columns {
		same := func(name string) bool { return strings.EqualFold(c.name, name) }
		place := slices.IndexFunc(names, same)
		if place < 0 {
			return wrong("line %d: header: column %q is missing; the header has %q: correct delimiter, header or columns of the account",
				t.line, c.name, names)
		}
		if slices.ContainsFunc(names[place+1:], same) {
			return wrong("line %d: header: column %q stands twice", t.line, c.name)
		}
		t.places = append(t.places, place)
	}
	return nil
}

// placed takes the columns by their places. The first row, which it does not
// consume, says how many fields every row has.
func (t *table) placed() error {
	ahead, _ := t.lines.Peek(maxLine) // an error comes again when it is read
	first, _, _ := bytes.Cut(bytes.TrimLeft(ahead, "\r\n"), []byte{'\n'})
	if len(first) == 0 {
		return wrong("the file is empty, and without a header row that proves nothing")
	}
	t.text = strings.TrimRight(string(first), "\r")
	fields, err := t.split()
	if err != nil {
		return wrong("line 1: %v", err)
	}
	t.width = len(fields)
	for _, c := range t.columns {
		place, err := strconv.Atoi(c.name)
		if err != nil || place < 1 || place > t.width {
			return wrong("line 1: there is no column %s, the row has %d fields: correct delimiter, header or columns of the account", c.name, t.width)
		}
		t.places = append(t.places, place-1)
	}
	return nil
}

// fingerprint tells a file by what is written to it.
type fingerprint struct {
	sum   hash.Hash
	bytes int64
}

func newFingerprint() *fingerprint { return &fingerprint{sum: sha256.New()} }

// Write never fails.
func (f *fingerprint) Write(p []byte) (int, error) {
	f.bytes += int64(len(p))
	return f.sum.Write(p)
}

func (f *fingerprint) source(name string) sourceFile {
	return sourceFile{Name: name, Bytes: f.bytes, SHA256: hex.EncodeToString(f.sum.Sum(nil))}
}
