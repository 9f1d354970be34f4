package wire

import (
	"errors"
	"fmt"
	"strings"
)

// Limits of a multipart body.
const (
	maxParts = 16
	maxDepth = 2 // a multipart, and one inside it
)

// boundaryChars are those of a boundary (RFC 2046 section 5.1.1).
const boundaryChars = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'()+_,-./:=? "

// splitter cuts a body into its parts. The reader of the standard library
// (mime/multipart) takes bare LF for a line end, forgives a boundary in the
// wrong place, and does not say where a part stands; in the tests it is the
// oracle.
type splitter struct{ parts []Part }

// add appends p, or the parts that it consists of. depth is the number of
// multiparts that it stands in.
func (s *splitter) add(p Part, depth int) error {
	switch {
	case !p.multipart():
		if len(s.parts) == maxParts {
			return fmt.Errorf("more than %d parts", maxParts)
		}
		s.parts = append(s.parts, p)
		return nil
	case p.hides():
		return fmt.Errorf("%s may hide a session description", p.Type)
	case p.Encoded: // which RFC 2045 section 6.4 forbids
		return fmt.Errorf("an encoded %s", p.Type)
	case depth == maxDepth:
		return fmt.Errorf("multiparts more than %d deep", maxDepth)
	}
	spans, err := p.cut()
	if err != nil {
		return err
	}
	for i, at := range spans {
		part, err := p.part(at, depth)
		if err == nil {
			err = s.add(part, depth+1)
		}
		if err != nil {
			return fmt.Errorf("part %d: %w", i+1, err)
		}
	}
	return nil
}

// cut returns where the parts of a multipart stand in its body, headers
// included. Its boundary may occur nowhere but in the lines between parts, as
// some readers look for it anywhere, and behind bare line ends.
func (p *Part) cut() (parts []stretch, err error) {
	boundary, err := p.boundary()
	if err != nil {
		return nil, err
	}
	from, closed := -1, false
	for i := strings.Index(p.Body, boundary); i >= 0; {
		end, last, ok := delimiter(p.Body, i, boundary)
		switch {
		case !ok || closed || from >= 0 && i-2 < from:
			return nil, fmt.Errorf("the boundary in the wrong place, at byte %d", p.at+i)
		case len(parts) == maxParts:
			return nil, fmt.Errorf("more than %d parts", maxParts)
		case from >= 0:
			parts = append(parts, stretch{from, i - 2})
		case last:
			return nil, errors.New("a multipart without a part")
		}
		from, closed = end, last
		if i = strings.Index(p.Body[end:], boundary); i >= 0 {
			i += end
		}
	}
	if !closed {
		return nil, errors.New("a multipart without its closing boundary")
	}
	return parts, nil
}

// boundary returns what a delimiter line begins with (RFC 2046 section 5.1.1).
func (p *Part) boundary() (string, error) {
	raw, ok := find(string(p.Params), "boundary")
	b := unquote(raw.value)
	switch {
	case strings.Contains(strings.ToLower(string(p.Params)), "boundary*"):
		return "", errors.New("a boundary in the form of RFC 2231")
	case !ok || b == "":
		return "", errors.New("a multipart without a boundary")
	case len(b) > 70 || strings.Trim(b, boundaryChars) != "" || b[len(b)-1] == ' ' || strings.Contains(raw.value, `\`):
		return "", fmt.Errorf("a boundary that is none: %.40q", b)
	}
	return "--" + b, nil
}

// delimiter reads the line between two parts that begins at i and returns the
// index behind it. last is true for the one behind the last part, which may end
// with the body. ok is false when the line is more or less than that.
func delimiter(body string, i int, boundary string) (end int, last, ok bool) {
	if i > 0 && !strings.HasSuffix(body[:i], "\r\n") {
		return i, false, false
	}
	rest := body[i+len(boundary):]
	rest, last = strings.CutPrefix(rest, "--")
	rest = strings.TrimLeft(rest, " \t")
	if last && rest == "" {
		return len(body), true, true
	}
	rest, ok = strings.CutPrefix(rest, "\r\n")
	return len(body) - len(rest), last, ok
}

// part reads the part of p that stands at a place in its body: header lines, an
// empty line, a body. Both latter may be missing, as the line behind it begins
// with a line end of its own.
func (p *Part) part(at stretch, depth int) (Part, error) {
	part := Part{
		Type: "text/plain", at: p.at + at.from, lengths: p.lengths, // RFC 2046 section 5.1
		loose: p.loose || p.Type != "multipart/mixed" && p.Type != "multipart/related",
	}
	text, i := p.Body[at.from:at.to], 0
	var seen [headers]bool
	for i < len(text) && !strings.HasPrefix(text[i:], "\r\n") {
		l, err := partLine(text[i:])
		switch {
		case err != nil:
			return part, err
		case seen[l.Header] && l.Header.single():
			return part, fmt.Errorf("%s stands twice", l.Header)
		case l.Header == HContentLength:
			from := part.at + i + skip(l.Text, strings.IndexByte(l.Text, ':')+1)
			part.lengths[depth] = stretch{from, from + len(l.raw())}
		}
		if err := part.header(&l); err != nil {
			return part, err
		}
		seen[l.Header] = true
		i += len(l.Text) + 2
	}
	i = min(i+2, len(text)) // the empty line
	part.Body, part.at = text[i:], part.at+i
	if own := part.lengths[depth]; seen[HContentLength] && !part.counts(p.Body[own.from-p.at:own.to-p.at]) {
		return part, errors.New("Content-Length is not the length of the part")
	}
	return part, nil
}

// counts tells whether a Content-Length is that of p.
func (p *Part) counts(length string) bool {
	n, ok := number(length, MaxSize)
	return ok && int(n) == len(p.Body)
}

// partLine reads the header line that text begins with.
func partLine(text string) (Line, error) {
	end, found := lineEnd(text)
	if found != noControl || end == len(text) {
		return Line{}, fmt.Errorf("a header line without an end, or with a control character: %.20q", text)
	}
	return lineOf(text[:end])
}
