package wire

import (
	"slices"
	"strings"
)

// NameAddr is one address of a From, To, Contact, Route or like header, with
// or without angle brackets (RFC 3261 section 20.10).
type NameAddr struct {
	Display string // unquoted
	URI     string // as it came, without the angle brackets
	Tag     string // the tag parameter, "" when there is none
	Params  Params // of the header, not of the URI
	Text    string // the whole element exactly as it came
}

// ParseNameAddrs reads a comma list of addresses, the value of a header. It
// does not read "*", which only a Contact of REGISTER may be.
func ParseNameAddrs(value string) ([]NameAddr, error) {
	var list []NameAddr
	for i := 0; ; i++ {
		one, end, err := readNameAddr(value, i)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
		if i = end; i == len(value) {
			return slices.Clip(list), nil
		}
	}
}

// readNameAddr reads the address that begins at i, and returns the index of
// the comma behind it or of the end of s.
func readNameAddr(s string, i int) (NameAddr, int, error) {
	var a NameAddr
	start := skip(s, i)
	end, err := a.readAddress(s, start)
	if err != nil {
		return a, end, err
	}
	if _, err = ParseURI(a.URI); err != nil {
		return a, end, err
	}
	from := end
	if end, err = readParams(s, from, "tag"); err != nil {
		return a, end, err
	}
	a.Params = Params(trim(s[from:end]))
	a.Text = s[start:end]
	if a.Tag, err = a.tag(); err != nil {
		return a, end, err
	}
	if end = skip(s, end); end < len(s) && s[end] != ',' {
		return a, end, syntax("a forbidden character behind the address or its parameters")
	}
	return a, end, nil
}

// readAddress reads display name and URI, and returns the index behind them.
func (a *NameAddr) readAddress(s string, start int) (int, error) {
	var open int
	if at(s, start) == '"' {
		end := quoted(s, start)
		if end < 0 {
			return start, syntax("a quoted string that does not end")
		}
		a.Display = unquote(s[start:end])
		if open = skip(s, end); at(s, open) != '<' {
			return start, syntax("a display name without an address behind it")
		}
	} else {
		open = span(s, start, classDisplay)
	}
	if at(s, open) != '<' {
		return a.readBare(s, start)
	}
	if a.Display == "" && at(s, start) != '"' {
		a.Display = unfold(trim(s[start:open]))
	}
	length := strings.IndexByte(s[open:], '>')
	if length < 0 {
		return start, syntax(`"<" without ">"`)
	}
	a.URI = s[open+1 : open+length]
	return open + length + 1, nil
}

// readBare reads an address without angle brackets. What follows ";" then
// belongs to the header, and a URI with "?" or "," needs the brackets
// (RFC 3261 section 20).
func (a *NameAddr) readBare(s string, start int) (int, error) {
	end := start
	for end < len(s) && !isSpace(s[end]) && s[end] != ';' && s[end] != ',' {
		end++
	}
	a.URI = s[start:end]
	switch {
	case end == start:
		return end, syntax("no address")
	case strings.IndexByte(a.URI, '?') >= 0:
		return end, syntax(`a URI with "?" and no angle brackets`)
	}
	return end, nil
}

func (a *NameAddr) tag() (string, error) {
	p, ok := find(string(a.Params), "tag")
	switch {
	case !ok:
		return "", nil
	case p.value == "":
		return "", syntax("an empty tag")
	case p.value[0] == '"':
		return "", syntax("a tag in quotes")
	}
	return p.value, nil
}
