package book

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	textencoding "golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"tregua/policy/numbers"
)

// Format says how a file is written, where it is not as files of tregua are.
// The zero value is a file with our column names in UTF-8.
type Format struct {
	// Columns are pairs of our name of a column and that of the file:
	// "number=TELEFONO". Columns to pass over are "ignore=NOTE".
	Columns []string
	// Delimiter is the character between fields, or "tab"; "": it is found in
	// the header.
	Delimiter string
	// Encoding is utf-8 (also ""), iso-8859-1, windows-1252, or utf-16, which
	// must begin with a byte order mark.
	Encoding string
	// Numbers is e164 (the plus may be missing), national:IT, or "" for numbers
	// as people dial them in the country of the book.
	Numbers string
	// Polarity is what the registry answered for every number of a file without
	// the column answer: clear or opposed.
	Polarity string
}

// ignored is the name of columns that are passed over.
const ignored = "ignore"

// encodings are those that are decoded; utf-8 is checked instead.
var encodings = map[string]textencoding.Encoding{
	"iso-8859-1":   charmap.ISO8859_1,
	"windows-1252": charmap.Windows1252,
	"utf-16":       unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM),
}

// foreign reports whether the file is decoded. What its encoding does not have
// has become U+FFFD then.
func (f Format) foreign() bool { return f.Encoding != "" && !strings.EqualFold(f.Encoding, "utf-8") }

// decode returns r as UTF-8.
func (f Format) decode(r io.Reader) (io.Reader, error) {
	if !f.foreign() {
		return r, nil
	}
	e := encodings[strings.ToLower(f.Encoding)]
	if e == nil {
		return nil, wrong("encoding %q: it is utf-8, iso-8859-1, windows-1252 or utf-16", f.Encoding)
	}
	return e.NewDecoder().Reader(r), nil
}

// comma is the delimiter, 0 when it is to be found.
func (f Format) comma() (rune, error) {
	if f.Delimiter == "" {
		return 0, nil
	}
	if strings.EqualFold(f.Delimiter, "tab") {
		return '\t', nil
	}
	r, size := utf8.DecodeRuneInString(f.Delimiter)
	if size != len(f.Delimiter) || r == utf8.RuneError || strings.ContainsRune("\"\r\n", r) {
		return 0, wrong("delimiter %q: it is one character, like ; or |, or the word tab", f.Delimiter)
	}
	return r, nil
}

// renamed is a column that has another name in the file.
type renamed struct{ ours, theirs string }

// mapping are the columns that have another name, in the order of f.Columns.
func (f Format) mapping(columns []column) ([]renamed, error) {
	mapping := make([]renamed, 0, len(f.Columns))
	for _, pair := range f.Columns {
		ours, theirs, ok := strings.Cut(pair, "=")
		r := renamed{strings.ToLower(strings.TrimSpace(ours)), strings.TrimSpace(theirs)}
		if !ok || r.theirs == "" {
			return nil, wrong("column %q: write our name and that of the file, as number=TELEFONO", pair)
		}
		if r.ours != ignored && !slices.ContainsFunc(columns, func(c column) bool { return c.name == r.ours }) {
			return nil, wrong("column %q: there is no column %q: the columns are %s, and ignore for one to pass over",
				pair, r.ours, columnNames(columns))
		}
		if slices.ContainsFunc(mapping, func(m renamed) bool { return strings.EqualFold(m.theirs, r.theirs) }) {
			return nil, wrong("column %q: %q is named already", pair, r.theirs)
		}
		mapping = append(mapping, r)
	}
	return mapping, nil
}

// reading is how the numbers of the file are read: as by b, unless it says
// otherwise.
func (f Format) reading(b reading) (reading, error) {
	form, country, _ := strings.Cut(f.Numbers, ":")
	var err error
	switch {
	case f.Numbers == "":
		return b, nil
	case f.Numbers == "e164":
		b.form = numbers.E164
		return b, nil
	case form != "national" || country == "":
		return b, wrong("numbers %q: they are e164 or national:IT", f.Numbers)
	}
	if b, err = newReading(country, "", nil); err != nil {
		return b, wrong("numbers %q: %v", f.Numbers, err)
	}
	b.form = numbers.National
	return b, nil
}

// columns are those of a file of kind k in this format.
func (f Format) columns(k Kind) ([]column, error) {
	columns := columnsOf(k)
	switch {
	case f.Polarity == "":
		return columns, nil
	case k != Registry:
		return nil, wrong("polarity is for registry answers only")
	case f.Polarity != "clear" && f.Polarity != "opposed":
		return nil, wrong("polarity %q: it is clear or opposed", f.Polarity)
	}
	return append(columns[:answerColumn], columns[answerColumn+1:]...), nil
}

// columnNames are the columns for people, the optional ones in brackets.
func columnNames(columns []column) string {
	names := make([]string, len(columns))
	for at, c := range columns {
		names[at] = c.name
		if !c.required {
			names[at] = fmt.Sprintf("[%s]", c.name)
		}
	}
	return strings.Join(names, ", ")
}
