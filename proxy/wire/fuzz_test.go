package wire

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"

	"tregua/testbed/torture"
)

// corpus are the messages that every target starts from: those of the tables,
// of RFC 4475 and RFC 5118, and forms that stress a reader in their manner.
func corpus(f testing.TB, add func(text string)) {
	f.Helper()
	rest := strings.SplitAfterN(invite, "\r\n", 2)[1]
	for _, text := range []string{
		invite, base, call,
		"SIP/2.0 200 OK\r\n" + rest,
		"SIP/2.0 100 \r\n" + rest,
		"\r\n\r\n" + invite,
		"INVITE sip:1@h;x SIP/2.0\r\nTO :\r\n sip:b@y ;   tag    = 1918\r\nfrom   : \"J \\\\\\\"\"       <sip:a@x>\r\n  ;\r\n  tag = 98\r\n" +
			"MaX-fOrWaRdS: 0068\r\nCall-ID: ws.n@192.0.2.1\r\nContent-Length   : 2\r\ncseq: 0009\r\n  INVITE\r\n" +
			"Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=39\r\ns :\r\nNew:   a value\r\n continued\r\nUnknown: ;;,,;;,;\r\n" +
			"Route:\r\n <sip:s.example;lr;unknownwith=value;unknown-no-value>\r\n" +
			"v:  SIP  / 2.0  / TCP     s.example   ;\r\n  branch  =   z9hG4bK9  ,\r\n SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK3\r\n" +
			"m:\"Quoted \\\"\\\"\" <sip:c@x> ; newparam =\r\n      newvalue ;\r\n  second ; q = 0.33\r\n\r\nab",
		"OPTIONS sip:[2001:db8::1]:5062;lr SIP/2.0\r\nVia: SIP/2.0/UDP [::1];rport;received=::2\r\nf: tel:+39;tag=1\r\nt: <urn:service:sos>\r\ni: =x\r\nCSeq: 0 OPTIONS\r\nContact: *\r\n\r\n",
		"ACK sip:%61@h?x=y SIP/2.0\r\nl: 9\r\n\r\n",
	} {
		add(text)
	}
	for _, c := range torture.Load(f, tortureDir) {
		add(string(c.Data))
	}
	for _, c := range mistakes {
		add(with(f, c.old, c.repl))
	}
	for _, c := range forms {
		add(with(f, c.old, c.repl))
	}
}

// same fails unless two messages were read as the same.
func same(t *testing.T, a, b *Message) {
	t.Helper()
	if !reflect.DeepEqual(a, b) {
		t.Fatalf("read differently:\n%+v\n%+v", a, b)
	}
}

// refused checks what holds for a message that Read refused.
func refused(t *testing.T, err error) {
	t.Helper()
	bad, ok := errors.AsType[*Malformed](err)
	if !ok || bad.Error() == "" {
		t.Fatal("an error without words")
	}
	if bad.Partial == nil {
		return
	}
	text := Reply(bad.Partial, Vias(bad.Partial, hopOf("10.0.0.20:5060")), 400, "Bad Request", "t")
	if bytes.Count(text, []byte("\r\n\r\n")) != 1 || !bytes.HasSuffix(text, []byte("\r\n\r\n")) {
		t.Fatalf("a 400 with something behind its end:\n%s", text)
	}
}

func FuzzRead(f *testing.F) {
	corpus(f, func(text string) { f.Add(text) })
	f.Fuzz(laws)
}

// FuzzValues changes the values of an otherwise good INVITE, and so comes
// deeper than FuzzRead into the reading of each.
func FuzzValues(f *testing.F) {
	corpus(f, func(text string) {
		if m, err := Read([]byte(text)); err == nil {
			via, _ := m.line(HVia)
			contact, _ := m.line(HContact)
			f.Add(m.URI, via.raw(), m.From.Text, m.To.Text, contact.raw())
		}
	})
	f.Add("tel:1;x=y", "SIP/2.0/UDP h ; x=\"\\\",\" , SIP/2.0/TCP i", "\"\\\\\" <sip:a>;tag=x", "sip:a;tag=b", "x <sips:a:b@c;maddr=d?e>;q=\"<\"")
	f.Fuzz(func(t *testing.T, uri, via, from, to, contact string) {
		laws(t, "INVITE "+uri+" SIP/2.0\r\nVia: "+via+"\r\nFrom: "+from+"\r\nTo: "+to+"\r\nContact: "+contact+"\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n")
	})
}

// laws checks what holds for any datagram.
func laws(t *testing.T, text string) {
	m, err := Read([]byte(text))
	if err != nil {
		refused(t, err)
		return
	}
	if want := rawLines(text); !slices.Equal(texts(m), want) {
		t.Fatalf("lines\n%q, want\n%q", texts(m), want)
	}
	out := m.Write(Edit{})
	_, head, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\r\n")
	if _, written, _ := strings.Cut(string(out), "\r\n"); !strings.HasPrefix(head, written) {
		t.Fatalf("written\n%q, came\n%q", written, head)
	}
	again, err := Read(out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	same(t, m, again)
	for _, h := range [...]Header{HFrom, HContact, HRoute} {
		for value := range m.Values(h) {
			if _, err := ParseNameAddrs(value); err != nil && value != "*" {
				t.Fatalf("read, but not from its value %q: %v", value, err)
			}
		}
	}
	if m.IsRequest() {
		replies(t, m)
	}
}

// replies checks that all that is built from a request can be read, and says
// the same.
func replies(t *testing.T, m *Message) {
	t.Helper()
	hop := hopOf("10.9.9.9:4444")
	vias := Vias(m, hop)
	reply := reread(t, Reply(m, vias, 486, "Busy Here", "ours"))
	want := m.To.Tag
	if want == "" {
		want = "ours"
	}
	if reply.To.Tag != want || reply.From != m.From || reply.CallID != m.CallID || reply.CSeq != m.CSeq || reply.Via.Branch != m.Via.Branch {
		t.Fatalf("reply %+v to %+v", reply, m)
	}
	if addr, _ := hostAddr(m.Via.Host); addr != hop.Remote.Addr() {
		if got, _ := reply.Via.Params.Get("received"); got != "10.9.9.9" {
			t.Fatalf("received %q in %q", got, reply.Via.Text)
		}
	}
	cancel := reread(t, HopByHop(m, "CANCEL", ""))
	if cancel.Via != m.Via || cancel.From != m.From || cancel.To != m.To || cancel.CSeq.N != m.CSeq.N || cancel.URI != m.URI {
		t.Fatalf("CANCEL %+v of %+v", cancel, m)
	}
	line := ContactLine(m, "192.0.2.9", 5070, "tregua=x")
	if line == "" {
		return
	}
	moved := reread(t, m.Write(Edit{Contact: line}))
	was, _ := ParseURI(m.Contact.URI)
	is, _ := ParseURI(moved.Contact.URI)
	token, _ := is.Params.Get("tregua")
	_, past := is.Params.Get("maddr")
	if is.Host != "192.0.2.9" || is.Port != 5070 || token != "x" || past || len(moved.RawLines(HContact)) != 1 ||
		was.Scheme == is.Scheme && is.User != was.User || moved.Contact.Params != m.Contact.Params || moved.Contact.Display != m.Contact.Display {
		t.Fatalf("%q became %q", m.RawLines(HContact), line)
	}
}

func reread(t *testing.T, text []byte) *Message {
	t.Helper()
	m, err := Read(text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return m
}

// edits returns an Edit whose parts are chosen by the bits of mask, and the
// kinds it touches.
func edits(mask uint16) (e Edit, touched []Header) {
	bit := func(n int, kind Header, set func()) {
		if mask>>n&1 != 0 {
			set()
			touched = append(touched, kind)
		}
	}
	bit(0, HVia, func() { e.Vias = []string{"Via: SIP/2.0/UDP us;branch=n1", "Via: SIP/2.0/UDP b"} })
	bit(1, HContact, func() { e.Contact = "Contact: <sip:us>" })
	bit(2, HMaxForwards, func() { e.MaxForwards = 7 })
	bit(3, HRoute, func() { e.SetRoutes, e.Routes = true, []string{"Route: <sip:n1;lr>", "Route: <sip:n2;lr>"} })
	bit(4, HRoute, func() { e.SetRoutes, e.Routes = true, nil })
	bit(5, HRecordRoute, func() { e.SetRecordRoutes, e.RecordRoutes = true, []string{"Record-Route: <sip:n3;lr>"} })
	bit(6, HContentLength, func() { e.SetBody, e.Body = true, "new body" })
	bit(7, HOther, func() { e.URI = "sip:new@uri" })
	bit(8, HCSeq, func() { e.CSeq = 77 })
	return e, touched
}

func FuzzWrite(f *testing.F) {
	corpus(f, func(text string) {
		f.Add(text, uint16(0xffff))
		f.Add(text, uint16(0x155))
	})
	f.Fuzz(func(t *testing.T, text string, mask uint16) {
		m, err := Read([]byte(text))
		if err != nil {
			return
		}
		e, touched := edits(mask)
		out := reread(t, m.Write(e))
		foreign := func(m *Message) (lines []string) {
			for _, l := range m.Lines {
				if l.Header == HOther || !slices.Contains(touched, l.Header) {
					lines = append(lines, l.Text)
				}
			}
			return lines
		}
		if a, b := foreign(m), foreign(out); !slices.Equal(a, b) {
			t.Fatalf("foreign lines changed under %b\n%q\n%q", mask, a, b)
		}
		for _, c := range []struct {
			set       bool
			kind      Header
			got, want []string
		}{
			{e.Vias != nil, HVia, out.RawLines(HVia), e.Vias},
			{e.Contact != "", HContact, out.RawLines(HContact), []string{e.Contact}},
			{e.SetRoutes, HRoute, out.RawLines(HRoute), e.Routes},
			{e.SetRecordRoutes, HRecordRoute, out.RawLines(HRecordRoute), e.RecordRoutes},
		} {
			if c.set && !slices.Equal(c.got, c.want) {
				t.Fatalf("%v: %q, want %q", c.kind, c.got, c.want)
			}
		}
		body := m.Body
		if e.SetBody {
			body = e.Body
		}
		if e.CSeq != 0 && out.CSeq.N != e.CSeq || out.CSeq.Method != m.CSeq.Method {
			t.Fatalf("%+v became %+v", m.CSeq, out.CSeq)
		}
		if out.Body != body || e.MaxForwards != 0 && out.MaxForwards != e.MaxForwards ||
			e.URI != "" && m.IsRequest() && out.URI != e.URI || e.Vias == nil && out.Via != m.Via || out.From != m.From || out.To != m.To {
			t.Fatalf("%+v\nbecame\n%+v", m, out)
		}
	})
}

func FuzzPeek(f *testing.F) {
	corpus(f, func(text string) { f.Add(text) })
	f.Add("BYE sip:h SIP/2.0\r\nX: y\r\n i: no\r\nCALL-id \t:\r\n\t c \r\nVia: SIP/2.0/UDP a\r\nf: <sip:a>\r\nt: <sip:b>\r\nCSeq: 1 BYE\r\n\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		method, uri, callID, ok := Peek([]byte(text))
		m, err := Read([]byte(text))
		if err != nil {
			return
		}
		if !ok || string(method) != m.Method || string(uri) != m.URI || string(callID) != m.CallID {
			t.Fatalf("Peek %q %q %q %v, Read %q %q %q", method, uri, callID, ok, m.Method, m.URI, m.CallID)
		}
	})
}

func FuzzUnescape(f *testing.F) {
	for _, s := range []string{"", "a%2b", "%", "%zz", "%00%25"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		out, err := Unescape(s)
		if err != nil {
			return
		}
		if want := strings.Count(s, "%") * 2; len(s)-len(out) != want {
			t.Fatalf("%q: %q", s, out)
		}
		// Escaping everything and back is the same.
		var all strings.Builder
		for i := range len(out) {
			const digits = "0123456789abcdef"
			all.WriteString("%" + string(digits[out[i]>>4]) + string(digits[out[i]&15]))
		}
		if back, err := Unescape(all.String()); err != nil || back != out {
			t.Fatalf("%q: %q %v", out, back, err)
		}
	})
}
