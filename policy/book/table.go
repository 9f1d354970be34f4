package book

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxLine bounds a line of a file, in bytes.
const maxLine = 64 << 10

// column is a column of a file.
type column struct {
	name     string
	required bool
}

// table reads a CSV file line by line. A field is on one line: a quote that is
// left open spoils its line, not the rest of the file.
type table struct {
	lines   *bufio.Reader
	hash    hash.Hash
	comma   rune
	columns []column
	places  []int // place in the line of every column, -1: not there
	width   int   // fields in the header

	read    int64 // bytes
	line    int   // number of the line last read, from 1
	text    string
	fields  []string // of the columns, in their order; "" where there is none
	problem error    // why the line is no row
}

var errLong = fmt.Errorf("the line has more than %d bytes", maxLine)

// openTable reads the header.
func openTable(r io.Reader, columns []column) (*table, error) {
	t, err := newTable(r, columns)
	if err != nil {
		return nil, err
	}
	more, err := t.nextLine()
	if err != nil {
		return nil, err
	}
	if !more {
		return nil, wrong("the file is empty: it must begin with a header row that names %s", t.names())
	}
	return t, t.header()
}

// newTable has read nothing but a byte order mark.
func newTable(r io.Reader, columns []column) (*table, error) {
	t := &table{lines: bufio.NewReaderSize(r, maxLine), hash: sha256.New(), columns: columns, fields: make([]string, len(columns))}
	if head, _ := t.lines.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		t.take(head)
		if _, err := t.lines.Discard(len(head)); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// header finds the delimiter and the places of the columns.
func (t *table) header() error {
	t.comma = ','
	for _, c := range ";\t" {
		if strings.Count(t.text, string(c)) > strings.Count(t.text, string(t.comma)) {
			t.comma = c
		}
	}
	names, err := t.split()
	if err != nil {
		return wrong("line %d: header: %v", t.line, err)
	}
	t.width = len(names)
	t.places = slices.Repeat([]int{-1}, len(t.columns))
	for place, name := range names {
		at := slices.IndexFunc(t.columns, func(c column) bool { return strings.EqualFold(c.name, name) })
		if at < 0 && strings.ContainsAny(name, "0123456789") {
			return wrong("line %d: the header row is missing: it must name the columns %s", t.line, t.names())
		}
		if at < 0 {
			return wrong("line %d: header: unknown column %q: the columns are %s", t.line, name, t.names())
		}
		if t.places[at] >= 0 {
			return wrong("line %d: header: column %q stands twice", t.line, name)
		}
		t.places[at] = place
	}
	for at, c := range t.columns {
		if c.required && t.places[at] < 0 {
			return wrong("line %d: header: column %q is missing: the columns are %s", t.line, c.name, t.names())
		}
	}
	return nil
}

// names are the columns for people, the optional ones in brackets.
func (t *table) names() string {
	names := make([]string, len(t.columns))
	for at, c := range t.columns {
		names[at] = c.name
		if !c.required {
			names[at] = "[" + c.name + "]"
		}
	}
	return strings.Join(names, ", ")
}

// next reads the next row that is not blank and reports whether there was one.
// An error means that the file cannot be read on; a bad row has a problem.
func (t *table) next() (bool, error) {
	more, err := t.nextLine()
	if err != nil || !more || t.problem != nil {
		return more, err
	}
	fields, err := t.split()
	switch {
	case err != nil:
		t.problem = err
	case len(fields) != t.width:
		t.problem = fmt.Errorf("the row has %d fields, the header %d", len(fields), t.width)
	default:
		for at, place := range t.places {
			t.fields[at] = ""
			if place >= 0 {
				t.fields[at] = fields[place]
			}
		}
	}
	return true, nil
}

// split cuts the line into fields, without the blanks around them.
func (t *table) split() ([]string, error) {
	var fields []string
	if strings.Contains(t.text, `"`) {
		r := csv.NewReader(strings.NewReader(t.text))
		r.Comma = t.comma
		r.TrimLeadingSpace = t.comma != '\t'
		var err error
		if fields, err = r.Read(); err != nil {
			return nil, errors.New("a quote stands where it may not, or is not closed on its line")
		}
	} else {
		fields = strings.Split(t.text, string(t.comma))
	}
	for i, f := range fields {
		fields[i] = strings.TrimSpace(f)
	}
	return fields, nil
}

// nextLine reads the next line that is not blank and reports whether there was
// one.
func (t *table) nextLine() (bool, error) {
	for end := false; !end; {
		var err error
		if end, err = t.readLine(); err != nil {
			return false, fmt.Errorf("line %d: %w", t.line, err)
		}
		if errors.Is(t.problem, errLong) {
			t.text = strings.ToValidUTF8(t.text[:80], "") + "…"
			return true, nil
		}
		if !utf8.ValidString(t.text) || strings.Contains(t.text, "\x00") {
			return false, wrong("line %d is not UTF-8 (Latin-1 or UTF-16?): save the file as UTF-8", t.line)
		}
		if strings.TrimSpace(t.text) != "" {
			return true, nil
		}
	}
	return false, nil
}

// readLine reads one line, and reports whether the file ends with it. A file
// that is cut off (an upload that breaks) is an error, not an end.
func (t *table) readLine() (end bool, err error) {
	line, err := t.lines.ReadSlice('\n')
	t.take(line)
	t.line++
	t.text, t.problem = strings.TrimRight(string(line), "\r\n"), nil
	for errors.Is(err, bufio.ErrBufferFull) {
		t.problem = errLong
		line, err = t.lines.ReadSlice('\n')
		t.take(line)
	}
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return false, err
}

func (t *table) take(line []byte) {
	t.read += int64(len(line))
	t.hash.Write(line)
}

// sum is the SHA-256 of everything read.
func (t *table) sum() string { return hex.EncodeToString(t.hash.Sum(nil)) }
