package proxy

// digits is room for what is dialled: no short code is as long, with any strip.
type digits [32]byte

// dialledDigits returns what a URI dials as it is read for a number: escapes
// decoded, parameters and visual separators (RFC 3966 section 5.1.1) put aside.
// It is nil when there is none, when an escape is wrong, or when it is longer
// than any short code.
func dialledDigits[S ~string | ~[]byte](uri S, room *digits) []byte {
	user, ok := userPart(uri)
	if !ok {
		return nil
	}
	n := 0
	for i := 0; i < len(user); i++ {
		c := user[i]
		if c == ';' { // an escaped one is no end
			return room[:n]
		}
		if c == '%' {
			if c, ok = escaped(user[i:]); !ok {
				return nil
			}
			i += 2
		}
		switch {
		case c == '-' || c == '.' || c == '(' || c == ')':
			continue
		case n == len(room):
			return nil
		}
		room[n] = c
		n++
	}
	return room[:n]
}

// escaped is the byte that the escape at the beginning of s stands for.
func escaped[S ~string | ~[]byte](s S) (c byte, ok bool) {
	if len(s) < 3 || nibble(s[1]) > 15 || nibble(s[2]) > 15 {
		return 0, false
	}
	return nibble(s[1])<<4 | nibble(s[2]), true
}

// userPart cuts the user part out of a sip or sips URI, without the password
// (RFC 3261 section 19.1.1); of a tel URI it is all that follows the scheme.
func userPart[S ~string | ~[]byte](uri S) (user S, ok bool) {
	colon := index(uri, ':')
	if colon < 0 || !telephone(uri[:colon]) {
		return user, false
	}
	rest := uri[colon+1:]
	if fold(uri[:colon], "tel") {
		return rest, true
	}
	end := index(rest, '@')
	if end < 0 {
		return user, false
	}
	rest = rest[:end]
	if password := index(rest, ':'); password >= 0 {
		rest = rest[:password]
	}
	return rest, true
}

// telephone reports whether a URI of that scheme can name a telephone number.
func telephone[S ~string | ~[]byte](scheme S) bool {
	return fold(scheme, "sip") || fold(scheme, "sips") || fold(scheme, "tel")
}

func index[S ~string | ~[]byte](s S, c byte) int {
	for i := range len(s) {
		if s[i] == c {
			return i
		}
	}
	return -1
}

// fold reports whether s is word in any case; word is in lower case letters.
func fold[S ~string | ~[]byte](s S, word string) bool {
	if len(s) != len(word) {
		return false
	}
	for i := range len(s) {
		if s[i]|0x20 != word[i] {
			return false
		}
	}
	return true
}

// nibble is the value of a hexadecimal digit, 255 of anything else.
func nibble(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10
	}
	return 255
}
