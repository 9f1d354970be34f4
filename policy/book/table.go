package book

import (
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
)

// column is a column of a file.
type column struct {
	name     string
	required bool
}

// table is what the header of a CSV file says. A field is on one line: a quote
// that is left open spoils its line, not the rest of the file. A table does not
// change and may be used by any goroutine.
type table struct {
	comma   rune
	columns []column
	places  []int // place in the line of every column, -1: not there
	width   int   // fields in the header
	foreign bool  // the file was decoded
	coding  string
}

var errLong = fmt.Errorf("the line has more than %d bytes", maxLine)

// openTable reads the header and returns the rest of its block too.
func openTable(l *lines, columns []column, f Format) (*table, block, error) {
	t := &table{columns: columns, foreign: f.foreign(), coding: f.Encoding}
	comma, err := f.comma()
	if err != nil {
		return nil, block{}, err
	}
	mapping, err := f.mapping(columns)
	if err != nil {
		return nil, block{}, err
	}
	for {
		b, more, err := l.next()
		if errors.Is(err, unicode.ErrMissingBOM) {
			return nil, block{}, wrong("the file has no byte order mark at its beginning: is it utf-16?")
		}
		if err != nil {
			return nil, block{}, fmt.Errorf("line %d: %w", l.line+1, err)
		}
		if !more {
			return nil, block{}, wrong("the file is empty: it must begin with a header row that names %s", columnNames(columns))
		}
		if b.first == 1 {
			b.text = strings.TrimPrefix(b.text, "\ufeff")
		}
		for ; b.text != ""; b.first++ {
			var head string
			if head, b.text = cutLine(b.text); strings.TrimSpace(head) == "" {
				continue
			}
			if err := t.fits(head, b.first); err != nil {
				return nil, block{}, err
			}
			t.comma = comma
			if err := t.header(head, mapping); err != nil {
				return nil, block{}, wrong("line %d: %v", b.first, err)
			}
			b.first++
			return t, b, nil
		}
	}
}

// header finds the delimiter and the places of the columns.
func (t *table) header(line string, mapping []renamed) error {
	if t.comma == 0 {
		t.comma = ','
		for _, c := range ";\t" {
			if strings.Count(line, string(c)) > strings.Count(line, string(t.comma)) {
				t.comma = c
			}
		}
	}
	names, err := t.split(line, nil)
	if err != nil {
		return fmt.Errorf("header: %w", err)
	}
	t.width = len(names)
	t.places = slices.Repeat([]int{-1}, len(t.columns))
	for place, theirs := range names {
		if err := t.place(place, theirs, mapping); err != nil {
			return err
		}
	}
	for _, r := range mapping {
		if !slices.ContainsFunc(names, func(name string) bool { return strings.EqualFold(name, r.theirs) }) {
			return fmt.Errorf("header: there is no column %q: it has %s", r.theirs, strings.Join(names, ", "))
		}
	}
	for at, c := range t.columns {
		if c.required && t.places[at] < 0 {
			return fmt.Errorf("header: column %q is missing: the columns are %s", c.name, columnNames(t.columns))
		}
	}
	return nil
}

// place puts one name of the header in its place.
func (t *table) place(place int, theirs string, mapping []renamed) error {
	name := theirs
	for _, r := range mapping {
		if strings.EqualFold(r.theirs, theirs) {
			name = r.ours
		}
	}
	if name == ignored {
		return nil
	}
	at := slices.IndexFunc(t.columns, func(c column) bool { return strings.EqualFold(c.name, name) })
	switch {
	case at < 0 && strings.ContainsAny(name, "0123456789"):
		return fmt.Errorf("the header row is missing: it must name the columns %s", columnNames(t.columns))
	case at < 0:
		return fmt.Errorf("header: unknown column %q: the columns are %s", theirs, columnNames(t.columns))
	case t.places[at] >= 0:
		return fmt.Errorf("header: column %q stands twice", name)
	}
	t.places[at] = place
	return nil
}

// row cuts a line into the fields of the columns, in their order; "" where
// there is none. It uses the room that it is given.
func (t *table) row(line string, room *rowRoom) ([]string, error) {
	var err error
	if room.split, err = t.split(line, room.split[:0]); err != nil {
		return nil, err
	}
	if len(room.split) != t.width {
		return nil, fmt.Errorf("the row has %d fields, the header %d", len(room.split), t.width)
	}
	room.fields = room.fields[:0]
	for _, place := range t.places {
		field := ""
		if place >= 0 {
			field = room.split[place]
		}
		room.fields = append(room.fields, field)
	}
	return room.fields, nil
}

// rowRoom is used again for every row.
type rowRoom struct{ split, fields []string }

// split cuts a line into fields, without the blanks around them.
func (t *table) split(line string, fields []string) ([]string, error) {
	if strings.Contains(line, `"`) {
		r := csv.NewReader(strings.NewReader(line))
		r.Comma = t.comma
		r.TrimLeadingSpace = t.comma != '\t'
		var err error
		if fields, err = r.Read(); err != nil {
			return nil, errors.New("a quote stands where it may not, or is not closed on its line")
		}
		for i, f := range fields {
			fields[i] = strings.TrimSpace(f)
		}
		return fields, nil
	}
	for {
		at := strings.IndexRune(line, t.comma)
		if at < 0 {
			return append(fields, strings.TrimSpace(line)), nil
		}
		fields = append(fields, strings.TrimSpace(line[:at]))
		line = line[at+utf8.RuneLen(t.comma):]
	}
}

// fits says why text, which begins in the given line, cannot be text of this
// file: from there on nothing of it can be believed.
func (t *table) fits(text string, line int) error {
	if utf8.ValidString(text) && !strings.Contains(text, "\x00") && !(t.foreign && strings.ContainsRune(text, utf8.RuneError)) {
		return nil
	}
	if t.foreign {
		return wrong("line %d is not %s: is that the encoding of the file?", line, t.coding)
	}
	return wrong("line %d is not UTF-8 (Latin-1 or UTF-16?): save the file as UTF-8 or name its encoding", line)
}
