package wire

import "strings"

// Params is a run of parameters as it came, ";a=b;c" with any white space that
// RFC 3261 section 25.1 allows.
type Params string

// Get returns the value of a parameter, "" when it has none. The name is
// compared without regard to case (RFC 3261 section 7.3.1); a quoted value is
// unquoted. The first of two parameters with one name wins.
func (p Params) Get(name string) (value string, ok bool) {
	one, ok := find(string(p), name)
	return unquote(one.value), ok
}

// param is one parameter inside a longer string.
type param struct {
	// start is where its ";" stands, end the index behind its last character.
	start, end int
	name       string
	value      string // as it came, quotes included
}

// next reads the parameter whose ";" stands at i.
func next(s string, i int) (param, error) {
	p := param{start: i}
	from := skip(s, i+1)
	p.end = span(s, from, className)
	p.name = s[from:p.end]
	if p.name == "" {
		return p, syntax("a parameter without a name")
	}
	equal := skip(s, p.end)
	if at(s, equal) != '=' {
		return p, nil
	}
	from = skip(s, equal+1)
	if at(s, from) == '"' {
		if p.end = quoted(s, from); p.end < 0 {
			return p, syntax("a quoted string that does not end")
		}
	} else {
		p.end = span(s, from, classValue)
	}
	p.value = s[from:p.end]
	if p.value == "" {
		p.end = equal + 1
	}
	return p, nil
}

// find returns the first parameter of that name.
func find(s, name string) (param, bool) {
	for i := skip(s, 0); at(s, i) == ';'; {
		p, err := next(s, i)
		if err != nil {
			break
		}
		if strings.EqualFold(p.name, name) {
			return p, true
		}
		i = skip(s, p.end)
	}
	return param{}, false
}

// span of parameters: readParams reads parameters from i on and returns the
// index behind the last one. names are the parameters that may stand once
// only, since they are read here and by every other parser.
func readParams(s string, i int, names ...string) (end int, err error) {
	var seen uint
	for end = i; ; {
		i = skip(s, end)
		if at(s, i) != ';' {
			return end, nil
		}
		p, err := next(s, i)
		if err != nil {
			return end, err
		}
		for n, name := range names {
			if !strings.EqualFold(p.name, name) {
				continue
			}
			if seen&(1<<n) != 0 {
				return end, syntax("two parameters " + name)
			}
			seen |= 1 << n
		}
		end = p.end
	}
}
