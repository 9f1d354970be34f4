package wire

import (
	"fmt"
	"strings"
)

// Malformed is the error of Read.
type Malformed struct {
	// Header is the full name of the header that is wrong, "request line",
	// "status line" or "" for the message as a whole.
	Header string
	// Text says what is wrong with it.
	Text string
	// Status is what answers it: 505 when the version of the request line is
	// not 2.0 (RFC 3261 section 21.5.6), otherwise 400.
	Status int
	// Partial is not nil when that answer can be built from it by Reply;
	// otherwise the message is dropped in silence.
	Partial *Message
}

// Error names the header and what is wrong with it.
func (e *Malformed) Error() string {
	if e.Header == "" {
		return e.Text
	}
	return e.Header + ": " + e.Text
}

// Read reads one message, a whole datagram. It copies the datagram once and
// keeps no part of it. The error is always a *Malformed. An empty datagram and
// one of line ends only (a keep-alive) are malformed without a Partial.
func Read(datagram []byte) (*Message, error) {
	datagram = afterLineEnds(datagram)
	switch {
	case len(datagram) == 0:
		return nil, &Malformed{Text: "nothing but line ends"}
	case len(datagram) > MaxSize:
		return nil, &Malformed{Text: "a message over 64 kB"}
	}
	text := string(datagram)
	r := reader{m: &Message{MaxForwards: -1}, length: -1}
	line, rest, ok := strings.Cut(text, "\r\n")
	if !ok || strings.ContainsFunc(line, control) || !r.start(line) {
		return nil, &Malformed{Text: "the start line is none of SIP"}
	}
	rest = r.split(rest)
	for i := range r.m.Lines {
		r.header(&r.m.Lines[i])
	}
	r.whole(rest)
	if r.err == nil {
		return r.m, nil
	}
	if r.answerable() {
		r.err.Partial = r.m
	}
	return nil, r.err
}

// afterLineEnds skips the line ends before a start line (RFC 3261 section
// 7.5).
func afterLineEnds(datagram []byte) []byte {
	for len(datagram) > 1 && datagram[0] == '\r' && datagram[1] == '\n' {
		datagram = datagram[2:]
	}
	return datagram
}

func control(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }

// reader is the state of one Read. It goes on after a mistake, so that what is
// needed for an answer is read as well.
type reader struct {
	m      *Message
	err    *Malformed // the first mistake
	length int        // Content-Length, -1 when absent
	seen   [headers]uint16
}

func (r *reader) fail(header, text string) {
	if r.err == nil {
		r.err = &Malformed{Header: header, Text: text, Status: 400}
	}
}

// split cuts the header lines off text, which begins behind the start line,
// and returns what follows the empty line.
func (r *reader) split(text string) (body string) {
	size := strings.Index(text, "\r\n\r\n")
	if size < 0 {
		size = len(text)
	}
	r.m.Lines = make([]Line, 0, min(strings.Count(text[:size], "\n")+1, MaxLines))
	for {
		switch {
		case strings.HasPrefix(text, "\r\n"):
			return text[2:]
		case text == "":
			r.fail("", "no empty line behind the headers")
			return ""
		}
		end, found := lineEnd(text)
		if found == noControl || found == escapedControl && readsQuotes(text[:end]) {
			r.add(text[:end])
		} else {
			r.fail(nameOf(text[:end]), "a control character, or a line of white space only")
		}
		text = text[min(end+2, len(text)):]
	}
}

// controls is the worst of the control characters of a header line that are no
// part of a fold.
type controls uint8

const (
	noControl      controls = iota
	escapedControl          // behind a backslash, as in a quoted-pair
	bareControl             // any other, a fold round nothing, and bare CR and LF
)

// lineEnd returns the index of the CRLF that ends the first line of text with
// its continuation lines, or of the end of text, and what it holds of controls.
func lineEnd(text string) (end int, found controls) {
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c >= ' ' && c != 0x7f || c == '\t' {
			continue
		}
		if c != '\r' || at(text, i+1) != '\n' {
			found = max(found, controlAt(text, i))
			continue
		}
		if !folds(text, i) {
			return i, found
		}
		// Each fold is looked at up to the next only: a line may be nothing
		// but folds, and there may be 20,000 of them.
		for i += 2; isBlank(at(text, i+1)); i++ {
		}
		if i+1 == len(text) || strings.HasPrefix(text[i+1:], "\r\n") && !folds(text, i+1) {
			found = bareControl
		}
	}
	return len(text), found
}

// folds tells whether the CRLF at i goes on with a continuation line.
func folds(text string, i int) bool { return isBlank(at(text, i+2)) }

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// controlAt tells whether the control character at i may stand in a
// quoted-pair (RFC 3261 section 25.1: any but CR and LF), and is escaped.
func controlAt(text string, i int) controls {
	slashes := 0
	for i > slashes && text[i-slashes-1] == '\\' {
		slashes++
	}
	if slashes%2 == 0 || text[i] == '\r' || text[i] == '\n' {
		return bareControl
	}
	return escapedControl
}

// readsQuotes tells whether a header line is of a kind whose quoted strings are
// read here to the end: everywhere else in them a control character is refused.
func readsQuotes(line string) bool {
	switch name, _, _ := strings.Cut(line, ":"); headerOf(trim(name)) {
	case HVia, HFrom, HTo, HContact, HRoute, HRecordRoute:
		return true
	default:
		return false
	}
}

// add appends one clean header line.
func (r *reader) add(text string) {
	switch l, err := lineOf(text); {
	case err != nil:
		r.fail("", err.Error())
	case len(r.m.Lines) == MaxLines:
		r.fail("", "more than 256 header lines")
	default:
		r.m.Lines = append(r.m.Lines, l)
	}
}

// lineOf reads the name of one clean header line.
func lineOf(text string) (Line, error) {
	name, _, found := strings.Cut(text, ":")
	for name != "" && (name[len(name)-1] == ' ' || name[len(name)-1] == '\t') {
		name = name[:len(name)-1]
	}
	switch {
	case !found:
		return Line{}, fmt.Errorf("a header line without a colon: %.20q", text)
	case !all(name, classToken):
		return Line{}, fmt.Errorf("a header name that is none: %.20q", text)
	}
	return Line{Header: headerOf(name), Text: text}, nil
}

// nameOf returns the name of a header line for an error, "" when none can be
// told.
func nameOf(text string) string {
	name, _, _ := strings.Cut(text, ":")
	if name = trim(name); !all(name, classToken) || len(name) > 40 {
		return ""
	}
	return longName(name)
}
