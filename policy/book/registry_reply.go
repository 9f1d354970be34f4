package book

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strconv"
	"strings"
)

// openReply finds the columns of a reply in the format of its account, and returns
// the first rows. Columns that the format does not name are not looked at: a
// registry may add some.
func openReply(l *lines, f fileFormat) (*table, block, error) {
	names := []string{f.numberColumn()}
	if f.Reply == "" {
		names = append(names, f.answerColumn())
	}
	t := &table{comma: f.comma(), foreign: f.Encoding != "", coding: f.Encoding}
	for _, name := range names {
		t.columns = append(t.columns, column{name, true})
	}
	b, more, err := l.next()
	if err != nil {
		return nil, block{}, fmt.Errorf("line %d: %w", l.line+1, err)
	}
	b.text = strings.TrimPrefix(b.text, "\ufeff")
	first, at, rest := firstLine(b)
	if !more || first == "" {
		return nil, block{}, emptyReply(t, f)
	}
	if err := t.fits(first, at); err != nil {
		return nil, block{}, err
	}
	fields, err := t.split(first, nil)
	if err != nil {
		return nil, block{}, wrong("line %d: %v", at, err)
	}
	if t.width = len(fields); f.NoHeader {
		return t, b, t.placed(at)
	}
	return t, rest, t.named(at, fields)
}

func emptyReply(t *table, f fileFormat) error {
	if f.NoHeader {
		return wrong("the file is empty, and without a header row that proves nothing")
	}
	return wrong("the file is empty: the format of the account wants a header row that names %s", columnNames(t.columns))
}

// firstLine returns the first line that is not blank, its number, and what is
// behind it.
func firstLine(b block) (line string, at int, rest block) {
	for at = b.first; b.text != ""; at++ {
		line, b.text = cutLine(b.text)
		if strings.TrimSpace(line) != "" {
			b.first = at + 1
			return line, at, b
		}
	}
	return "", at, b
}

// named takes the columns of a header row that may name others besides.
func (t *table) named(at int, names []string) error {
	for _, c := range t.columns {
		same := func(name string) bool { return strings.EqualFold(c.name, name) }
		place := slices.IndexFunc(names, same)
		if place < 0 {
			return wrong("line %d: header: column %q is missing; the header has %q: correct delimiter, header or columns of the account",
				at, c.name, names)
		}
		if slices.ContainsFunc(names[place+1:], same) {
			return wrong("line %d: header: column %q stands twice", at, c.name)
		}
		t.places = append(t.places, place)
	}
	return nil
}

// placed takes the columns by their places. The first row says how many fields
// every row has.
func (t *table) placed(at int) error {
	for _, c := range t.columns {
		place, err := strconv.Atoi(c.name)
		if err != nil || place < 1 || place > t.width {
			return wrong("line %d: there is no column %s, the row has %d fields: correct delimiter, header or columns of the account", at, c.name, t.width)
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
