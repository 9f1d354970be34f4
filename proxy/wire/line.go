package wire

import "strings"

// Line is one header line with its continuation lines.
type Line struct {
	Header Header
	// Text is the line exactly as it came, folding included, without the
	// final CRLF.
	Text string
}

// Name returns the header name as it came, without the white space that may
// stand before the colon.
func (l Line) Name() string {
	name, _, _ := strings.Cut(l.Text, ":")
	return trim(name)
}

// Value returns what follows the colon, trimmed; each fold with the white
// space round it is one space (RFC 3261 section 7.3.1).
func (l Line) Value() string { return unfold(l.raw()) }

// raw returns what follows the colon, trimmed, folds left in.
func (l Line) raw() string {
	_, value, _ := strings.Cut(l.Text, ":")
	return trim(value)
}

// unfold replaces each fold and the white space round it by one space.
func unfold(s string) string {
	if strings.IndexByte(s, '\n') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\r' && s[i] != '\n' {
			out = append(out, s[i])
			continue
		}
		for len(out) > 0 && isSpace(out[len(out)-1]) {
			out = out[:len(out)-1]
		}
		i = skip(s, i) - 1
		out = append(out, ' ')
	}
	return string(out)
}
