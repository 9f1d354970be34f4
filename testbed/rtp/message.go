package rtp

import (
	"bytes"
	"net/netip"
	"strconv"
)

// message is what a Ladder reads of a SIP message, as SIPp and the program
// under test write it: no compact names, no folded lines.
type message struct {
	method string // of the CSeq
	status int    // 0: a request
	user   string // of the Request-URI
	callID string
	media  netip.AddrPort // of the first m-line; zero: none
}

func readMessage(text []byte) (m message, ok bool) {
	head, body, _ := bytes.Cut(text, []byte("\r\n\r\n"))
	first, rest, _ := bytes.Cut(head, []byte("\r\n"))
	if after, found := bytes.CutPrefix(first, []byte("SIP/2.0 ")); found {
		code, _, _ := bytes.Cut(after, []byte(" "))
		m.status, _ = strconv.Atoi(string(code)) // 0 makes it no response, see below
		ok = m.status > 0
	} else {
		_, uri, found := bytes.Cut(first, []byte(" sip:"))
		user, _, _ := bytes.Cut(uri, []byte("@"))
		m.user, ok = string(user), found
	}
	for line := range bytes.SplitSeq(rest, []byte("\r\n")) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch string(bytes.ToLower(name)) {
		case "call-id":
			m.callID = string(value)
		case "cseq":
			m.method = string(value[bytes.LastIndexByte(value, ' ')+1:])
		}
	}
	m.media = readMedia(body)
	return m, ok && m.callID != "" && m.method != ""
}

// readMedia returns where the first stream of an SDP is to be sent.
func readMedia(body []byte) netip.AddrPort {
	var host netip.Addr
	for line := range bytes.SplitSeq(body, []byte("\r\n")) {
		fields := bytes.Fields(line)
		switch {
		case bytes.HasPrefix(line, []byte("c=IN IP4 ")) && len(fields) == 3:
			host, _ = netip.ParseAddr(string(fields[2])) // not one: no media
		case bytes.HasPrefix(line, []byte("m=")) && len(fields) > 1 && host.IsValid():
			port, err := strconv.ParseUint(string(fields[1]), 10, 16)
			if err != nil || port == 0 {
				return netip.AddrPort{}
			}
			return netip.AddrPortFrom(host, uint16(port))
		}
	}
	return netip.AddrPort{}
}
