package wire

import (
	"fmt"
	"strings"
	"testing"
)

// withBody is the INVITE with another body, whose headers are lines.
func withBody(t testing.TB, lines, body string) *Message {
	t.Helper()
	return mustRead(t, with(t, "Content-Type: application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n",
		lines+fmt.Sprintf("Content-Length: %d\r\n\r\n", len(body))+body))
}

// sipI is an INVITE's body as a SIP-I gateway writes it: ISUP octets with NUL,
// CR and LF in them.
const sipI = "preamble\n--b1\nContent-Type: application/sdp\n\nv=0\n@\n--b1\nContent-Type: application/ISUP;version=itu-t92+;base=itu-t92+\n" +
	"Content-Disposition: signal;handling=required\nContent-Transfer-Encoding: binary\n\n·\x01\r·\n\n\xff--b2\n--b1--\nepilogue"

// bodies are bodies and what is found in them: "sdp", or "none", or a word of
// the error.
var bodies = []struct{ name, lines, body, want string }{
	{"none", "", "", "none"},
	{"one", "Content-Type: application/sdp\n", "v=0\n", "v=0\r\n"},
	{"of the session", "Content-Type: application/sdp\nContent-Disposition: Session;handling=required\n", "v=0", "v=0"},
	{"to be shown", "Content-Type: application/sdp\nContent-Disposition: render\n", "v=0", "error Content-Disposition"},
	{"early", "Content-Type: application/sdp\nContent-Disposition: early-session\n", "v=0", "error Content-Disposition"},
	{"packed", "Content-Type: application/sdp\ne: gzip\n", "v=0", "error encoded"},
	{"packed, and not", "Content-Type: application/sdp\ne: gzip\nContent-Transfer-Encoding: binary\n", "v=0", "error encoded"},
	{"not, and packed", "Content-Type: application/sdp\nContent-Transfer-Encoding: base64\ne: identity\n", "v=0", "error encoded"},
	{"identity", "Content-Type: application/sdp\ne: identity\n", "v=0", "v=0"},
	{"base64", "Content-Type: application/sdp\nContent-Transfer-Encoding: base64\n", "v=0", "error encoded"},
	{"without a type", "", "v=0\n", "error without a Content-Type"},
	{"a type that is none", "Content-Type: application/sdp (the session)\n", "v=0", "error no type/subtype"},
	{"a list of types", "Content-Type: application/sdp, text/plain\n", "v=0", "error no type/subtype"},
	{"parameters that are none", "Content-Type: application/sdp; ;x\n", "v=0", "error parameters"},
	{"another type", "Content-Type: application/isup\n", "·\x01", "none"},
	{"encrypted", "Content-Type: application/pkcs7-mime\n", "x", "error may hide"},
	{"elsewhere", "Content-Type: message/external-body;access-type=URL\n", "x", "error may hide"},
	{"elsewhere, a picture", "Content-Type: message/external-body\nContent-Disposition: icon\n", "x", "none"},

	{"first of two", mixed, sipI, "v=0\r\n@"},
	{"related", "Content-Type: Multipart/Related;boundary=b1\n", sipI, "v=0\r\n@"},
	{"quoted, folded", "Content-Type: multipart/mixed;\n boundary=\"b1\" ; x=y\n", sipI, "v=0\r\n@"},
	{"without a preamble", mixed, "--b1\n\ntext\n--b1\nc:application/SDP\n\nv=0\n--b1--", "v=0"},
	{"padded", mixed, "--b1 \t\n" + sdpPart + "\n--b1-- \n", "v=0"},
	{"own length", mixed, "--b1\nContent-Length: 03\n" + sdpPart + "\n--b1--\n", "v=0"},
	{"nested", mixed, "--b1\nContent-Length: 67\nContent-Type: multipart/mixed;boundary=c\n\n--c\nContent-Length: 3\nContent-Type: application/sdp\n\nv=0\n--c--\n--b1--", "v=0"},
	{"no part has one", mixed, "--b1\nContent-Type: text/x\n\nv=0\n--b1\n\n--b1\n\n\n--b1--", "none"},
	{"an empty one", mixed, "--b1\nContent-Type: application/sdp\n\n--b1--", "none"},
	{"alternatives without one", "Content-Type: multipart/alternative;boundary=b1\n", "--b1\n\na\n--b1\n\nb\n--b1--", "none"},

	{"two", mixed, "--b1\n" + sdpPart + "\n--b1\n" + sdpPart + "\n--b1--", "error two session descriptions"},
	{"an early one too", mixed, "--b1\n" + sdpPart + "\n--b1\nContent-Disposition: early-session\n" + sdpPart + "\n--b1--", "error Content-Disposition"},
	{"alternative", "Content-Type: multipart/alternative;boundary=b1\n", "--b1\n" + sdpPart + "\n--b1--", "error neither mixed nor related"},
	{"signed", "Content-Type: multipart/signed;boundary=b1\n", "--b1\n" + sdpPart + "\n--b1--", "error neither mixed nor related"},
	{
		"alternative outside", "Content-Type: multipart/alternative;boundary=b1\n",
		"--b1\nContent-Type: multipart/mixed;boundary=c\n\n--c\n" + sdpPart + "\n--c--\n--b1--", "error neither mixed nor related",
	},
	{"encrypted parts", "Content-Type: multipart/encrypted;boundary=b1\n", "--b1\n\n\n--b1--", "error may hide"},
	{"encrypted part", mixed, "--b1\nContent-Type: application/pkcs7-mime\n\n\n--b1--", "error may hide"},
	{"encoded part", mixed, "--b1\nContent-Transfer-Encoding: base64\n" + sdpPart + "\n--b1--", "error encoded"},
	{"encoded whole", mixed + "Content-Encoding: gzip\n", sipI, "error encoded"},
	{"three deep", mixed, "--b1\nContent-Type: multipart/mixed;boundary=c\n\n--c\nContent-Type: multipart/mixed;boundary=d\n\n--d\n\n--d--\n--c--\n--b1--", "error more than 2 deep"},
	{"seventeen", mixed, strings.Repeat("--b1\n\n\n", 17) + "--b1--", "error more than 16 parts"},
	{
		"seventeen in two", mixed, "--b1\nContent-Type: multipart/mixed;boundary=c\n\n" + strings.Repeat("--c\n\n\n", 9) + "--c--\n" +
			"--b1\nContent-Type: multipart/mixed;boundary=c\n\n" + strings.Repeat("--c\n\n\n", 8) + "--c--\n--b1--", "error more than 16 parts",
	},

	{"no boundary", "Content-Type: multipart/mixed\n", sipI, "error without a boundary"},
	{"two boundaries", "Content-Type: multipart/mixed;boundary=b1;boundary=b2\n", sipI, "error parameters"},
	{"a boundary in pieces", "Content-Type: multipart/mixed;boundary=b1;boundary*0=b2\n", sipI, "error RFC 2231"},
	{"a boundary with a blank", "Content-Type: multipart/mixed;boundary=\"b1 \"\n", sipI, "error a boundary that is none"},
	{"a boundary with an escape", "Content-Type: multipart/mixed;boundary=\"b\\1\"\n", sipI, "error a boundary that is none"},
	{"a long boundary", "Content-Type: multipart/mixed;boundary=" + strings.Repeat("b", 71) + "\n", sipI, "error a boundary that is none"},
	{"another boundary", "Content-Type: multipart/mixed;boundary=B1\n", sipI, "error closing boundary"},
	{"not closed", mixed, "--b1\n" + sdpPart + "\n", "error closing boundary"},
	{"closed at once", mixed, "--b1--\n", "error without a part"},
	{"inside a line", mixed, "--b1\n" + sdpPart + " --b1\n--b1--", "error wrong place"},
	{"behind a bare line feed", mixed, "--b1\n" + sdpPart + "\xff--b1--", "error wrong place"},
	{"in the preamble", mixed, "x --b1\n--b1\n" + sdpPart + "\n--b1--", "error wrong place"},
	{"in the epilogue", mixed, "--b1\n" + sdpPart + "\n--b1--\nx\n--b1\n" + sdpPart + "\n--b1--", "error wrong place"},
	{"with a tail", mixed, "--b1\n" + sdpPart + "\n--b1x\n--b1--", "error wrong place"},
	{"inner one with the outer's name", mixed, "--b1\nContent-Type: multipart/mixed;boundary=b12\n\n--b12\n" + sdpPart + "\n--b12--\n--b1--", "error wrong place"},
	{"line by line", mixed, "--b1\n--b1--", "error wrong place"},
	{"a wrong own length", mixed, "--b1\nContent-Length: 5\n" + sdpPart + "\n--b1--", "error not the length"},
	{"two own lengths", mixed, "--b1\nl: 3\nContent-Length: 3\n" + sdpPart + "\n--b1--", "error twice"},
	{"two types", mixed, "--b1\nContent-Type: text/plain\n" + sdpPart + "\n--b1--", "error twice"},
	{"a bare line feed in a header", mixed, "--b1\nX: y\xffContent-Type: text/plain\n" + sdpPart + "\n--b1--", "error control character"},
	{"headers that do not end", mixed, "--b1\nX: y\n--b1--", "error without an end"},
	{"a line that is no header", mixed, "--b1\nv=0\n\n--b1--", "error without a colon"},
}

const (
	mixed   = "Content-Type: multipart/mixed;boundary=b1\n"
	sdpPart = "Content-Type: application/sdp\n\nv=0"
)

// onWire turns the line ends of a case into those of the wire; "·" is an
// octet 0, 0xff a bare line feed.
func onWire(s string) string {
	return strings.NewReplacer("\n", "\r\n", "·", "\x00", "\xff", "\n").Replace(s)
}

func TestBodies(t *testing.T) {
	t.Parallel()
	for _, c := range bodies {
		m := withBody(t, onWire(c.lines), onWire(c.body))
		sdp, is := m.SDP()
		got := sdp
		if err := m.CheckBody(); err != nil {
			got = "error " + err.Error()
		} else if !is {
			got = "none"
		}
		word, wrong := strings.CutPrefix(c.want, "error ")
		if wrong && (is || !strings.Contains(got, word)) || !wrong && got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if m.WithSDP(sdp) != m.Body {
			t.Errorf("%s: the same description is another body:\n%q\n%q", c.name, m.WithSDP(sdp), m.Body)
		}
	}
}

func TestSDPAllocatesNothing(t *testing.T) {
	m := withBody(t, "Content-Type: application/sdp;charset=x\r\nContent-Disposition: session\r\n", "v=0\r\n")
	if n := testing.AllocsPerRun(100, func() { m.SDP() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// TestWithSDP: everything but the session description stays, octets that are no
// text among it, and what counts its bytes follows.
func TestWithSDP(t *testing.T) {
	t.Parallel()
	const longer = "v=0 and twenty-seven more octs"
	const nested = "--b1\nContent-Length: 75\nContent-Type: multipart/mixed;boundary=c\n\n--c\nx: y\nContent-Length : 03\nContent-Type: application/sdp\n\nv=0\n--c--\n--b1--"
	for _, c := range []struct{ name, lines, body, sdp, want string }{
		{"one", "Content-Type: application/sdp\n", "v=0\n", "v=1", "v=1"},
		{"none", "Content-Type: text/plain\n", "v=0\n", "v=1", "v=0\r\n"},
		{"SIP-I", mixed, sipI, "v=0\ns=x", strings.Replace(onWire(sipI), "v=0\r\n@", "v=0\ns=x", 1)},
		{"lengths", mixed, nested, longer, strings.NewReplacer(" 75", " 102", " 03", " 30", "v=0", longer).Replace(onWire(nested))},
	} {
		m := withBody(t, onWire(c.lines), onWire(c.body))
		if got := m.WithSDP(c.sdp); got != c.want {
			t.Errorf("%s: %v\ngot  %q\nwant %q", c.name, m.CheckBody(), got, c.want)
		}
	}
}

// TestParts: the other parts are there for those who want them.
func TestParts(t *testing.T) {
	t.Parallel()
	parts, err := withBody(t, onWire(mixed), onWire(sipI)).Parts()
	if err != nil || len(parts) != 2 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	p := parts[1]
	version, _ := p.Params.Get("version")
	if p.Type != "application/isup" || version != "itu-t92+" || p.Disposition != "signal" || p.Encoded || p.Body != "\x00\x01\r\x00\r\n\r\n\n--b2" {
		t.Errorf("got %+v", p)
	}
}
