package proxy

import (
	"strings"
	"testing"

	"tregua/policy"
)

// iam is an initial address message to +39 333 1234567.
const iam = "\x01\x10\x20\x01\x0a\x00\x02\x09\x08\x04\x10\x93\x33\x13\x32\x54\x76\x0a\x04\x83\x13\x44\x04\x00"

// TestShardISUP: what the ISUP in the body of an INVITE says is asked with the
// rest.
func TestShardISUP(t *testing.T) {
	t.Parallel()
	const uri = "sip:+393331234567@carrier"
	read := policy.ISUP{Form: policy.ISUPInternational, Digits: "393331234567"}
	unreadable := policy.ISUP{Form: policy.ISUPUnreadable}
	part := func(lines, body string) string { return inParts(uri, lines+"\r\n"+body) }
	for _, c := range []struct {
		name, text string
		want       policy.ISUP
	}{
		{"no body", invite(uri, 1), policy.ISUP{}},
		{"another part", part("Content-Type: text/plain\r\n", iam), policy.ISUP{}},
		{"ISUP", part("Content-Type: application/ISUP;version=itu-t92+\r\nContent-Disposition: signal\r\n", iam), read},
		{"ISUP alone", strings.Replace(withBody(invite(uri, 1), iam), "application/sdp", "application/isup;version=x", 1), read},
		{"national", part("Content-Type: application/isup\r\n", strings.Replace(iam, "\x04\x10", "\x03\x10", 1)), policy.ISUP{Form: policy.ISUPNational, Digits: read.Digits}},
		{"subscriber", part("Content-Type: application/isup\r\n", strings.Replace(iam, "\x04\x10", "\x01\x10", 1)), policy.ISUP{Form: policy.ISUPDialled, Digits: read.Digits}},
		{"a version of a base that is read", part("Content-Type: application/isup;version=ansi88;base=etsi356\r\n", iam), read},
		{"a base that is not read", part("Content-Type: application/isup;version=x;base=ansi88\r\n", iam), unreadable},
		{"a version that is not read", part("Content-Type: application/isup;version=ansi00\r\n", iam), unreadable},
		{"encoded", part("Content-Type: application/isup\r\nContent-Transfer-Encoding: base64\r\n", iam), unreadable},
		{"another message", part("Content-Type: application/isup\r\n", "\x06\x10"), unreadable},
		{"two", part("Content-Type: application/isup\r\n", iam+"\r\n--b\r\nContent-Type: application/isup\r\n\r\n"+iam), unreadable},
	} {
		b := newBench(t, nil)
		b.want(b.turn(b.from(0, c.text)), "A 100, ask")
		if len(b.asks) == 1 && b.asks[0].Attempt.ISUP != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, b.asks[0].Attempt.ISUP, c.want)
		}
	}
}
