package wire

import (
	"errors"
	"strings"
	"testing"
)

// invite is the INVITE that the tests vary.
const invite = "INVITE sip:+390612345678@telco.example;user=phone SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 10.0.0.20:5060;branch=z9hG4bK-1;rport\r\n" +
	"Max-Forwards: 70\r\n" +
	"From: \"Acme \\\"SpA\\\"\" <sip:0212345678@10.0.0.20>;tag=f1\r\n" +
	"To: <sip:+390612345678@telco.example>\r\n" +
	"Call-ID: a84b4c76e66710@10.0.0.20\r\n" +
	"CSeq: 102 INVITE\r\n" +
	"Contact: <sip:0212345678@10.0.0.20:5060;transport=udp>\r\n" +
	"User-Agent: dialer 1.0\r\n" +
	"X-Foreign:  kept , as;it=is \r\n" +
	"Content-Type: application/sdp\r\n" +
	"Content-Length: 5\r\n" +
	"\r\n" +
	"v=0\r\n"

func mustRead(t testing.TB, text string) *Message {
	t.Helper()
	m, err := Read([]byte(text))
	if err != nil {
		t.Fatalf("Read: %v\n%s", err, text)
	}
	return m
}

// with replaces one part of the invite, which must be there.
func with(t testing.TB, old, repl string) string {
	t.Helper()
	if !strings.Contains(invite, old) {
		t.Fatalf("the invite has no %q", old)
	}
	return strings.Replace(invite, old, repl, 1)
}

func malformed(t testing.TB, text string) *Malformed {
	t.Helper()
	m, err := Read([]byte(text))
	bad, ok := errors.AsType[*Malformed](err)
	if !ok || m != nil {
		t.Fatalf("Read accepted:\n%s", text)
	}
	return bad
}

func TestReadInvite(t *testing.T) {
	t.Parallel()
	m := mustRead(t, invite)
	for _, c := range []struct{ name, got, want string }{
		{"method", m.Method, "INVITE"},
		{"uri", m.URI, "sip:+390612345678@telco.example;user=phone"},
		{"branch", m.Via.Branch, "z9hG4bK-1"},
		{"via host", m.Via.Host, "10.0.0.20"},
		{"via text", m.Via.Text, "SIP/2.0/UDP 10.0.0.20:5060;branch=z9hG4bK-1;rport"},
		{"display", m.From.Display, `Acme "SpA"`},
		{"from", m.From.URI, "sip:0212345678@10.0.0.20"},
		{"from tag", m.From.Tag, "f1"},
		{"to tag", m.To.Tag, ""},
		{"call-id", m.CallID, "a84b4c76e66710@10.0.0.20"},
		{"cseq method", m.CSeq.Method, "INVITE"},
		{"contact", m.Contact.URI, "sip:0212345678@10.0.0.20:5060;transport=udp"},
		{"body", m.Body, "v=0\r\n"},
		{"foreign", m.Lines[8].Text, "X-Foreign:  kept , as;it=is "},
		{"foreign value", m.Lines[8].Value(), "kept , as;it=is"},
		{"written", string(m.Write(Edit{})), invite},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
	if m.Via.Port != 5060 || m.CSeq.N != 102 || m.MaxForwards != 70 || !m.HasContact || !m.IsRequest() {
		t.Errorf("numbers: %+v", m)
	}
	if body, ok := m.SDP(); !ok || body != m.Body {
		t.Errorf("SDP: %q %v", body, ok)
	}
}
