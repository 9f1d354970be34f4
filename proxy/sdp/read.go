package sdp

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
)

// Limits of one description.
const (
	maxLines   = 1024
	maxMedia   = 32
	maxFormats = 256 // of one m-line; RTP has 128 payload types
)

// line is one line: kind=value and what ends it, "" only for the last one.
type line struct {
	kind       byte // 0 on the empty lines at the end
	value, end string
}

// attribute returns name and value of an a= line, "" for other lines. White
// space round the name is illegal, but not to every parser.
func (l line) attribute() (name, value string) {
	if l.kind != 'a' {
		return "", ""
	}
	name, value, _ = strings.Cut(l.value, ":")
	return strings.TrimSpace(name), value
}

// is tells whether the line is the attribute of that name. SDP compares names
// as they are; here a wrong case counts as well, since some parsers take it.
func (l line) is(name string) bool {
	have, _ := l.attribute()
	return strings.EqualFold(have, name)
}

// part is the session level or one m-line with what follows it.
type part struct {
	lines []line
	conn  int // index of the first c= line, -1 when there is none
	addr  netip.Addr
	media Media // of an m-line
	port  uint16
}

func (p *part) has(attribute string) bool {
	for _, l := range p.lines {
		if l.is(attribute) {
			return true
		}
	}
	return false
}

// Description is a session description that was read.
type Description struct {
	body  string
	parts []part // the session level, then the m-lines
}

// Read reads a body. The error says what is wrong with which line.
func Read(body string) (*Description, error) {
	lines, err := split(body)
	if err != nil {
		return nil, err
	}
	d := &Description{body: body}
	from := 0
	for i := 1; i <= len(lines); i++ {
		if i == len(lines) || lines[i].kind == 'm' {
			d.parts = append(d.parts, part{lines: lines[from:i:i], conn: -1})
			from = i
		}
	}
	if len(d.parts) > maxMedia+1 {
		return nil, fmt.Errorf("more than %d m-lines", maxMedia)
	}
	for i := range d.parts {
		if err := d.parts[i].read(&d.parts[0], i == 0); err != nil {
			if i == 0 {
				return nil, fmt.Errorf("session level: %w", err)
			}
			return nil, fmt.Errorf("m-line %d: %w", i, err)
		}
	}
	return d, nil
}

// split cuts the body in lines and checks what holds for each of them.
func split(body string) ([]line, error) {
	var lines []line
	empty := len(body) - len(strings.TrimRight(body, "\r\n")) // what ends it
	for n := 1; body != ""; n++ {
		if n > maxLines {
			return nil, fmt.Errorf("more than %d lines", maxLines)
		}
		l := line{}
		text, rest, found := strings.Cut(body, "\n")
		if found {
			l.end = "\n"
			if strings.HasSuffix(text, "\r") {
				text, l.end = text[:len(text)-1], "\r\n"
			}
		}
		body = rest
		if err := check(text, len(body) <= empty); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		if text != "" {
			l.kind, l.value = text[0], text[2:]
		}
		lines = append(lines, l)
	}
	if len(lines) == 0 || lines[0].kind != 'v' || lines[0].value != "0" {
		return nil, errors.New("line 1: not v=0")
	}
	return lines, nil
}

// check refuses a line that another parser could read in another way.
func check(text string, last bool) error {
	switch {
	case text == "" && last:
		return nil
	case text == "":
		return errors.New("an empty line")
	case strings.ContainsAny(text, "\r\x00"):
		return errors.New("a bare CR or a NUL")
	case len(text) < 2 || text[1] != '=' || text[0] < 'a' || text[0] > 'z':
		return errors.New("not like x=")
	case (text[0] == 'm' || text[0] == 'c') && strings.ContainsFunc(text, control):
		return errors.New("a control character")
	}
	return nil
}

func control(c rune) bool { return c < ' ' || c == 0x7f }

// read fills the part from its lines, and from the session level.
func (p *part) read(session *part, top bool) error {
	if !top {
		if err := p.head(session); err != nil {
			return err
		}
	}
	for i, l := range p.lines {
		if l.kind != 'c' {
			continue
		}
		addr, ok := connection(l.value)
		switch {
		case !ok:
			return fmt.Errorf("c=%.40s is no address", l.value)
		case p.conn < 0:
			p.conn, p.addr = i, addr
		case top:
			return errors.New("two c= lines")
		}
	}
	if !top && p.conn < 0 && session.conn < 0 && p.port != 0 {
		return errors.New("no c= line holds for it")
	}
	return p.attributes()
}

// head reads the m= line, and what holds for it of the session level.
func (p *part) head(session *part) error {
	var ok bool
	switch p.media, p.port, ok = mline(p.lines[0].value); {
	case !ok:
		return errors.New("it is not like m=audio 4000 RTP/AVP 0")
	case len(p.media.Formats) > maxFormats:
		return fmt.Errorf("more than %d formats", maxFormats)
	}
	p.addr, p.media.Direction = session.addr, session.media.Direction
	return nil
}

// attributes reads the attributes that Media has; the last one wins, as each
// stands once.
func (p *part) attributes() error {
	m := &p.media
	m.Addr = netip.AddrPortFrom(p.addr, p.port)
	if p.port != 0 && p.port != 65535 {
		m.RTCP = netip.AddrPortFrom(p.addr, p.port+1)
	}
	for _, l := range p.lines {
		name, value := l.attribute()
		switch name {
		case "rtcp":
			at, ok := rtcp(value, p.addr)
			if !ok {
				return fmt.Errorf("a=rtcp:%.40s is no port and address", value)
			}
			if p.port != 0 {
				m.RTCP = at
			}
		case "rtpmap":
			m.encoding(value)
		case "crypto":
			m.Crypto = true
		case "rtcp-mux":
			m.RTCPMux = true
		default:
			if d := slices.Index(directions[:], name); d >= 0 {
				m.Direction = Direction(d)
			}
		}
	}
	return nil
}
