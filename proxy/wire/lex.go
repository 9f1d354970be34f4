package wire

import "strings"

// syntax is a mistake in a message, in words that complete "From: …".
type syntax string

func (e syntax) Error() string { return string(e) }

// Classes of characters, RFC 3261 section 25.1.
const (
	classToken   = 1 << iota // token
	className                // a parameter name: token and paramchar
	classValue               // an unquoted parameter value
	classURI                 // any character of a URI
	classUser                // user part, "%" of escapes included
	classHost                // domain name or IPv4 address
	classDisplay             // unquoted display name
	classCallID              // Call-ID
)

// classes tells for each byte the classes it belongs to.
var classes = func() (t [256]uint8) {
	set := func(class uint8, chars string) {
		for i := range len(chars) {
			t[chars[i]] |= class
		}
	}
	const alphanum = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	const token = alphanum + "-.!%*_+`'~"
	set(classToken, token)
	set(className, token+"[]/:&$")
	set(classUser, alphanum+"-_.!~*'()%&=+$,;?/#")
	set(classHost, alphanum+"-._")
	but := func(class uint8, chars string) {
		for c := byte(0x21); c < 0x7f; c++ {
			if strings.IndexByte(chars, c) < 0 {
				t[c] |= class
			}
		}
	}
	but(classValue, `;,"<>`)
	but(classURI, `<>"\`)
	// Nothing in an unquoted display name may look like an address, a list,
	// parameters or an escape to any parser.
	but(classDisplay, `"<>,;:@\`)
	// RFC 3261 has word ["@" word]; "=" and a second "@" are seen and
	// harmless, a separator is not.
	but(classCallID, `,;`)
	set(classDisplay, " \t\r\n")
	for c := 0x80; c < 0x100; c++ {
		t[c] |= classDisplay
	}
	return t
}()

// all tells whether s is not empty and all of one class.
func all(s string, class uint8) bool { return s != "" && span(s, 0, class) == len(s) }

// span returns the end of the run of characters of a class that begins at i.
func span(s string, i int, class uint8) int {
	for i < len(s) && classes[s[i]]&class != 0 {
		i++
	}
	return i
}

// isSpace tells whether c is white space. CR and LF count: inside a header
// line they can only be part of a fold.
func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// skip returns the first index at or after i that is no white space.
func skip(s string, i int) int {
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	return i
}

// trim takes white space off both ends.
func trim(s string) string {
	s = s[skip(s, 0):]
	for s != "" && isSpace(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

// at returns the character at i, 0 behind the end. No accepted header line
// holds a 0.
func at(s string, i int) byte {
	if i < len(s) {
		return s[i]
	}
	return 0
}

// quoted returns the index behind the quoted string that begins at i, -1 when
// it does not end.
func quoted(s string, i int) int {
	for i++; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// unquote returns the content of a quoted string, other text as it is.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = unfold(s[1 : len(s)-1])
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		out = append(out, s[i])
	}
	return string(out)
}

// number reads 1*DIGIT up to a limit. Leading zeros are legal.
func number(s string, limit uint64) (n uint64, ok bool) {
	if s == "" {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		if n = n*10 + uint64(s[i]-'0'); n > limit {
			return 0, false
		}
	}
	return n, true
}
