package sdp

import (
	"net/netip"
	"strings"
)

// Anchor returns the description with our addresses in it. For each m-line with a port,
// addr is asked for our address, mline counting from 0; without one the m-line
// stays where it is.
//
// On an anchored m-line the port and the c= that holds become ours, and what
// else tells an address of the peer goes: a=rtcp (RTCP is then at the next
// port, or multiplexed), ICE, a=altc, a=alt, a=source-filter. A c= of 0.0.0.0 or
// :: stays: it is nobody's address and says hold (RFC 3264 section 8.4). The
// session-level c= becomes the first of our addresses; an m-line that is not
// anchored and relied on it, or on session-level ICE credentials, gets them as
// its own. All other lines pass byte for byte, o= among them: it names the
// session and not where media goes.
func (d *Description) Anchor(addr func(mline int, m Media) (netip.AddrPort, bool)) string {
	a := anchoring{d: d, to: make([]netip.AddrPort, len(d.parts))}
	for i := range d.parts[1:] {
		p := &d.parts[i+1]
		if p.port == 0 {
			continue
		}
		if to, ok := addr(i, p.media); ok {
			a.to[i+1] = to
			if !a.first.IsValid() {
				a.first = to.Addr()
			}
		} else {
			a.direct = true
		}
	}
	if !a.first.IsValid() {
		return d.body
	}
	a.out.Grow(len(d.body) + 64)
	a.session()
	for i := range d.parts[1:] {
		a.media(&d.parts[i+1], a.to[i+1])
	}
	return a.out.String()
}

// anchoring is the state of one Anchor.
type anchoring struct {
	d      *Description
	to     []netip.AddrPort // by part; not valid where it is not anchored
	first  netip.Addr       // of ours
	direct bool             // an m-line with a port is not anchored
	out    strings.Builder
}

// line writes one line. Lines behind one without an end get theirs.
func (a *anchoring) line(kind byte, value, end string) {
	if s := a.out.String(); s != "" && s[len(s)-1] != '\n' {
		a.out.WriteString("\r\n")
	}
	if kind != 0 {
		a.out.WriteByte(kind)
		a.out.WriteByte('=')
		a.out.WriteString(value)
	}
	a.out.WriteString(end)
}

func (a *anchoring) session() {
	s := &a.d.parts[0]
	for i, l := range s.lines {
		switch {
		case i == s.conn && !s.addr.IsUnspecified():
			a.line('c', connectionTo(a.first), l.end)
		case l.is("ice-ufrag"), l.is("ice-pwd"):
			// They hold for every m-line; inherit hands them on.
		case a.direct && (l.is("ice-options") || l.is("ice-lite")):
			// They stand at session level only.
			a.line(l.kind, l.value, l.end)
		case tellsAddress(l):
		default:
			a.line(l.kind, l.value, l.end)
		}
	}
}

func (a *anchoring) media(p *part, to netip.AddrPort) {
	switch {
	case to.IsValid():
		a.anchored(p, to)
	case p.port == 0:
		for _, l := range p.lines {
			a.line(l.kind, l.value, l.end)
		}
	default:
		a.inherit(p)
	}
}

// anchored writes an m-line that gets our address.
func (a *anchoring) anchored(p *part, to netip.AddrPort) {
	session := &a.d.parts[0]
	// The session-level c= is now the first of our addresses, or still hold.
	own := p.conn < 0 && !session.addr.IsUnspecified() && to.Addr() != a.first
	head, first := headOf(p), p.lines[0]
	a.line('m', withPort(first.value, to.Port()), first.end)
	for i := 1; i <= len(p.lines); i++ {
		if i == head && own {
			a.line('c', connectionTo(to.Addr()), first.lineEnd())
		}
		if i < len(p.lines) && (p.lines[i].kind != 'c' || i == p.conn) {
			// More c= lines are layers of multicast.
			a.moved(p.lines[i], p.addr, to.Addr())
		}
	}
}

// moved writes one line behind an m-line that gets our address.
func (a *anchoring) moved(l line, was, to netip.Addr) {
	switch {
	case l.kind == 'c' && !was.IsUnspecified():
		a.line('c', connectionTo(to), l.end)
	case !tellsAddress(l):
		a.line(l.kind, l.value, l.end)
	}
}

// inherit writes an m-line that stays where it is, with the session-level
// lines that were changed as its own.
func (a *anchoring) inherit(p *part) {
	s := &a.d.parts[0]
	head, end := headOf(p), p.lines[0].lineEnd()
	for i := 0; i <= len(p.lines); i++ {
		if i == head && p.conn < 0 && !s.addr.IsUnspecified() {
			a.line('c', s.lines[s.conn].value, end)
		}
		if i == lastOf(p) {
			for _, l := range s.lines {
				name, _ := l.attribute()
				if (l.is("ice-ufrag") || l.is("ice-pwd")) && !p.has(name) {
					a.line('a', l.value, end)
				}
			}
		}
		if i < len(p.lines) {
			l := p.lines[i]
			a.line(l.kind, l.value, l.end)
		}
	}
}

// headOf returns the index in a part where c= belongs: behind m= and i= (RFC
// 8866 section 5).
func headOf(p *part) int {
	if len(p.lines) > 1 && p.lines[1].kind == 'i' {
		return 2
	}
	return 1
}

// lastOf returns the index behind the last line that is not empty.
func lastOf(p *part) int {
	n := len(p.lines)
	for p.lines[n-1].kind == 0 {
		n--
	}
	return n
}

// lineEnd returns what ends the lines of this description.
func (l line) lineEnd() string {
	if l.end == "\n" {
		return "\n"
	}
	return "\r\n"
}

// tellsAddress tells whether a line says by another way than m= and c= where
// its sender wants media. Without candidates and credentials the other side
// does no ICE (RFC 8839 section 4.2).
func tellsAddress(l line) bool {
	name, _ := l.attribute()
	switch strings.ToLower(name) {
	case "rtcp", // RFC 3605
		"candidate", "remote-candidates", "end-of-candidates", "ice-ufrag", "ice-pwd",
		"ice-options", "ice-mismatch", "ice-lite", "ice-pacing", // RFC 8839, 8838
		"altc",          // RFC 6947
		"alt",           // its older form
		"source-filter": // RFC 4570
		return true
	}
	return false
}
