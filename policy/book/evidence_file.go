package book

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"tregua/policy"
)

// Column is a column of a file that somebody else reads, see [Book.ReadRows].
type Column struct {
	Name     string
	Required bool
}

// RowFile is a file whose rows are compared with what is known, and change
// nothing.
type RowFile struct {
	Reader  io.Reader
	Format  Format
	Columns []Column
	// Take takes one row; an error of [RowError] is a mistake of the row, any other
	// ends the file.
	Take func(r *Row) error
	// Bad is given what is wrong with a row, which is passed over.
	Bad func(line int, why error)
}

// Row is a row of a file. It is good until the next one comes.
type Row struct {
	Line    int
	table   *table
	fields  []string
	reading reading
	zone    *time.Location
}

// RowError is a mistake of one row; the text says how to mend it.
func RowError(format string, args ...any) error { return wrong(format, args...) }

// Has reports whether the file has a column.
func (r *Row) Has(column string) bool { return r.table.places[r.at(column)] >= 0 }

// Text returns a field, "" where there is none.
func (r *Row) Text(column string) string { return r.fields[r.at(column)] }

// Number returns a field that is a number, 0 where there is none.
func (r *Row) Number(column string) (policy.Number, error) {
	text := r.Text(column)
	if text == "" {
		return 0, nil
	}
	n, _, err := r.reading.number(text)
	if err != nil {
		return 0, wrong("%s: %v", column, err)
	}
	return n, nil
}

// Moment returns a field that is a time, without a zone in that of the book's
// country; the zero time where there is none.
func (r *Row) Moment(column string) (time.Time, error) {
	at, err := readMoment(r.Text(column), r.zone)
	if err != nil {
		return at, wrong("%s %v", column, err)
	}
	return at, nil
}

// Span returns a field that is a time, twice, or the begin and the end of a day.
func (r *Row) Span(column string) (from, to time.Time, err error) {
	if day, err := time.ParseInLocation(time.DateOnly, r.Text(column), r.zone); err == nil {
		return day, day.AddDate(0, 0, 1), nil
	}
	from, err = r.Moment(column)
	return from, from, err
}

// at is the place of a column among those that were asked for.
func (r *Row) at(name string) int {
	for at, c := range r.table.columns {
		if c.name == name {
			return at
		}
	}
	panic("book: the row has no column " + name)
}

// CheckRows says what is first wrong with how a file of columns is said to be written.
func CheckRows(f Format, columns []Column) error {
	_, commaErr := f.comma()
	_, mappingErr := f.mapping(inner(columns))
	_, codingErr := f.decode(nil)
	_, numbersErr := f.reading(reading{})
	return cmp.Or(commaErr, mappingErr, codingErr, numbersErr)
}

// inner are columns as tables have them.
func inner(columns []Column) []column {
	list := make([]column, len(columns))
	for at, c := range columns {
		list[at] = column{c.Name, c.Required}
	}
	return list
}

// ReadRows reads the rows of a file in their order, each by itself.
func (b *Book) ReadRows(ctx context.Context, f RowFile) error {
	if f.Format.Polarity != "" {
		return wrong("polarity is for registry answers only")
	}
	how, err := f.Format.reading(b.reading)
	if err != nil {
		return err
	}
	l, err := newLines(f.Reader, f.Format)
	if err != nil {
		return err
	}
	t, rows, err := openTable(l, inner(f.Columns), f.Format)
	if err != nil {
		return err
	}
	row := &Row{table: t, reading: how, zone: b.zone}
	for more := true; more; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := f.block(row, rows); err != nil {
			return err
		}
		if rows, more, err = l.next(); err != nil {
			return fmt.Errorf("line %d: %w", l.line+1, err)
		}
	}
	return nil
}

// block gives the rows of a block to who takes them.
func (f *RowFile) block(r *Row, b block) error {
	var room rowRoom
	for r.Line = b.first; b.text != ""; r.Line++ {
		var line string
		if line, b.text = cutLine(b.text); strings.TrimSpace(line) == "" {
			continue
		}
		if err := r.table.fits(line, r.Line); err != nil {
			return err
		}
		err := r.cut(line, &room)
		if err == nil {
			err = f.Take(r)
		}
		switch {
		case err == nil:
		case errors.Is(err, ErrInput):
			f.Bad(r.Line, err)
		default:
			return fmt.Errorf("line %d: %w", r.Line, err)
		}
	}
	return nil
}

// cut cuts a line into the fields of the row.
func (r *Row) cut(line string, room *rowRoom) (err error) {
	if len(line) >= maxLine {
		return wrong("%v", errLong)
	}
	if r.fields, err = r.table.row(line, room); err != nil {
		return wrong("%v", err)
	}
	return nil
}
