package wire

import (
	"slices"
	"strconv"
)

// Edit says what Write changes. The zero Edit changes nothing.
type Edit struct {
	URI string // of the request line; "" keeps
	// Vias are complete lines in place of all Via lines; nil keeps.
	Vias []string
	// Contact is a complete line in place of all Contact lines; "" keeps.
	Contact string
	// MaxForwards is the new value; 0 keeps, below 0 writes 0. A request that
	// has none gets it behind the Vias.
	MaxForwards int
	// CSeq is the new number of the CSeq line, RAckCSeq the new CSeq number in
	// a RAck (RFC 3262 section 7.2): where tregua has sent requests of its own,
	// the numbers of those that follow are shifted. 0 keeps.
	CSeq, RAckCSeq uint32
	// CallID, FromTag and ToTag are the new Call-ID and tags; "" keeps. A From
	// or To that has no tag gets none.
	CallID, FromTag, ToTag string
	// Dialogs rewrites what Replaces, Join, Target-Dialog and Refer-To say of
	// other dialogs; nil keeps.
	Dialogs *DialogIDs
	// Routes and RecordRoutes are complete lines in place of all such lines,
	// when the flag before them is set.
	SetRoutes       bool
	Routes          []string
	SetRecordRoutes bool
	RecordRoutes    []string
	// Body is the new body when SetBody is set; Content-Length follows it.
	SetBody bool
	Body    string
	// Drop names headers, in any case, whose lines are left out. They must be
	// none that SIP itself needs, as those of Rename.
	Drop []string
	// Rename has old and new names: lines of the old name, in any case and in
	// its compact form, keep all behind their name. What is dropped is not
	// renamed.
	Rename [][2]string
	// Add are complete lines that stand behind all others.
	Add []string
}

// Write returns the message with the changes of e. Every line that e does not
// name leaves byte for byte and in its order. New lines stand where the first
// old one of their kind stood; those without an old one stand behind the Vias
// that lead the message.
func (m *Message) Write(e Edit) []byte {
	w := writer{e: e, out: make([]byte, 0, m.size(&e))}
	w.startLine(m)
	for i := range m.Lines {
		l := &m.Lines[i]
		if l.Header != HVia {
			w.missing(m)
		}
		w.line(m, l)
	}
	w.missing(m)
	w.end(m)
	return w.out
}

// size is enough for what Write returns, so that it allocates once.
func (m *Message) size(e *Edit) int {
	n := 256 + len(m.Method) + len(m.URI) + len(e.URI) + len(m.Phrase) + len(e.Contact) + len(m.Body) + len(e.Body) +
		len(e.CallID) + len(e.FromTag) + len(e.ToTag)
	for i := range m.Lines {
		n += len(m.Lines[i].Text) + 2
	}
	for _, lines := range [...][]string{e.Vias, e.Routes, e.RecordRoutes, e.Add} {
		for _, line := range lines {
			n += len(line) + 2
		}
	}
	for _, names := range e.Rename { // more than one line of a name is rare
		n += len(names[1])
	}
	return n
}

// writer is the state of one Write.
type writer struct {
	e      Edit
	out    []byte
	wrote  [headers]bool // the new lines of that kind are out
	topped bool          // missing has written
}

func (w *writer) text(line string) { w.out = append(append(w.out, line...), "\r\n"...) }

func (w *writer) lines(lines []string) {
	for _, line := range lines {
		w.text(line)
	}
}

func (w *writer) startLine(m *Message) {
	if m.IsRequest() {
		uri := m.URI
		if w.e.URI != "" {
			uri = w.e.URI
		}
		w.out = append(append(append(append(w.out, m.Method...), ' '), uri...), " SIP/2.0\r\n"...)
		return
	}
	w.out = append(statusStart(w.out, m.Status), m.Phrase...)
	w.out = append(w.out, "\r\n"...)
}

func statusStart(out []byte, status int) []byte {
	return append(strconv.AppendInt(append(out, "SIP/2.0 "...), int64(status), 10), ' ')
}

// line writes one line, or what stands in its place.
func (w *writer) line(m *Message, l *Line) {
	h := l.Header
	switch {
	case h == HOther && w.dropped(l):
	case w.replaced(h):
		if !w.wrote[h] {
			w.new(h, l.Name())
		}
	case !w.mend(m, l):
		w.text(l.Text)
	}
}

// missing writes, once, the new lines that have no old one to take the place
// of.
func (w *writer) missing(m *Message) {
	if w.topped {
		return
	}
	w.topped = true
	for _, h := range [...]Header{HVia, HMaxForwards, HRecordRoute, HRoute, HContact} {
		if !w.replaced(h) || w.wrote[h] {
			continue
		}
		if _, has := m.line(h); !has {
			w.new(h, h.String())
		}
	}
}

// end writes what stands last, the empty line and the body.
func (w *writer) end(m *Message) {
	body := m.Body
	if w.e.SetBody {
		body = w.e.Body
		if !w.wrote[HContentLength] {
			w.new(HContentLength, HContentLength.String())
		}
	}
	w.lines(w.e.Add)
	w.out = append(append(w.out, "\r\n"...), body...)
}

func (w *writer) dropped(l *Line) bool {
	return len(w.e.Drop) > 0 && slices.ContainsFunc(w.e.Drop, func(name string) bool { return sameName(name, l.Name()) })
}

// replaced tells whether the edit has new lines for that kind.
func (w *writer) replaced(h Header) bool {
	switch h {
	case HVia:
		return w.e.Vias != nil
	case HContact:
		return w.e.Contact != ""
	case HMaxForwards:
		return w.e.MaxForwards != 0
	case HRoute:
		return w.e.SetRoutes
	case HRecordRoute:
		return w.e.SetRecordRoutes
	case HContentLength:
		return w.e.SetBody
	default:
		return false
	}
}

// new writes the new lines of a kind. A single header keeps the name by which
// the peer calls it.
func (w *writer) new(h Header, name string) {
	w.wrote[h] = true
	switch h {
	case HVia:
		w.lines(w.e.Vias)
	case HContact:
		w.text(w.e.Contact)
	case HMaxForwards:
		w.number(name, max(w.e.MaxForwards, 0))
	case HRoute:
		w.lines(w.e.Routes)
	case HRecordRoute:
		w.lines(w.e.RecordRoutes)
	case HContentLength:
		w.number(name, len(w.e.Body))
	default:
		// replaced has no other kinds.
	}
}

func (w *writer) number(name string, n int) {
	w.out = append(append(w.out, name...), ": "...)
	w.out = append(strconv.AppendInt(w.out, int64(n), 10), "\r\n"...)
}
