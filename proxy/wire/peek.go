package wire

import "bytes"

// Peek finds the method and the URI of the request line and the Call-ID of a
// datagram without reading it: for admission, and for the choice of a shard.
// Method and URI are empty in a response. It allocates nothing; the results
// are parts of the datagram. It is a look, not a reading: ok is true for much
// that Read refuses, but on all that Read accepts the two agree.
func Peek(datagram []byte) (method, requestURI, callID []byte, ok bool) {
	datagram = afterLineEnds(datagram)
	line, rest, found := bytes.Cut(datagram, crlf)
	if !found {
		return nil, nil, nil, false
	}
	if len(line) < 4 || !bytes.EqualFold(line[:4], sipSlash) {
		first, last := bytes.IndexByte(line, ' '), bytes.LastIndexByte(line, ' ')
		if first <= 0 || last <= first {
			return nil, nil, nil, false
		}
		method, requestURI = line[:first], line[first+1:last]
	}
	callID = peekCallID(rest)
	return method, requestURI, callID, len(callID) > 0
}

var crlf, sipSlash, callIDName = []byte("\r\n"), []byte("SIP/"), []byte("Call-ID")

// peekCallID returns the value of the first Call-ID line.
func peekCallID(text []byte) []byte {
	for len(text) > 0 && text[0] != '\r' {
		end := bytes.Index(text, crlf)
		if end < 0 {
			end = len(text)
		}
		if value, ok := peekValue(text[:end]); ok {
			// A fold can only stand before or behind the value, which holds
			// no white space.
			for len(value) == 0 && end+2 < len(text) && (text[end+2] == ' ' || text[end+2] == '\t') {
				text = text[end+2:]
				if end = bytes.Index(text, crlf); end < 0 {
					end = len(text)
				}
				value = bytes.TrimSpace(text[:end])
			}
			return value
		}
		text = text[min(end+2, len(text)):]
	}
	return nil
}

// peekValue returns the trimmed value of a line when it is a Call-ID.
func peekValue(line []byte) ([]byte, bool) {
	if len(line) == 0 || line[0]|0x20 != 'c' && line[0]|0x20 != 'i' {
		return nil, false
	}
	name, value, found := bytes.Cut(line, []byte{':'})
	if !found {
		return nil, false
	}
	name = bytes.TrimRight(name, " \t")
	if !bytes.EqualFold(name, callIDName) && (len(name) != 1 || name[0]|0x20 != 'i') {
		return nil, false
	}
	return bytes.TrimSpace(value), true
}
