package wire

import (
	"net/netip"
	"strings"
)

// URI is a SIP, SIPS, tel or other URI (RFC 3261 section 19.1, RFC 3966).
type URI struct {
	// Scheme is in lower case.
	Scheme string
	// User is the user part as it came, escapes included, without a password.
	// A tel URI has its number here, other schemes all that follows the colon.
	User string
	// Host is a name, an IPv4 address or an IPv6 reference in brackets, as it
	// came; "" in a tel URI.
	Host string
	// Port is 0 when none is given.
	Port    uint16
	Params  Params
	Headers string // what follows "?", "" when there is none
}

// ParseURI reads a URI that has no white space and no angle brackets round it.
// The error says what is wrong with it.
func ParseURI(s string) (URI, error) {
	scheme, rest, ok := strings.Cut(s, ":")
	switch {
	case !ok || !isScheme(scheme):
		return URI{}, syntax("no scheme")
	case !all(rest, classURI):
		return URI{}, syntax("nothing or a forbidden character behind the scheme")
	case !escapesRight(rest):
		return URI{}, syntax(`a "%" that begins no escape`)
	case strings.EqualFold(scheme, "sip"):
		return parseSIP("sip", rest)
	case strings.EqualFold(scheme, "sips"):
		return parseSIP("sips", rest)
	case strings.EqualFold(scheme, "tel"):
		return parseTel(rest)
	}
	return URI{Scheme: strings.ToLower(scheme), User: rest}, nil
}

// Unescape replaces each "%" escape by the character it stands for (RFC 3261
// section 19.1.2).
func Unescape(s string) (string, error) {
	if strings.IndexByte(s, '%') < 0 {
		return s, nil
	}
	if !escapesRight(s) {
		return "", syntax(`a "%" that begins no escape`)
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			out = append(out, s[i])
			continue
		}
		out = append(out, hex(s[i+1])<<4|hex(s[i+2]))
		i += 2
	}
	return string(out), nil
}

// AddrPort returns host and port when the host is an address; the port is 5060
// when none is given, 5061 for sips (RFC 3261 section 19.1.2).
func (u URI) AddrPort() (netip.AddrPort, bool) {
	addr, ok := hostAddr(u.Host)
	port := u.Port
	switch {
	case port != 0:
	case u.Scheme == "sips":
		port = 5061
	default:
		port = 5060
	}
	return netip.AddrPortFrom(addr, port), ok
}

// isScheme reads ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ).
func isScheme(s string) bool {
	if s == "" || s[0]|0x20 < 'a' || s[0]|0x20 > 'z' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; classes[c]&classHost == 0 && c != '+' || c == '_' {
			return false
		}
	}
	return true
}

func parseSIP(scheme, rest string) (URI, error) {
	u := URI{Scheme: scheme}
	if i := strings.IndexByte(rest, '@'); i >= 0 {
		// The user part may hold ";" and "?", so "@" is looked for first. A
		// second one is legal nowhere, and parsers differ in which they take.
		if strings.IndexByte(rest[i+1:], '@') >= 0 {
			return URI{}, syntax(`a second "@"`)
		}
		user, password, _ := strings.Cut(rest[:i], ":")
		if !all(user, classUser) || (password != "" && !all(password, classUser)) {
			return URI{}, syntax("no user part or a forbidden character in it")
		}
		u.User, rest = user, rest[i+1:]
	}
	rest, u.Headers, _ = strings.Cut(rest, "?")
	var params string
	if i := strings.IndexByte(rest, ';'); i >= 0 {
		rest, params = rest[:i], rest[i:]
	}
	i, err := readHost(rest, 0)
	if err != nil {
		return URI{}, err
	}
	u.Host = rest[:i]
	if i < len(rest) {
		if u.Port, err = readPort(rest[i:]); err != nil {
			return URI{}, err
		}
	}
	u.Params, err = uriParams(params)
	return u, err
}

// parseTel reads what follows "tel:" (RFC 3966 section 3).
func parseTel(rest string) (URI, error) {
	u := URI{Scheme: "tel", User: rest}
	var err error
	if i := strings.IndexByte(rest, ';'); i >= 0 {
		u.User = rest[:i]
		u.Params, err = uriParams(rest[i:])
	}
	if !all(u.User, classUser) {
		return URI{}, syntax("no number")
	}
	return u, err
}

func uriParams(s string) (Params, error) {
	end, err := readParams(s, 0)
	if err == nil && end != len(s) {
		err = syntax("a forbidden character in the parameters")
	}
	return Params(s), err
}

// readHost returns the index behind the host that begins at i.
func readHost(s string, i int) (int, error) {
	if at(s, i) != '[' {
		end := span(s, i, classHost)
		if end == i {
			return i, syntax("no host")
		}
		return end, nil
	}
	end := strings.IndexByte(s[i:], ']')
	if end < 0 {
		return i, syntax(`"[" without "]"`)
	}
	end += i + 1
	if _, ok := reference(s[i+1 : end-1]); !ok {
		return i, syntax("no IPv6 address in brackets")
	}
	return end, nil
}

// readPort reads ":" and a port to the end of s.
func readPort(s string) (uint16, error) {
	if at(s, 0) != ':' {
		return 0, syntax("a forbidden character in the host")
	}
	n, ok := number(s[1:], 65535)
	if !ok || n == 0 {
		return 0, syntax("a port that is no number from 1 to 65535")
	}
	return uint16(n), nil
}

// hostAddr returns the address when a host is one, IPv6 with or without its
// brackets, an IPv4 address in its short form.
func hostAddr(host string) (netip.Addr, bool) {
	if len(host) > 2 && host[0] == '[' && host[len(host)-1] == ']' {
		addr, ok := reference(host[1 : len(host)-1])
		return addr.Unmap(), ok
	}
	if c := at(host, 0); (c < '0' || c > '9') && strings.IndexByte(host, ':') < 0 {
		return netip.Addr{}, false // a name: no error value is built for it
	}
	addr, err := netip.ParseAddr(host)
	return addr.Unmap(), err == nil
}

// reference reads what stands in the brackets of an IPv6 reference. A third
// colon before an IPv4 tail is what the grammar of RFC 3261 section 25.1 writes
// by mistake; RFC 5118 section 4.10 wants it read as two.
func reference(s string) (netip.Addr, bool) {
	if i := strings.Index(s, ":::"); i >= 0 && strings.IndexByte(s[i+3:], ':') < 0 && strings.IndexByte(s[i+3:], '.') > 0 {
		s = s[:i+2] + s[i+3:]
	}
	addr, err := netip.ParseAddr(s)
	return addr, err == nil && addr.Is6() && addr.Zone() == ""
}

func escapesRight(s string) bool {
	for i := strings.IndexByte(s, '%'); i >= 0 && i < len(s); i++ {
		if s[i] == '%' && (i+2 >= len(s) || hex(s[i+1]) > 15 || hex(s[i+2]) > 15) {
			return false
		}
	}
	return true
}

// hex returns the value of a hexadecimal digit, 255 for anything else.
func hex(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}
