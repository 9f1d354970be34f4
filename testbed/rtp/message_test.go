package rtp

import (
	"net/netip"
	"strings"
	"testing"
)

// sip writes a message with an SDP that names a port of 127.0.8.1; port "":
// none.
func sip(first, callID, cseq, port string) []byte {
	text := first + "\nVia: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK1\nCall-ID: " + callID + "\nCSeq: " + cseq + "\n\n"
	if port != "" {
		text += "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.8.1\nt=0 0\nm=audio " + port + " RTP/AVP 8 13\nm=video 9 RTP/AVP 31\n"
	}
	return []byte(strings.ReplaceAll(text, "\n", "\r\n"))
}

func TestReadMessage(t *testing.T) {
	t.Parallel()
	media := netip.MustParseAddrPort("127.0.8.1:10000")
	for name, c := range map[string]struct {
		text []byte
		want message
		ok   bool
	}{
		"request":           {sip("INVITE sip:+391@127.0.0.1:1 SIP/2.0", "a@b", "1 INVITE", "10000"), message{"INVITE", 0, "+391", "a@b", media}, true},
		"response":          {sip("SIP/2.0 200 OK", "a@b", "7 BYE", ""), message{"BYE", 200, "", "a@b", netip.AddrPort{}}, true},
		"refused stream":    {sip("SIP/2.0 200 OK", "a@b", "1 INVITE", "0"), message{"INVITE", 200, "", "a@b", netip.AddrPort{}}, true},
		"no port":           {sip("SIP/2.0 200 OK", "a@b", "1 INVITE", "70000"), message{"INVITE", 200, "", "a@b", netip.AddrPort{}}, true},
		"no status":         {sip("SIP/2.0 OK", "a@b", "1 INVITE", ""), message{}, false},
		"no Call-ID":        {sip("SIP/2.0 200 OK", "", "1 INVITE", ""), message{}, false},
		"something else":    {[]byte("\x80\x08RTP"), message{}, false},
		"nothing":           {nil, message{}, false},
		"keep-alive":        {[]byte("\r\n\r\n"), message{}, false},
		"telephone request": {sip("OPTIONS tel:1 SIP/2.0", "a@b", "1 OPTIONS", ""), message{}, false},
	} {
		got, ok := readMessage(c.text)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s: %+v, %v", name, got, ok)
		}
	}
}
