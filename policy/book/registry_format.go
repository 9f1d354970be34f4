package book

import (
	"strconv"
	"strings"
)

// fileFormat is how the files look that an account exchanges with the registry:
// the numbers that it submits, and the reply. No layout of the registry is
// published (regulation.md section 2), so each account says its own. The zero
// value is a header row, commas, UTF-8, numbers as +39…, and replies with the
// columns number and answer, which is clear or opposed.
type fileFormat struct {
	_            struct{} `cbor:",toarray"`
	Numbers      string   // "": E.164; numbersNational
	Delimiter    string   // "": comma
	Encoding     string   // of the reply, "": UTF-8
	NoHeader     bool     // neither file has a header row
	Reply        string   // which of the submitted numbers it lists, "": both kinds
	NumberColumn string   // name, or place from 1 where there is no header row; "": the default
	AnswerColumn string
	Clear        string // what stands in the answer column, "": clear
	Opposed      string // "": opposed
}

const (
	numbersNational = "national"
	replyClear      = "clear"   // only the numbers that may be called
	replyOpposed    = "opposed" // only those that may not
)

var (
	numberForms  = []choice[string]{{"e164", ""}, {"national", numbersNational}}
	delimiters   = []choice[string]{{"comma", ""}, {"semicolon", ";"}, {"tab", "\t"}, {"pipe", "|"}}
	replyCodings = []choice[string]{{"utf-8", ""}, {"iso-8859-1", "iso-8859-1"}, {"windows-1252", "windows-1252"}}
	headers      = []choice[bool]{{"true", false}, {"false", true}}
	replies      = []choice[string]{{"both", ""}, {"clear", replyClear}, {"opposed", replyOpposed}}
)

// formatKeys are the keys of an account that make its format.
var formatKeys = []string{"numbers", "delimiter", "encoding", "header", "reply", "number_column", "answer_column", "clear", "opposed"}

// format reads the format of an account. What it says is what is stored: a
// default that is written out is the default.
func (w *work) format(it item) fileFormat {
	var f fileFormat
	f.Numbers = optional(w, it, "numbers", numberForms)
	f.Delimiter = optional(w, it, "delimiter", delimiters)
	f.Encoding = optional(w, it, "encoding", replyCodings)
	f.NoHeader = optional(w, it, "header", headers)
	f.Reply = optional(w, it, "reply", replies)
	f.NumberColumn = w.columnName(it, "number_column", f.numberColumn(), f.NoHeader)
	if strings.ContainsFunc(f.NumberColumn, func(r rune) bool { return r > '~' }) {
		w.mistakes.add(it.fields["number_column"].position, "number_column %q: it heads the files that leave too, which are plain ASCII", f.NumberColumn)
	}
	if f.Reply != "" {
		for _, name := range []string{"answer_column", "clear", "opposed"} {
			if field, ok := it.fields[name]; ok {
				w.mistakes.add(field.position, "a reply that lists %s numbers only has no answers: remove %s", f.Reply, name)
			}
		}
		return f
	}
	f.AnswerColumn = w.columnName(it, "answer_column", f.answerColumn(), f.NoHeader)
	f.Clear = w.word(it, "clear", "clear")
	f.Opposed = w.word(it, "opposed", "opposed")
	if strings.EqualFold(f.clear(), f.opposed()) {
		w.mistakes.add(it.position, "clear and opposed are both %q: an answer must be one of them", f.clear())
	}
	if strings.EqualFold(f.numberColumn(), f.answerColumn()) {
		w.mistakes.add(it.position, "number_column and answer_column are both %q", f.numberColumn())
	}
	return f
}

// optional reads a field that has one of a few words, if it is there.
func optional[T comparable](w *work, it item, name string, choices []choice[T]) (value T) {
	if _, ok := it.fields[name]; !ok {
		return value
	}
	return oneOf(w, it, name, choices)
}

// maxColumns bounds the place of a column in a file without a header row.
const maxColumns = 256

// columnName reads a field that names a column, "" if it is the default.
func (w *work) columnName(it item, name, usual string, place bool) string {
	text := w.word(it, name, usual)
	if n, err := strconv.Atoi(text); text != "" && place && (err != nil || n < 1 || n > maxColumns) {
		w.mistakes.add(it.fields[name].position, "%s %q: without a header row a column is its place, from 1 to %d", name, text, maxColumns)
	}
	return text
}

// word reads a field that stands in a file as it is, "" if it is the default or
// not there. What would need quotes there is none.
func (w *work) word(it item, name, usual string) string {
	field, ok := it.field(name)
	if !ok || field.text == usual {
		return ""
	}
	bad := func(r rune) bool { return r < ' ' || strings.ContainsRune("\",;|", r) }
	if field.text == "" || len(field.text) > 64 || strings.ContainsFunc(field.text, bad) || strings.TrimSpace(field.text) != field.text {
		w.mistakes.add(field.position, "%s %q: write 1 to 64 characters without quotes, delimiters and blanks around them", name, field.text)
	}
	return field.text
}

func (f fileFormat) numberColumn() string { return f.column(f.NumberColumn, "number", "1") }
func (f fileFormat) answerColumn() string { return f.column(f.AnswerColumn, "answer", "2") }
func (f fileFormat) clear() string        { return f.column(f.Clear, "clear", "clear") }
func (f fileFormat) opposed() string      { return f.column(f.Opposed, "opposed", "opposed") }

// column returns text, or what it is by default with and without a header row.
func (f fileFormat) column(text, named, placed string) string {
	switch {
	case text != "":
		return text
	case f.NoHeader:
		return placed
	}
	return named
}

// comma is the delimiter of a reply.
func (f fileFormat) comma() rune {
	for _, r := range f.Delimiter {
		return r
	}
	return ','
}

// differences tells people what changed between two formats.
func (f fileFormat) differences(field func(name, was, is string), is fileFormat) {
	field("numbers", wordOf(numberForms, f.Numbers), wordOf(numberForms, is.Numbers))
	field("delimiter", wordOf(delimiters, f.Delimiter), wordOf(delimiters, is.Delimiter))
	field("encoding", wordOf(replyCodings, f.Encoding), wordOf(replyCodings, is.Encoding))
	field("header", wordOf(headers, f.NoHeader), wordOf(headers, is.NoHeader))
	field("reply", wordOf(replies, f.Reply), wordOf(replies, is.Reply))
	field("number_column", f.numberColumn(), is.numberColumn())
	field("answer_column", f.answerColumn(), is.answerColumn())
	field("clear", f.clear(), is.clear())
	field("opposed", f.opposed(), is.opposed())
}
