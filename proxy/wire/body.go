package wire

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Part is one body and what its headers say of it: the whole body of a
// message, or one part of a multipart body.
type Part struct {
	Type        string // media type in lower case, like "application/sdp"
	Params      Params // of the media type, as they came
	Disposition string // in lower case; "" when there is no Content-Disposition
	// Encoded is true when a Content-Encoding or a Content-Transfer-Encoding
	// says that Body stands for other bytes.
	Encoded bool
	Body    string // as it came

	at int // where Body begins in that of the message
	// lengths are the Content-Length values, in the body of the message, that
	// count Body: of the part that holds this one, and its own.
	lengths [maxDepth]stretch
	loose   bool // it stands in a multipart that is neither mixed nor related
}

// stretch is a piece of a text, empty when there is none.
type stretch struct{ from, to int }

// Parts returns what the body of a message consists of: the parts of a
// multipart body (RFC 2046 section 5.1), with those of a multipart part in its
// place; else the body as one; nothing when it is empty. The error says where
// another reader could see other parts, or a session description that cannot
// be seen from here.
func (m *Message) Parts() ([]Part, error) {
	whole, err := m.whole()
	if err != nil || m.Body == "" {
		return nil, err
	}
	var s splitter
	err = s.add(whole, 0)
	return s.parts, err
}

// SDP returns the one session description of a message: its body, or the part
// of a multipart/mixed or multipart/related body that is of type
// application/sdp and is meant as the session (RFC 3261 section 20.11). It
// returns false when there is none, and when CheckBody has an error.
func (m *Message) SDP() (string, bool) {
	p, is, err := m.session()
	if err != nil || !is {
		return "", false
	}
	return p.Body, true
}

// CheckBody returns nil when the body of a message has one reading: what SDP
// returns is all there is about sessions. The error names the part that has
// another.
func (m *Message) CheckBody() error {
	_, _, err := m.session()
	return err
}

// WithSDP returns the body of a message with sdp in place of the session
// description that SDP returns; without one it is the body as it came. Every
// other byte stays, but for the Content-Length of a part that holds it. sdp
// must hold no boundary of the body.
func (m *Message) WithSDP(sdp string) string {
	p, is, err := m.session()
	if err != nil || !is {
		return m.Body
	}
	out := m.Body[:p.at] + sdp + m.Body[p.at+len(p.Body):]
	grown := len(sdp) - len(p.Body)
	for i := len(p.lengths) - 1; i >= 0 && grown != 0; i-- {
		at := p.lengths[i]
		n, ok := number(out[at.from:at.to], MaxSize)
		if !ok {
			continue
		}
		// A number that gets longer counts in the part round it.
		digits := strconv.Itoa(int(n) + grown)
		out = out[:at.from] + digits + out[at.to:]
		grown += len(digits) - (at.to - at.from)
	}
	return out
}

// session finds the session description.
func (m *Message) session() (p Part, is bool, err error) {
	whole, err := m.whole()
	if err != nil || m.Body == "" {
		return p, false, err
	}
	if !whole.multipart() {
		is, err = whole.session()
		return whole, is, err
	}
	parts, err := m.Parts()
	for i := 0; i < len(parts) && err == nil; i++ {
		var one bool
		switch one, err = parts[i].session(); {
		case err != nil || !one:
		case is:
			err = errors.New("two session descriptions")
		default:
			p, is = parts[i], true
		}
	}
	return p, is, err
}

// whole returns the body of a message as one. A body that is not empty needs a
// Content-Type (RFC 3261 section 20.15): without one some readers take it for a
// session description.
func (m *Message) whole() (p Part, err error) {
	if m.Body == "" {
		return p, nil
	}
	p.Body = m.Body
	for i := range m.Lines {
		if err := p.header(&m.Lines[i]); err != nil {
			return p, err
		}
	}
	if p.Type == "" {
		return p, errors.New("a body without a Content-Type")
	}
	return p, nil
}

// header reads a line that tells of a body.
func (p *Part) header(l *Line) (err error) {
	switch l.Header {
	case HContentType:
		p.Type, p.Params, err = mediaType(l.Value())
	case HContentDisposition:
		p.Disposition, _, _ = strings.Cut(l.Value(), ";")
		p.Disposition = strings.ToLower(trim(p.Disposition))
	case HContentEncoding:
		p.Encoded = p.Encoded || !strings.EqualFold(l.raw(), "identity")
	case HTransferEncoding:
		p.Encoded = p.Encoded || !plainTransfer(l.raw())
	default:
		// The others say nothing about how a body is read.
	}
	return err
}

// mediaType reads type, subtype and parameters (RFC 3261 section 20.15).
func mediaType(value string) (kind string, params Params, err error) {
	media := value
	if i := strings.IndexByte(value, ';'); i >= 0 {
		media, params = value[:i], Params(value[i:])
	}
	media = trim(media)
	main, sub, _ := strings.Cut(media, "/")
	main, sub = trim(main), trim(sub)
	if !all(main, classToken) || !all(sub, classToken) {
		return "", "", fmt.Errorf("Content-Type %.40q is no type/subtype", value)
	}
	if end, err := readParams(string(params), 0, "boundary"); err != nil || skip(string(params), end) != len(params) {
		return "", "", fmt.Errorf("Content-Type %.40q: its parameters cannot be read", value)
	}
	if len(main)+1+len(sub) != len(media) {
		media = main + "/" + sub
	}
	return strings.ToLower(media), params, nil
}

// plainTransfer tells whether a Content-Transfer-Encoding leaves the bytes as
// they are (RFC 2045 section 6.2).
func plainTransfer(name string) bool {
	return strings.EqualFold(name, "binary") || strings.EqualFold(name, "8bit") || strings.EqualFold(name, "7bit")
}

func (p *Part) multipart() bool { return strings.HasPrefix(p.Type, "multipart/") }

// session tells whether p is a session description, with an error when it is
// one to some readers only, or one that cannot be changed.
func (p *Part) session() (bool, error) {
	switch {
	case p.hides():
		return false, fmt.Errorf("%s may hide a session description", p.Type)
	case p.Type != "application/sdp" || p.Body == "":
		return false, nil
	case p.Encoded:
		return false, errors.New("an encoded session description")
	case p.Disposition != "" && p.Disposition != "session":
		// early-session (RFC 3959) is a second session; render is none.
		return false, fmt.Errorf("a session description with Content-Disposition %.20q", p.Disposition)
	case p.loose:
		return false, errors.New("a session description in a multipart that is neither mixed nor related")
	}
	return true, nil
}

// hides tells whether a session can be inside that is not in sight: encrypted
// (RFC 3261 section 23.3), or elsewhere (RFC 4483). A disposition that is not
// session says that none is.
func (p *Part) hides() bool {
	switch p.Type {
	case "multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime", "message/external-body":
		return p.Disposition == "" || p.Disposition == "session"
	}
	return false
}
