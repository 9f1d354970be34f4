package wire

import "iter"

// Limits of one message.
const (
	MaxSize  = 64 << 10 // bytes, the body included
	MaxLines = 256      // header lines, folds not counted
)

// Message is one request or response. Read fills all of it.
type Message struct {
	// Method and URI are those of the request line as it came, "" in a
	// response.
	Method, URI string
	// Status and Phrase are those of the status line, 0 and "" in a request.
	Status int
	Phrase string
	// Lines are the header lines in order.
	Lines []Line
	Body  string

	// What follows is the one reading of the lines above.

	Via         ViaHop // the topmost
	From, To    NameAddr
	CallID      string
	CSeq        CSeq
	MaxForwards int      // -1 when absent
	Contact     NameAddr // the first contact
	HasContact  bool     // false also for "Contact: *"
}

// CSeq is the value of a CSeq header (RFC 3261 section 20.16).
type CSeq struct {
	N      uint32 // below 2^31
	Method string
}

// IsRequest tells a request from a response.
func (m *Message) IsRequest() bool { return m.Method != "" }

// Values yields the value of each line of that kind, in order; a comma list
// is one value.
func (m *Message) Values(h Header) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range m.Lines {
			if m.Lines[i].Header == h && !yield(m.Lines[i].Value()) {
				return
			}
		}
	}
}

// Named yields the value of each line with that name, in order. The name is
// compared without regard to case, and with its compact form.
func (m *Message) Named(name string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := range m.Lines {
			if sameName(m.Lines[i].Name(), name) && !yield(m.Lines[i].Value()) {
				return
			}
		}
	}
}

// RawNamed returns the text of each line with that name, in order.
func (m *Message) RawNamed(name string) []string {
	var lines []string
	for i := range m.Lines {
		if sameName(m.Lines[i].Name(), name) {
			lines = append(lines, m.Lines[i].Text)
		}
	}
	return lines
}

// RawLines returns the text of each line of that kind, in order. The slice is
// the caller's.
func (m *Message) RawLines(h Header) []string {
	var lines []string
	for i := range m.Lines {
		if m.Lines[i].Header == h {
			lines = append(lines, m.Lines[i].Text)
		}
	}
	return lines
}

// line returns the first line of that kind.
func (m *Message) line(h Header) (Line, bool) {
	for i := range m.Lines {
		if m.Lines[i].Header == h {
			return m.Lines[i], true
		}
	}
	return Line{}, false
}
