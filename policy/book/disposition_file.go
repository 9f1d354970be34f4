package book

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"tregua/policy"
)

// DispositionRow is a row of a file of dispositions. What it does not have is zero.
type DispositionRow struct {
	Code      string
	Number    policy.Number
	CalledAt  time.Time // when the call was, as the dialer has it
	CallID    string
	Attempt   string // the attempt id
	ID        string // the disposition's own
	Principal string // on whose behalf, where the call cannot be found
	AgreedAt  time.Time
	Until     time.Time
}

// DispositionFile is a file of dispositions and who takes them.
type DispositionFile struct {
	Reader  io.Reader
	Format  Format
	Rejects io.Writer // CSV of line, reason, row
	// Take takes one row and reports whether it was taken before.
	Take func(ctx context.Context, r *DispositionRow) (known bool, err error)
	// Mends reports whether an error of Take is a mistake of its row. Any other
	// ends the file: what was taken until then is.
	Mends func(error) bool
}

// DispositionCount is what became of the rows: Rows = New + Known + Rejects.
type DispositionCount struct{ Rows, New, Known, Rejects int64 }

// dispositionColumns are the columns of a file of dispositions.
var dispositionColumns = []column{
	{"code", true},
	{"number", false},
	{"called_at", false},
	{"call_id", false},
	{"attempt", false},
	{"id", false},
	{"principal", false},
	{"agreed_at", false},
	{"until", false},
}

// CheckDispositionFormat says what is wrong with how files of dispositions are said
// to be written.
func CheckDispositionFormat(f Format) error {
	_, commaErr := f.comma()
	_, mappingErr := f.mapping(dispositionColumns)
	_, codingErr := f.decode(nil)
	_, numbersErr := f.reading(reading{})
	return cmp.Or(commaErr, mappingErr, codingErr, numbersErr)
}

// ReadDispositions gives the rows of a file to who takes them, one after the other.
// They are events and no set: each good row counts for itself, whatever the others
// are, so that no denial waits for a row to be mended.
func (b *Book) ReadDispositions(ctx context.Context, f DispositionFile) (DispositionCount, error) {
	read := &dispositionReader{file: &f, zone: b.zone, rejects: csv.NewWriter(f.Rejects)}
	err := read.all(ctx, b.reading)
	read.rejects.Flush()
	if err = errors.Join(err, read.rejects.Error()); err != nil {
		return read.count, fmt.Errorf("dispositions: %w", err)
	}
	return read.count, nil
}

type dispositionReader struct {
	file    *DispositionFile
	reading reading
	zone    *time.Location
	rejects *csv.Writer
	count   DispositionCount
}

func (d *dispositionReader) all(ctx context.Context, usual reading) (err error) {
	if d.file.Format.Polarity != "" {
		return wrong("polarity is for registry answers only")
	}
	if d.reading, err = d.file.Format.reading(usual); err != nil {
		return err
	}
	l, err := newLines(d.file.Reader, d.file.Format)
	if err != nil {
		return err
	}
	t, b, err := openTable(l, dispositionColumns, d.file.Format)
	if err != nil {
		return err
	}
	if err := d.rejects.Write([]string{"line", "reason", "row"}); err != nil {
		return err
	}
	for more := true; more; {
		if err := d.block(ctx, t, b); err != nil {
			return err
		}
		if b, more, err = l.next(); err != nil {
			return fmt.Errorf("line %d: %w", l.line+1, err)
		}
	}
	return nil
}

// block takes the rows of a block.
func (d *dispositionReader) block(ctx context.Context, t *table, b block) error {
	var room rowRoom
	for at := b.first; b.text != ""; at++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var line string
		if line, b.text = cutLine(b.text); strings.TrimSpace(line) == "" {
			continue
		}
		if err := t.fits(line, at); err != nil {
			return err
		}
		d.count.Rows++
		known, err := d.take(ctx, t, line, &room)
		switch {
		case err == nil && known:
			d.count.Known++
		case err == nil:
			d.count.New++
		case errors.Is(err, ErrInput) || d.file.Mends(err):
			d.count.Rejects++
			if err := d.rejects.Write([]string{strconv.Itoa(at), err.Error(), line}); err != nil {
				return fmt.Errorf("writing rejects: %w", err)
			}
		default:
			return fmt.Errorf("line %d: %w", at, err)
		}
	}
	return nil
}

func (d *dispositionReader) take(ctx context.Context, t *table, line string, room *rowRoom) (known bool, err error) {
	if len(line) >= maxLine {
		return false, wrong("%v", errLong)
	}
	fields, err := t.row(line, room)
	if err != nil {
		return false, wrong("%v", err)
	}
	r := DispositionRow{Code: fields[0], CallID: fields[3], Attempt: fields[4], ID: fields[5], Principal: fields[6]}
	if fields[1] != "" {
		if r.Number, _, err = d.reading.number(fields[1]); err != nil {
			return false, wrong("number: %v", err)
		}
	}
	for _, moment := range []struct {
		at int
		to *time.Time
	}{{2, &r.CalledAt}, {7, &r.AgreedAt}, {8, &r.Until}} {
		if *moment.to, err = readMoment(fields[moment.at], d.zone); err != nil {
			return false, wrong("%s %v", dispositionColumns[moment.at].name, err)
		}
	}
	return d.file.Take(ctx, &r)
}

// readMoment reads a time as dialers write it, without a zone in that of the node's
// country; the zero time for none.
func readMoment(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	for _, layout := range []string{time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q: write 2026-03-31 14:05:00 or 2026-03-31T14:05:00+02:00", text)
}
