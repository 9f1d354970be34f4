package wire

import "strings"

// DialogIDs rewrites the identifiers of dialogs: Call-IDs by one function, tags
// by the other. What they return must be legal in the same place.
type DialogIDs struct{ CallID, Tag func(string) string }

// dialogTags are the parameters that hold tags: of Replaces and Join (RFC 3891
// section 6.1, RFC 3911 section 7.1), and of Target-Dialog (RFC 4538 section
// 7).
var dialogTags = [...]string{"to-tag", "from-tag", "local-tag", "remote-tag"}

// namesDialog tells whether a header has the identifiers of a dialog as its
// value.
func namesDialog(name string) bool {
	return strings.EqualFold(name, "Replaces") || strings.EqualFold(name, "Join") || strings.EqualFold(name, "Target-Dialog")
}

// Rewrite returns the value of a Replaces, Join or Target-Dialog header with
// its identifiers rewritten, and all else as it came.
func (d *DialogIDs) Rewrite(value string) string {
	var b strings.Builder
	for i := 0; i < len(value); {
		start := skip(value, i)
		end := span(value, start, classCallID)
		b.WriteString(value[i:start])
		if start < end {
			b.WriteString(d.CallID(value[start:end]))
		}
		i = d.tags(&b, value, end)
		// Such a header is no list (RFC 3891 section 6.1), but a peer may take
		// it for one: no identifier may pass behind a comma.
		next := min(i+1, len(value))
		b.WriteString(value[i:next])
		i = next
	}
	return b.String()
}

// tags writes the parameters from i on, and returns the index behind them.
func (d *DialogIDs) tags(b *strings.Builder, s string, i int) int {
	for at(s, skip(s, i)) == ';' {
		p, err := next(s, skip(s, i))
		if err != nil {
			break
		}
		value := p.value
		for _, name := range dialogTags {
			if value != "" && strings.EqualFold(p.name, name) {
				value = d.Tag(p.value)
			}
		}
		b.WriteString(s[i : p.end-len(p.value)])
		b.WriteString(value)
		i = p.end
	}
	return i
}

// Refer returns the value of a Refer-To header with the identifiers rewritten
// that its URI carries for the new request (RFC 3891 section 3:
// <sip:b@h?Replaces=1%40h%3Bto-tag%3D2...>), and all else as it came.
func (d *DialogIDs) Refer(value string) string {
	from, end := uriHeaders(value)
	if from == end {
		return value
	}
	var b strings.Builder
	b.WriteString(value[:from])
	for i, header := range strings.Split(value[from:end], "&") {
		if i > 0 {
			b.WriteByte('&')
		}
		d.embedded(&b, header)
	}
	b.WriteString(value[end:])
	return b.String()
}

// uriHeaders returns where the headers of the URI in an address begin and end.
func uriHeaders(value string) (from, end int) {
	if at(value, 0) == '"' {
		from = max(quoted(value, 0), 0)
	}
	from += max(strings.IndexByte(value[from:], '<'), 0)
	mark := strings.IndexByte(value[from:], '?')
	if mark < 0 {
		return 0, 0
	}
	from += mark + 1
	if end = strings.IndexByte(value[from:], '>'); end < 0 {
		// Without brackets the "?" is a mistake (RFC 3261 section 20), and
		// parsers take what follows for a part of the URI all the same.
		end = len(value[from:])
	}
	return from, from + end
}

// embedded writes one hname=hvalue of a URI.
func (d *DialogIDs) embedded(b *strings.Builder, header string) {
	name, escaped, _ := strings.Cut(header, "=")
	plain, err := Unescape(name)
	value, bad := Unescape(escaped)
	if err != nil || bad != nil || value == "" || !namesDialog(plain) {
		b.WriteString(header)
		return
	}
	b.WriteString(name)
	b.WriteByte('=')
	escape(b, d.Rewrite(value))
}

// escape writes a hvalue (RFC 3261 section 25.1): all but unreserved and
// hnv-unreserved stands as "%" and two digits.
func escape(b *strings.Builder, s string) {
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		c := s[i]
		if classes[c]&classHost != 0 || strings.IndexByte("!~*'()[]/?:+$", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(digits[c>>4])
		b.WriteByte(digits[c&15])
	}
}
