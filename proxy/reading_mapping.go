package proxy

import (
	"strings"
	"unicode/utf8"

	"tregua/policy/mapping"
	"tregua/proxy/wire"
)

// maxRepeats is how often a header is read that stands in an INVITE more than
// once.
const maxRepeats = 4

// headersOf returns what an INVITE says in the named headers, by which the trunk
// may know the campaign: "name: value", one a line. What a dialer sends beyond
// the bounds is not looked at.
func headersOf(m *wire.Message, names []string) string {
	if len(names) == 0 {
		return ""
	}
	var lines strings.Builder
	for _, name := range names {
		times := 0
		for v := range m.Named(name) {
			if times++; times > maxRepeats {
				break
			}
			if lines.Len() > 0 {
				lines.WriteByte('\n')
			}
			lines.WriteString(name)
			lines.WriteString(": ")
			lines.WriteString(clipped(v))
		}
	}
	return lines.String()
}

// clipped returns as much of a text as mapping looks at, and nothing that could
// be taken for a line of its own.
func clipped(text string) string {
	if len(text) > mapping.MaxSaid {
		text = text[:mapping.MaxSaid]
		for !utf8.ValidString(text) && len(text) > mapping.MaxSaid-utf8.UTFMax {
			text = text[:len(text)-1]
		}
	}
	if strings.ContainsAny(text, "\r\n") {
		return strings.NewReplacer("\r", " ", "\n", " ").Replace(text)
	}
	return text
}
