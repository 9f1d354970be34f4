package wire

import "strings"

// start reads the start line. It returns false when the line is so far from
// one that nothing can be answered to it.
func (r *reader) start(line string) bool {
	if len(line) >= 4 && strings.EqualFold(line[:4], "SIP/") {
		r.statusLine(line)
		return true
	}
	return r.requestLine(line)
}

// requestLine reads Method SP Request-URI SP SIP-Version (RFC 3261 section
// 7.1). The URI of a bad line is what stands between the first space and the
// last one.
func (r *reader) requestLine(line string) bool {
	whole := line
	line = strings.TrimRight(line, " \t")
	method, rest, _ := strings.Cut(line, " ")
	last := strings.LastIndexByte(rest, ' ')
	if last < 0 || !all(method, classToken) {
		return false
	}
	uri, version := rest[:last], rest[last+1:]
	if len(version) < 4 || !strings.EqualFold(version[:4], "SIP/") {
		return false
	}
	r.m.Method, r.m.URI = method, uri
	if !strings.EqualFold(version, "SIP/2.0") {
		r.fail(requestLine, "the SIP version is not 2.0")
		r.err.Status = 505
	}
	if line != whole {
		r.fail(requestLine, "white space at its end")
	}
	if upper, known := knownMethod(method); known && upper != method {
		r.fail(requestLine, "the method is not in upper case")
	}
	r.requestURI(uri)
	return true
}

func (r *reader) requestURI(uri string) {
	u, err := ParseURI(uri)
	switch {
	case err != nil:
		r.fail(requestLine, err.Error())
	case u.Headers != "" || strings.HasSuffix(uri, "?") && u.Host != "":
		// RFC 3261 section 19.1.1 forbids them here; one who obeyed them
		// would build another request than the one that is judged.
		r.fail(requestLine, "a URI with headers")
	}
}

// statusLine reads SIP-Version SP Status-Code SP Reason-Phrase (RFC 3261
// section 7.2). The space before an empty phrase may be missing: it says
// nothing, and writing puts it back.
func (r *reader) statusLine(line string) {
	version, rest, _ := strings.Cut(line, " ")
	code, phrase, _ := strings.Cut(rest, " ")
	status, ok := number(code, 699)
	switch {
	case !strings.EqualFold(version, "SIP/2.0"):
		r.fail(statusLine, "the SIP version is not 2.0")
	case !ok || len(code) != 3 || status < 100:
		r.fail(statusLine, "the status is no number from 100 to 699")
	}
	r.m.Status, r.m.Phrase = int(status), phrase
}

// The places of a message that are no header, for Malformed.
const (
	requestLine = "request line"
	statusLine  = "status line"
)

// knownMethod returns a method in upper case when it is one that is
// registered. Methods are case-sensitive, but not to every parser: "invite"
// must not pass here as an unknown method and ring at the next hop.
func knownMethod(method string) (upper string, ok bool) {
	for _, known := range [...]string{
		"INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "PRACK", "UPDATE",
		"INFO", "REFER", "SUBSCRIBE", "NOTIFY", "MESSAGE", "PUBLISH",
	} {
		if len(known) == len(method) && strings.EqualFold(known, method) {
			return known, true
		}
	}
	return "", false
}
