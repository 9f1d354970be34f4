package wire

import (
	"strconv"
	"strings"
)

// Reply builds a response to req here. vias are its complete Via lines, as Vias
// returns them; From, To, Call-ID and CSeq are those of the request byte for
// byte (RFC 3261 section 8.2.6.2). toTag is added to a To without a tag, unless
// it is "". extra are complete lines. A 100 repeats the Timestamp (section
// 8.2.6.1). There is no body.
func Reply(req *Message, vias []string, status int, phrase, toTag string, extra ...string) []byte {
	out := append(statusStart(make([]byte, 0, 1024), status), phrase...)
	out = append(out, "\r\n"...)
	for _, via := range vias {
		out = appendLine(out, via)
	}
	for _, h := range [...]Header{HFrom, HTo, HCallID, HCSeq, HTimestamp} {
		l, ok := req.line(h)
		if !ok || h == HTimestamp && status != 100 {
			continue
		}
		out = append(out, l.Text...)
		if h == HTo && toTag != "" && req.To.URI != "" && req.To.Tag == "" {
			out = append(append(out, ";tag="...), toTag...)
		}
		out = append(out, "\r\n"...)
	}
	for _, line := range extra {
		out = appendLine(out, line)
	}
	return append(out, "Content-Length: 0\r\n\r\n"...)
}

func appendLine(out []byte, line string) []byte {
	return append(append(out, line...), "\r\n"...)
}

// ContactLine returns the first Contact of m as a line that points to us: host
// and port are ours and param ("tregua=…") is added to the URI. Display name,
// user part, URI parameters, URI headers and header parameters stay as they
// came, but a maddr, which would lead past the new host, and an older
// parameter of the same name go. It returns "" when m has no Contact. port 0
// writes none.
func ContactLine(m *Message, host string, port uint16, param string) string {
	l, _ := m.line(HContact)
	if !m.HasContact || l.Text == "" {
		return ""
	}
	c := &m.Contact
	// A contact begins with its display name, if any, and holds its URI once
	// at that place: the first occurrence behind the display name.
	before, after := c.around()
	var b strings.Builder
	b.WriteString(l.Name())
	b.WriteString(": ")
	b.WriteString(before)
	b.WriteByte('<')
	writeOurURI(&b, c.URI, host, port, param)
	b.WriteByte('>')
	b.WriteString(after)
	return b.String()
}

// RedirectLine returns the Contacts of a redirect as one line whose SIP URIs
// point to us, so that who follows it comes by us. All else stays as it came.
// It returns "" when m has no Contact.
func RedirectLine(m *Message, host string, port uint16) string {
	var b strings.Builder
	for i := range m.Lines {
		if m.Lines[i].Header != HContact {
			continue
		}
		as, err := ParseNameAddrs(m.Lines[i].Value())
		if err != nil {
			continue
		}
		for j := range as {
			if b.Len() == 0 {
				b.WriteString(m.Lines[i].Name() + ": ")
			} else {
				b.WriteString(", ")
			}
			as[j].redirect(&b, host, port)
		}
	}
	return b.String()
}

func (a *NameAddr) redirect(b *strings.Builder, host string, port uint16) {
	u, err := ParseURI(a.URI)
	if err != nil || u.Host == "" { // tel: and others say no host
		b.WriteString(a.Text)
		return
	}
	before, after := a.around()
	b.WriteString(before + "<")
	writeOurURI(b, a.URI, host, port, "")
	b.WriteString(">" + after)
}

// around returns what stands in Text before the address and behind it, the
// angle brackets excluded.
func (a *NameAddr) around() (before, after string) {
	open := 0
	if at(a.Text, 0) == '"' {
		open = quoted(a.Text, 0)
	}
	i := strings.IndexByte(a.Text[open:], '<')
	// Without brackets the text begins with the URI; a "<" may then stand in
	// a quoted parameter behind it.
	if i < 0 || strings.HasPrefix(a.Text, a.URI) {
		return "", a.Text[len(a.URI):]
	}
	open += i
	return a.Text[:open], a.Text[open+len(a.URI)+2:]
}

func writeOurURI(b *strings.Builder, uri, host string, port uint16, param string) {
	scheme, rest, _ := strings.Cut(uri, ":")
	if !strings.EqualFold(scheme, "sip") && !strings.EqualFold(scheme, "sips") {
		scheme, rest = "sip", ""
	}
	b.WriteString(scheme)
	b.WriteByte(':')
	if i := strings.IndexByte(rest, '@'); i >= 0 {
		b.WriteString(rest[:i+1])
		rest = rest[i+1:]
	}
	writeHost(b, host, port)
	rest, headers, has := strings.Cut(rest, "?")
	name, _, _ := strings.Cut(param, "=")
	if i := strings.IndexByte(rest, ';'); i >= 0 {
		writeParams(b, rest[i:], "maddr", name)
	}
	if param != "" {
		b.WriteByte(';')
		b.WriteString(param)
	}
	if has {
		b.WriteByte('?')
		b.WriteString(headers)
	}
}

func writeHost(b *strings.Builder, host string, port uint16) {
	if strings.IndexByte(host, ':') >= 0 && host[0] != '[' {
		host = "[" + host + "]"
	}
	b.WriteString(host)
	if port != 0 {
		b.WriteByte(':')
		b.WriteString(strconv.Itoa(int(port)))
	}
}

// writeParams writes parameters as they came, but two names.
func writeParams(b *strings.Builder, s, drop, also string) {
	for i := 0; at(s, i) == ';'; {
		p, err := next(s, i)
		if err != nil {
			return
		}
		if !strings.EqualFold(p.name, drop) && !strings.EqualFold(p.name, also) {
			b.WriteString(s[p.start:p.end])
		}
		i = p.end
	}
}
