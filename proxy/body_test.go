package proxy

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"tregua/media"
)

// inParts is an INVITE whose body is of several parts: a session description,
// then what stands in more.
func inParts(uri, more string) string {
	body := "--b\r\nContent-Type: application/sdp\r\nContent-Length: 70\r\n\r\nv=0\r\ns=-\r\nc=IN IP4 192.0.2.77\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\na=x:12\r\n\r\n" +
		"--b\r\n" + more + "\r\n--b--\r\n"
	return strings.Replace(invite(uri, 1), "Content-Length: 0\r\n\r\n",
		fmt.Sprintf("MIME-Version: 1.0\r\nContent-Type: multipart/mixed;boundary=b\r\nContent-Length: %d\r\n\r\n%s", len(body), body), 1)
}

// TestShardInParts: the session description among several parts is anchored,
// the others leave as they came, octets that are no text among them.
func TestShardInParts(t *testing.T) {
	t.Parallel()
	const isup = "Content-Type: application/x-octets\r\n\r\n\x00\x01\r\x00\n--\xff"
	b := newBench(t, nil)
	text := inParts("sip:+393331234567@carrier", isup)
	b.want(b.turn(b.from(0, text)), "A 100, ask")
	allow := b.allow()
	allow.Anchor = media.Anchor{ID: 1, Addr: [2]netip.AddrPort{
		netip.MustParseAddrPort("192.0.2.254:20000"), netip.MustParseAddrPort("198.51.100.254:20002"),
	}}
	b.turn(allow)
	sent := b.sent[len(b.sent)-1]
	_, body, _ := strings.Cut(text, "\r\n\r\n")
	want := strings.NewReplacer("192.0.2.77", "198.51.100.254", "audio 4000", "audio 20002", "Content-Length: 70", "Content-Length: 75").Replace(body)
	if sent.Method != "INVITE" || sent.Body != want {
		t.Errorf("%s with\n%q\nwant\n%q", sent.Method, sent.Body, want)
	}
}

// TestShardBodies: an INVITE whose session can be read in two ways is refused,
// and the answer says where.
func TestShardBodies(t *testing.T) {
	t.Parallel()
	const uri = "sip:+393331234567@carrier"
	for _, c := range []struct{ name, text, want string }{
		{"a second session", inParts(uri, "Content-Type: application/sdp\r\n\r\nv=0\r\n"), "two session descriptions"},
		{"a packed session", strings.Replace(withBody(invite(uri, 1), "v=0\r\n"), "Content-Length", "Content-Encoding: gzip\r\nContent-Length", 1), "an encoded session description"},
		{"no type", strings.Replace(withBody(invite(uri, 1), "v=0\r\n"), "Content-Type: application/sdp\r\n", "", 1), "a body without a Content-Type"},
		{"a mistake in the session", withBody(invite(uri, 1), "v=0\r\nm=audio\r\n"), "m-line 1: it is not like m=audio 4000 RTP/AVP 0"},
	} {
		b := newBench(t, nil)
		b.want(b.turn(b.from(0, c.text)), "A 488")
		got := ""
		for v := range b.sent[0].Named("Warning") {
			got = v
		}
		if want := `399 tregua "the session description cannot be read: ` + c.want + `"`; got != want {
			t.Errorf("%s: got %s\nwant %s", c.name, got, want)
		}
		b = newBench(t, nil)
		b.want(b.turn(b.from(0, strings.ReplaceAll(c.text, uri, "sip:112@carrier"))), "A 100, ask")
	}
}
