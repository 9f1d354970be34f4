package txn

import (
	"strconv"
	"strings"

	"tregua/proxy/wire"
)

// The methods that transactions treat in a way of their own.
const (
	methodInvite = "INVITE"
	methodAck    = "ACK"
	methodCancel = "CANCEL"
)

// cookie begins every branch that names a transaction (RFC 3261 8.1.1.7).
const cookie = "z9hG4bK"

// A key is the text by which a message finds its transaction. Its first byte
// keeps the kinds apart; its parts are divided by a zero byte, which cannot
// occur in a message. It is written into a buffer that the layer re-uses, so
// that a look-up allocates nothing and a stored key pins no datagram.
const (
	clientKey   = 'c'
	serverKey   = 's'
	fallbackKey = 'o'
	divider     = 0
)

// forClient is the key of a client transaction, from its own branch or that of
// a response: branch and CSeq method (RFC 3261 17.1.3).
func forClient(buf []byte, branch, method string) []byte {
	buf = append(buf, clientKey)
	buf = appendFolded(buf, branch)
	buf = append(buf, divider)
	return append(buf, method...)
}

// forServer is the key of the server transaction that m would have if its
// method were method: branch, sent-by and method (RFC 3261 17.2.3). ACK and
// CANCEL find their INVITE by passing that method.
func forServer(buf []byte, m *wire.Message, method string) []byte {
	if !hasCookie(m.Via.Branch) {
		return forFallback(buf, m, method)
	}
	buf = append(buf, serverKey)
	buf = appendFolded(buf, m.Via.Branch)
	buf = append(buf, divider)
	buf = appendFolded(buf, m.Via.Host)
	buf = append(buf, divider)
	buf = strconv.AppendUint(buf, uint64(m.Via.Port), 10)
	buf = append(buf, divider)
	return append(buf, method...)
}

// forFallback is the key of a request whose branch names no transaction: the
// rule for elements older than RFC 3261 (17.2.3, second half). The To tag is
// left out: that of an ACK is the one of our response, and where the request
// has one, Call-ID, From tag and CSeq already tell it from all others.
func forFallback(buf []byte, m *wire.Message, method string) []byte {
	buf = append(buf, fallbackKey)
	for _, part := range [...]string{m.CallID, m.From.Tag, m.URI, m.Via.Text} {
		buf = append(buf, part...)
		buf = append(buf, divider)
	}
	buf = strconv.AppendUint(buf, uint64(m.CSeq.N), 10)
	buf = append(buf, divider)
	return append(buf, method...)
}

// hasCookie says whether a branch names a transaction. A cookie with nothing
// behind it does not (RFC 4475 3.2.1).
func hasCookie(branch string) bool {
	return len(branch) > len(cookie) && strings.EqualFold(branch[:len(cookie)], cookie)
}

// appendFolded appends s in lower case: a token and a host name are compared
// without regard to case (RFC 3261 7.3.1). Other bytes stay as they are.
func appendFolded(buf []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf = append(buf, c)
	}
	return buf
}
