package wire

import (
	"strings"
	"testing"
)

// mistakes has one row for each: the INVITE with one part replaced, the header
// that the 400 names, and whether there can be no 400 at all.
var mistakes = []struct {
	name, old, repl, header, text string
	silent                        bool
}{
	// RFC 3261 section 7.1, start line.
	{"version", "SIP/2.0\r\nVia", "SIP/7.0\r\nVia", "request line", "version", false},
	{"method in lower case", "INVITE sip", "invite sip", "request line", "upper case", false},
	{"two spaces", "INVITE sip", "INVITE  sip", "request line", "scheme", false},
	{"space in the URI", "phone SIP", "phone x SIP", "request line", "forbidden character", false},
	{"space at the end", "SIP/2.0\r\nVia", "SIP/2.0 \r\nVia", "request line", "white space at its end", false},
	{"tab", "INVITE sip", "INVITE\tsip", "", "start line", true},
	{"angle brackets", "sip:+390612345678@telco.example;user=phone SIP", "<sip:a@b> SIP", "request line", "scheme", false},
	{"URI headers", ";user=phone SIP", "?To=x SIP", "request line", "URI with headers", false},
	{"empty URI headers", ";user=phone SIP", "? SIP", "request line", "URI with headers", false},
	{"two @", "@telco.example;", "@telco@example;", "request line", "second", false},
	{"bad escape", "+390612345678@telco.example;", "%3g@telco.example;", "request line", "escape", false},
	{"no method", "INVITE sip", " sip", "", "start line", true},
	{"no version", " SIP/2.0\r\nVia", "\r\nVia", "", "start line", true},
	{"folded start line", "SIP/2.0\r\nVia", "SIP/2.0\r\n Via", "", "name", true},
	// RFC 3261 section 7.3, header lines.
	{"no colon", "User-Agent: dialer", "User-Agent dialer", "", "colon", false},
	{"space in a name", "User-Agent:", "User Agent:", "", "name", false},
	{"folded name", "User-Agent:", "User-Agent\r\n :", "", "name", false},
	{"no name", "User-Agent:", ":", "", "name", false},
	{"NUL", "dialer 1.0", "dialer\x00", "User-Agent", "control", false},
	{"NUL in a quoted string", `\"SpA\"`, "\\\\\x00", "From", "control", true},
	{"escaped NUL outside a quoted string", "20>;tag=f1", "20>;x=\\\x00;tag=f1", "From", "behind the address", false},
	{"escaped NUL in a display name without quotes", `"Acme \"SpA\""`, "Acme\\\x00", "From", "no scheme", false},
	{"escaped NUL in a foreign header", "dialer 1.0", "\"dialer \\\x00\"", "User-Agent", "control", false},
	{"escaped bare LF", `\"SpA\"`, "\\\n", "From", "control", true},
	{"escaped bare CR", `\"SpA\"`, "\\\rx", "From", "control", true},
	{"bare LF", "dialer 1.0\r\n", "dialer\nFrom: <sip:x@y>;tag=2\r\n", "User-Agent", "control", false},
	{"bare CR", "dialer 1.0", "dialer\rx", "User-Agent", "control", false},
	{"DEL", "dialer 1.0", "dialer\x7f", "User-Agent", "control", false},
	{"continuation of white space only", "dialer 1.0\r\n", "dialer\r\n \r\n", "User-Agent", "white space only", false},
	{"lines that end in LF only", "\r\nMax-Forwards: 70\r\n", "\nMax-Forwards: 70\n", "Via", "control", true},
	// What stands once only.
	{"two From", "To: <", "f: <sip:x@y>;tag=2\r\nTo: <", "From", "twice", false},
	{"two To", "To: <", "t: <sip:x@y>\r\nTo: <", "To", "twice", false},
	{"two Call-ID", "To: <", "i: x\r\nTo: <", "Call-ID", "twice", false},
	{"two CSeq", "To: <", "CSEQ: 1 INVITE\r\nTo: <", "CSeq", "twice", false},
	{"two Max-Forwards", "To: <", "Max-forwards: 1\r\nTo: <", "Max-Forwards", "twice", false},
	{"two Content-Length", "To: <", "l: 5\r\nTo: <", "Content-Length", "twice", false},
	{"two Content-Type", "To: <", "c: text/plain\r\nTo: <", "Content-Type", "twice", false},
	{"two addresses in From", ";tag=f1", ";tag=f1, <sip:x@y>", "From", "more than one", false},
	// What must be there.
	{"no Via", "Via: SIP", "X: SIP", "Via", "missing", true},
	{"no From", "From: ", "X: ", "From", "missing", true},
	{"no To", "To: <", "X: <", "To", "missing", true},
	{"no Call-ID", "Call-ID: ", "X: ", "Call-ID", "missing", true},
	{"no CSeq", "CSeq: ", "X: ", "CSeq", "missing", true},
	// RFC 3261 sections 20.8, 20.16, 20.22.
	{"empty Call-ID", "a84b4c76e66710@10.0.0.20", "", "Call-ID", "empty", false},
	{"space in Call-ID", "a84b4c76e66710@", "a84b4c 76e66710@", "Call-ID", "forbidden", false},
	{"list in Call-ID", "a84b4c76e66710@", "a,b@", "Call-ID", "forbidden", false},
	{"CSeq of another method", "102 INVITE", "102 OPTIONS", "CSeq", "not that of", false},
	{"CSeq method in lower case", "102 INVITE", "102 invite", "CSeq", "not that of", false},
	{"CSeq without a method", "102 INVITE", "102", "CSeq", "number and method", false},
	{"CSeq of 2^31", "102 INVITE", "2147483648 INVITE", "CSeq", "2^31", false},
	{"CSeq below 0", "102 INVITE", "-1 INVITE", "CSeq", "2^31", false},
	{"CSeq with more", "102 INVITE", "102 INVITE x", "CSeq", "method", false},
	{"Max-Forwards of 256", "Forwards: 70", "Forwards: 256", "Max-Forwards", "255", false},
	{"Max-Forwards below 0", "Forwards: 70", "Forwards: -1", "Max-Forwards", "255", false},
	{"Max-Forwards empty", "Forwards: 70", "Forwards:", "Max-Forwards", "255", false},
	// RFC 3261 section 18.3.
	{"Content-Length too long", "Length: 5", "Length: 6", "Content-Length", "longer", false},
	{"Content-Length no number", "Length: 5", "Length: 5x", "Content-Length", "number", false},
	{"Content-Length below 0", "Length: 5", "Length: -5", "Content-Length", "number", false},
	{"Content-Length over all bounds", "Length: 5", "Length: 18446744073709551621", "Content-Length", "number", false},
	{"no empty line", "\r\n\r\nv=0\r\n", "\r\n", "", "empty line", false},
	// RFC 3261 sections 20.10, 20.20, 20.39, addresses.
	{"quoted string without end", `SpA\""`, `SpA\"`, "From", "does not end", false},
	{"no > in From", "20>;tag=f1", "20;tag=f1", "From", "without", false},
	{"comma in a display name", `"Acme \"SpA\""`, "Acme, SpA", "From", "scheme", false},
	{"an address as display name", `"Acme \"SpA\""`, "sip:other@host", "From", "behind the address", false},
	{"space in angle brackets", "<sip:0212345678@10.0.0.20>;tag", "< sip:0212345678@10.0.0.20>;tag", "From", "scheme", false},
	{"question mark without brackets", "To: <sip:+390612345678@telco.example>", "To: sip:a@b?c=d", "To", "no angle brackets", false},
	{"two tags", "tag=f1", "tag=f1;Tag=f2", "From", "two parameters tag", false},
	{"empty tag", "tag=f1", "tag=", "From", "empty tag", false},
	{"tag without value", "tag=f1", "tag", "From", "empty tag", false},
	{"quoted tag", "tag=f1", `tag="f1"`, "From", "in quotes", false},
	{"space in a tag", "tag=f1", "tag=f1 f2", "From", "behind the address", false},
	{"empty parameter", ";tag=f1", ";;tag=f1", "From", "without a name", false},
	{"empty parameter at the end", ";tag=f1", ";tag=f1;", "From", "without a name", false},
	{"address that is none", "To: <sip:+390612345678@telco.example>", "To: <>", "To", "scheme", false},
	{"empty To", "To: <sip:+390612345678@telco.example>", "To:", "To", "no address", false},
	{"bad Contact", "5060;transport=udp>", "99999;transport=udp>", "Contact", "port", false},
	{"bad second Contact", "transport=udp>", "transport=udp>, <", "Contact", "without", false},
	{"bad Route", "To: <", "Route: <sip:p;lr>,\r\nTo: <", "Route", "no address", false},
	{"bad Record-Route", "To: <", "Record-Route: sip\r\nTo: <", "Record-Route", "scheme", false},
	// RFC 3261 section 20.42, Via.
	{"Via without protocol", "Via: SIP/2.0/UDP", "Via: UDP", "Via", "SIP/2.0/UDP", true},
	{"Via of SIP 3.0", "Via: SIP/2.0", "Via: SIP/3.0", "Via", "SIP/2.0/UDP", false},
	{"Via without host", "UDP 10.0.0.20:5060;branch", "UDP ;branch", "Via", "no host", true},
	{"Via with a bad port", ":5060;branch", ":5060x;branch", "Via", "behind sent-by", true},
	{"Via with port 0", ":5060;branch", ":0;branch", "Via", "port", true},
	{"Via with a port over all", ":5060;branch", ":65536;branch", "Via", "port", true},
	{"Via with two branches", "branch=z9hG4bK-1", "branch=a;BRANCH=b", "Via", "two parameters branch", false},
	{"Via with an empty branch", "branch=z9hG4bK-1", "branch=", "Via", "branch that is empty", false},
	{"Via with separators too many", ";rport", ";;,;,,", "Via", "without a name", false},
	{"Via with text behind sent-by", "10.0.0.20:5060;branch", "10.0.0.20:5060 x;branch", "Via", "behind sent-by", true},
	{"Via with text behind its parameters", ";rport", ";rport x", "Via", "behind the parameters", false},
	{"a bad second Via", ";rport", ";rport, SIP/2.0/UDP", "Via", "white space", false},
	{"IPv6 without end", "UDP 10.0.0.20:5060", "UDP [2001:db8::1:5060", "Via", "without", true},
	{"IPv6 that is none", "UDP 10.0.0.20:5060", "UDP [10.0.0.20]:5060", "Via", "IPv6", true},
	{"IPv6 with a zone", "UDP 10.0.0.20:5060", "UDP [fe80::1%eth0]:5060", "Via", "IPv6", true},
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, c := range mistakes {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			bad := malformed(t, with(t, c.old, c.repl))
			if bad.Header != c.header || !strings.Contains(bad.Text, c.text) {
				t.Errorf("%q, want %s: …%s…", bad, c.header, c.text)
			}
			if (bad.Partial == nil) != c.silent {
				t.Errorf("Partial %v", bad.Partial)
			}
			if bad.Partial != nil {
				if want := map[bool]int{false: 400, true: 505}[c.name == "version"]; bad.Status != want {
					t.Errorf("status %d, want %d", bad.Status, want)
				}
				answered(t, bad.Partial)
			}
		})
	}
}

// answered checks that the 400 is a response that can be read; the lines it
// repeats may still be wrong.
func answered(t *testing.T, partial *Message) {
	t.Helper()
	text := string(Reply(partial, Vias(partial, hopOf("10.0.0.20:5060")), 400, "Bad Request", "t9"))
	for _, want := range []string{"SIP/2.0 400 Bad Request\r\nVia: SIP/", "/UDP 10.0.0.20", "\r\nCSEQ: ", "\r\nTO:", "Content-Length: 0\r\n\r\n"} {
		if !strings.Contains(strings.NewReplacer("CSeq", "CSEQ", "\nTo:", "\nTO:", "\nt:", "\nTO:").Replace(text), want) {
			t.Errorf("the 400 has no %q:\n%s", want, text)
		}
	}
}

func TestRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	response := "SIP/2.0 200 OK\r\n" + strings.SplitAfterN(invite, "\r\n", 2)[1]
	ack := strings.ReplaceAll(invite, "INVITE", "ACK")
	for name, text := range map[string]string{
		"empty":                      "",
		"keep-alive":                 "\r\n\r\n",
		"one line end":               "\r\n",
		"a STUN request":             "\x00\x01\x00\x00!\x12\xa4B\r\n\r\n",
		"half a line":                "INVITE sip:a@b SIP/2.0",
		"over 64 kB":                 strings.Replace(invite, "dialer 1.0", strings.Repeat("x", MaxSize), 1),
		"a bad ACK":                  strings.Replace(ack, "102 ACK", "102 INVITE", 1),
		"a bad response":             strings.Replace(response, "Forwards: 70", "Forwards: x", 1),
		"a response of SIP 1.0":      strings.Replace(response, "SIP/2.0 200", "SIP/1.0 200", 1),
		"a response without status":  strings.Replace(response, "SIP/2.0 200 OK", "SIP/2.0", 1),
		"a response with status 99":  strings.Replace(response, " 200 ", " 099 ", 1),
		"a response with status 700": strings.Replace(response, " 200 ", " 700 ", 1),
		"a response with status 20":  strings.Replace(response, " 200 ", " 20 ", 1),
	} {
		if bad := malformed(t, text); bad.Partial != nil {
			t.Errorf("%s: %v has a Partial", name, bad)
		}
	}
	many := with(t, "X-Foreign", strings.Repeat("X: y\r\n", MaxLines)+"X-Foreign")
	if bad := malformed(t, many); !strings.Contains(bad.Text, "256") || bad.Partial == nil || len(bad.Partial.Lines) != MaxLines {
		t.Errorf("%v", bad)
	}
	mustRead(t, response)
	mustRead(t, ack)
}
