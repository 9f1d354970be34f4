package wire

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The values of the invite that forms replaces, and what it looks at.
const (
	via  = "SIP/2.0/UDP 10.0.0.20:5060;branch=z9hG4bK-1;rport"
	from = `"Acme \"SpA\"" <sip:0212345678@10.0.0.20>;tag=f1`
	to   = "<sip:+390612345678@telco.example>"
)

func branch(m *Message) string  { return m.Via.Host + " " + m.Via.Branch }
func tag(m *Message) string     { return m.From.URI + " " + m.From.Tag }
func contact(m *Message) string { return m.Contact.URI + " " + string(m.Contact.Params) }
func cseq(m *Message) string    { return m.CSeq.Method + " " + strconv.Itoa(int(m.CSeq.N)) }

// forms are the legal forms in which a header may come (RFC 3261 sections 7.3,
// 20 and 25), each with what is read from it. Another parser got each of these
// wrong: a space before ";", a name in another case, a compact form, a fold, a
// list, an empty value.
var forms = []struct {
	name, old, repl string
	view            func(*Message) string
	want            string
}{
	// Via, section 20.42.
	{"space before ;", via, "SIP/2.0/UDP h:5060 ;Branch=b", branch, "h b"},
	{"spaces round all", via, "SIP / 2.0 / UDP h : 5060 ; branch = b , SIP/2.0/TCP x", branch, "h b"},
	{"first hop without parameters", via, "SIP/2.0/UDP a:5060, SIP/2.0/UDP b;branch=c", branch, "a "},
	{"comma in a quoted parameter", via, `SIP/2.0/UDP h;x="a, SIP/2.0/UDP z;branch=y";branch=b`, branch, "h b"},
	{"folds", via, "SIP/2.0/UDP\r\n h\r\n\t;branch\r\n =\r\n b", branch, "h b"},
	{"compact", "Via: ", "v:", branch, "10.0.0.20 z9hG4bK-1"},
	{"space before the colon", "Via: ", "VIA\t :", branch, "10.0.0.20 z9hG4bK-1"},
	{"IPv6", via, "SIP/2.0/UDP [2001:db8::1]:5062;branch=b;received=2001:db8::2", branch, "[2001:db8::1] b"},
	{"no branch, as in RFC 2543", via, "SIP/2.0/UDP h", branch, "h "},
	{"a transport nobody knows", via, "SIP/2.0/UNKN h;branch=b", func(m *Message) string { return m.Via.Proto }, "UNKN"},
	{"a branch in base64", via, "SIP/2.0/UDP h;branch=z9hG4bKab==", branch, "h z9hG4bKab=="},
	// From, To, section 20.10.
	{"spaces round the tag", from, "<sip:a@x> ; tag = 1", tag, "sip:a@x 1"},
	{"Tag in another case", from, "<sip:a@x>;TAG=1", tag, "sip:a@x 1"},
	{"no angle brackets", from, "sip:a@x;tag=1", tag, "sip:a@x 1"},
	{"no angle brackets, a space", from, "sip:a@x ;tag=1", tag, "sip:a@x 1"},
	{"semicolon in the URI", from, "<sip:a@x;tag=9>;tag=1", tag, "sip:a@x;tag=9 1"},
	{"tag in a quoted parameter", from, `<sip:a@x>;x=";tag=9";tag=1`, tag, "sip:a@x 1"},
	{"address in a display name", from, `"<sip:evil@x>;tag=9" <sip:a@x>;tag=1`, tag, "sip:a@x 1"},
	{"a quote escaped", from, `"a\\" <sip:a@x>;tag=1`, tag, "sip:a@x 1"},
	{"tokens as display name", from, "Bell Alexander <sip:a@x>;tag=1", func(m *Message) string { return m.From.Display }, "Bell Alexander"},
	{"UTF-8 and brackets as display name", from, "Società (Rome) <sip:a@x>;tag=1", func(m *Message) string { return m.From.Display }, "Società (Rome)"},
	{"a fold in a display name", from, "Bell\r\n Alexander <sip:a@x>;tag=1", func(m *Message) string { return m.From.Display }, "Bell Alexander"},
	{"escaped controls in a display name", from, "\"\\\x00\\\x7f\\\\\\\x07\" <sip:a@x>;tag=1", func(m *Message) string { return m.From.Display + m.From.Tag }, "\x00\x7f\\\x071"},
	{"escaped control in a quoted parameter", via, "SIP/2.0/UDP h;x=\"\\\x01;branch=y\";branch=b", branch, "h b"},
	{"empty display name", from, `"" <sip:a@x>;tag=1`, tag, "sip:a@x 1"},
	{"no space before <", from, `"x"<sip:a@x>;tag=1`, tag, "sip:a@x 1"},
	{"folds in From", from, "\"x\r\n y\"\r\n <sip:a@x>\r\n ;\r\n tag\r\n =\r\n 1", func(m *Message) string { return m.From.Display + m.From.Tag }, "x y1"},
	{"no tag, as in RFC 2543", from, "<sip:a@x>", tag, "sip:a@x "},
	{"compact From", "From:", "f :", tag, "sip:0212345678@10.0.0.20 f1"},
	{"compact To", "To: <", "t:<", func(m *Message) string { return m.To.URI }, "sip:+390612345678@telco.example"},
	{"tel", to, "<tel:+39-06-1234;phone-context=x>", func(m *Message) string { return m.To.URI }, "tel:+39-06-1234;phone-context=x"},
	{"urn", to, "<urn:service:sos>", func(m *Message) string { return m.To.URI }, "urn:service:sos"},
	// Call-ID and CSeq, sections 20.8 and 20.16.
	{"Call-ID with word characters", "a84b4c76e66710@10.0.0.20", `()<>:\"/[]?{}!%*_+'~@x`, func(m *Message) string { return m.CallID }, `()<>:\"/[]?{}!%*_+'~@x`},
	{"folded Call-ID", "Call-ID: a84b4c76e66710@", "i\t:\r\n x@", func(m *Message) string { return m.CallID }, "x@10.0.0.20"},
	{"spaces in CSeq", "102 INVITE", "1    INVITE", cseq, "INVITE 1"},
	{"tab and zeros in CSeq", "CSeq: 102 INVITE", "cSEQ:\t0009\t\r\n INVITE\t", cseq, "INVITE 9"},
	// Contact, section 20.10.
	{"list of contacts", "<sip:0212345678@10.0.0.20:5060;transport=udp>", `"a,b" <sip:a@x>;expires=;q=0.5, <sip:b@y>`, contact, "sip:a@x ;expires=;q=0.5"},
	{"compact contact without brackets", "Contact: <sip:0212345678@10.0.0.20:5060;transport=udp>", "m:sip:a:@x;expires=3", contact, "sip:a:@x ;expires=3"},
	{"two lines of contacts", "User-Agent", "m: <sip:b@y>\r\nUser-Agent", contact, "sip:0212345678@10.0.0.20:5060;transport=udp "},
	{"star", "<sip:0212345678@10.0.0.20:5060;transport=udp>", "*", contact, " "},
	{"instance", "5060;transport=udp>", `5060>;+sip.instance="<urn:uuid:0>"`, contact, `sip:0212345678@10.0.0.20:5060 ;+sip.instance="<urn:uuid:0>"`},
	// The rest.
	{"a Max-Forwards of zeros", "Forwards: 70", "Forwards:\r\n 0068", func(m *Message) string { return strconv.Itoa(m.MaxForwards) }, "68"},
	{"what follows the body is cut", "v=0\r\n", "v=0\r\nrest", func(m *Message) string { return m.Body }, "v=0\r\n"},
	{"no length: all that follows", "Content-Length: 5\r\n", "", func(m *Message) string { return m.Body }, "v=0\r\n"},
	{"compact length and type", "Content-Type: application/sdp\r\nContent-Length: 5", "c: Application / SDP ;charset=x\r\nl : 5", func(m *Message) string { b, _ := m.SDP(); return b }, "v=0\r\n"},
	{"an encoding hides the SDP", "Content-Type:", "e: gzip\r\nContent-Type:", func(m *Message) string { b, _ := m.SDP(); return b }, ""},
	{"multipart without its parts", "application/sdp", "multipart/mixed;boundary=x", func(m *Message) string { b, _ := m.SDP(); return b }, ""},
	{"line ends before it", "INVITE sip", "\r\n\r\nINVITE sip", func(m *Message) string { return m.Method }, "INVITE"},
	{"empty foreign value", "X-Foreign:  kept , as;it=is ", "X-Foreign:", func(m *Message) string { return m.Lines[8].Value() }, ""},
	{"odd foreign value", "X-Foreign:  kept , as;it=is ", "X-Foreign: ;;,,;;,;\r\n \"", func(m *Message) string { return m.Lines[8].Value() }, `;;,,;;,; "`},
	{"version in lower case", "phone SIP/2.0", "phone sip/2.0", func(m *Message) string { return m.URI }, "sip:+390612345678@telco.example;user=phone"},
}

func TestForms(t *testing.T) {
	t.Parallel()
	for _, c := range forms {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := with(t, c.old, c.repl)
			m := mustRead(t, text)
			if got := c.view(m); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			// All lines are carried raw, whatever was read from them.
			if want := rawLines(text); !slices.Equal(texts(m), want) {
				t.Errorf("lines\n%q, want\n%q", texts(m), want)
			}
			again := mustRead(t, string(m.Write(Edit{})))
			if got := c.view(again); got != c.want {
				t.Errorf("after writing: %q, want %q", got, c.want)
			}
		})
	}
}

// rawLines cuts the header lines out of a message by another way than Read.
func rawLines(text string) (lines []string) {
	head, _, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\r\n\r\n")
	for _, line := range strings.Split(head, "\r\n")[1:] {
		if line[0] == ' ' || line[0] == '\t' {
			lines[len(lines)-1] += "\r\n" + line
		} else {
			lines = append(lines, line)
		}
	}
	return lines
}

func texts(m *Message) (lines []string) {
	for _, l := range m.Lines {
		lines = append(lines, l.Text)
	}
	return lines
}

func TestResponses(t *testing.T) {
	t.Parallel()
	rest := "\r\n" + strings.SplitAfterN(invite, "\r\n", 2)[1]
	for _, c := range []struct {
		line   string
		status int
		phrase string
	}{
		{"SIP/2.0 200 OK", 200, "OK"},
		{"SIP/2.0 183 Session  in progress ", 183, "Session  in progress "},
		{"SIP/2.0 486 Übertragung", 486, "Übertragung"},
		{"SIP/2.0 100 ", 100, ""},
		{"SIP/2.0 699", 699, ""},
		{"sip/2.0 404 x", 404, "x"},
	} {
		m := mustRead(t, c.line+rest)
		if m.Status != c.status || m.Phrase != c.phrase || m.IsRequest() || m.URI != "" {
			t.Errorf("%q: %d %q %q", c.line, m.Status, m.Phrase, m.URI)
		}
	}
}
