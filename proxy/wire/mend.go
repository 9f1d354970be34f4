package wire

import (
	"strconv"
	"strings"
)

// mend writes a line of m of which the edit changes a part, and all else stays
// byte for byte; false when the edit changes nothing in it.
func (w *writer) mend(m *Message, l *Line) bool {
	switch l.Header {
	case HCSeq:
		return w.e.CSeq != 0 && w.renumber(l.Text, 0, w.e.CSeq)
	case HCallID:
		return w.e.CallID != "" && w.replace(l.Text, valueAt(l.Text), m.CallID, w.e.CallID)
	case HFrom:
		return w.e.FromTag != "" && w.retag(l.Text, &m.From, w.e.FromTag)
	case HTo:
		return w.e.ToTag != "" && w.retag(l.Text, &m.To, w.e.ToTag)
	case HOther:
		return w.foreign(l)
	default:
		return false
	}
}

// foreign is mend for a line of no kind of ours.
func (w *writer) foreign(l *Line) bool {
	if w.e.RAckCSeq == 0 && w.e.Dialogs == nil && len(w.e.Rename) == 0 {
		return false
	}
	name, value := l.Name(), l.raw()
	switch {
	case w.e.RAckCSeq != 0 && sameName(name, "RAck"):
		// RFC 3262 section 7.2: response-num LWS CSeq-num LWS Method.
		return w.renumber(l.Text, 1, w.e.RAckCSeq)
	case w.e.Dialogs != nil && namesDialog(name):
		return w.replace(l.Text, valueAt(l.Text), value, w.e.Dialogs.Rewrite(value))
	case w.e.Dialogs != nil && sameName(name, "Refer-To"):
		return w.replace(l.Text, valueAt(l.Text), value, w.e.Dialogs.Refer(value))
	}
	for _, names := range w.e.Rename {
		if sameName(name, names[0]) {
			return w.replace(l.Text, 0, name, names[1])
		}
	}
	return false
}

// retag writes a line whose one address is a, with another tag; false when it
// has none.
func (w *writer) retag(text string, a *NameAddr, tag string) bool {
	start, ok := a.tagAt()
	return ok && w.replace(text, valueAt(text)+start, a.Tag, tag)
}

// tagAt returns the index of the tag in Text; ok is false without one.
func (a *NameAddr) tagAt() (start int, ok bool) {
	_, params := a.around()
	p, ok := find(params, "tag")
	return len(a.Text) - len(params) + p.end - len(p.value), ok
}

// replace writes a line with repl in place of old, which stands at start;
// false when it does not.
func (w *writer) replace(text string, start int, old, repl string) bool {
	if !strings.HasPrefix(text[min(start, len(text)):], old) {
		return false
	}
	w.out = append(append(w.out, text[:start]...), repl...)
	w.text(text[start+len(old):])
	return true
}

// renumber writes a line with another number in place of the word of that
// index in its value; false when that word is no number.
func (w *writer) renumber(text string, word int, n uint32) bool {
	from := valueAt(text)
	for range word {
		for from < len(text) && !isSpace(text[from]) {
			from++
		}
		from = skip(text, from)
	}
	end := from
	for at(text, end) >= '0' && at(text, end) <= '9' {
		end++
	}
	if end == from {
		return false
	}
	w.out = strconv.AppendUint(append(w.out, text[:from]...), uint64(n), 10)
	w.text(text[end:])
	return true
}

// valueAt returns the index in a header line where its value begins.
func valueAt(text string) int {
	return skip(text, strings.IndexByte(text, ':')+1)
}
