package wire

import (
	"strconv"
	"strings"
)

// mend writes a line of which the edit changes a part, and all else stays byte
// for byte; false when the edit changes nothing in it.
func (w *writer) mend(l *Line) bool {
	switch {
	case l.Header == HCSeq && w.e.CSeq != 0:
		return w.renumber(l.Text, 0, w.e.CSeq)
	case l.Header == HOther && w.e.RAckCSeq != 0 && sameName(l.Name(), "RAck"):
		// RFC 3262 section 7.2: response-num LWS CSeq-num LWS Method.
		return w.renumber(l.Text, 1, w.e.RAckCSeq)
	default:
		return false
	}
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
