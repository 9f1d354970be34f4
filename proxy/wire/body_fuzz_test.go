package wire

import (
	"io"
	"mime"
	"mime/multipart"
	"strconv"
	"strings"
	"testing"
)

// FuzzBody holds the laws of a body: what is read is what the reader of the
// standard library finds; the same session description makes the same body;
// another one changes nothing round it, but the lengths that count it.
func FuzzBody(f *testing.F) {
	for _, c := range bodies {
		kind, _, _ := strings.Cut(strings.TrimPrefix(onWire(c.lines), "Content-Type: "), "\r\n")
		f.Add(kind, onWire(c.body))
	}
	f.Fuzz(func(t *testing.T, kind, body string) {
		text := strings.Replace(invite, "application/sdp\r\nContent-Length: 5\r\n\r\nv=0\r\n",
			kind+"\r\nContent-Length: "+strconv.Itoa(len(body))+"\r\n\r\n"+body, 1)
		m, err := Read([]byte(text))
		if err != nil || m.Body != body {
			return
		}
		parts, err := m.Parts()
		if err != nil {
			return
		}
		for _, p := range parts {
			if body[p.at:p.at+len(p.Body)] != p.Body {
				t.Fatalf("a part is not where it stands: %+v", p)
			}
		}
		asOthers(t, kind, body, parts)
		replaced(t, m, parts)
	})
}

// asOthers compares the parts with those of the standard library, where there
// are no nested ones.
func asOthers(t *testing.T, kind, body string, parts []Part) {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil || body == "" || !strings.HasPrefix(media, "multipart/") || strings.Contains(strings.ToLower(body), "multipart") {
		return // a form that MIME does not have, or that the reader does not go into
	}
	r := multipart.NewReader(strings.NewReader(body), params["boundary"])
	for _, p := range parts {
		other, err := r.NextRawPart()
		if err != nil {
			t.Fatalf("%+v: %v", p, err)
		}
		content, err := io.ReadAll(other)
		if err != nil || string(content) != p.Body {
			t.Fatalf("got %q, the other reader %q, %v", p.Body, content, err)
		}
	}
	if _, err := r.NextRawPart(); err != io.EOF {
		t.Fatalf("the other reader has one more part: %v", err)
	}
}

// replaced checks what another session description does to a body.
func replaced(t *testing.T, m *Message, parts []Part) {
	t.Helper()
	sdp, is := m.SDP()
	if same := m.WithSDP(sdp); same != m.Body {
		t.Fatalf("%q became %q", m.Body, same)
	}
	if !is {
		return
	}
	const other = "v=1\r\ns=longer than ten octets\r\n"
	out := *m
	out.Body = m.WithSDP(other)
	now, err := out.Parts()
	if err != nil || len(now) != len(parts) {
		t.Fatalf("%d parts became %d, %v\n%q\n%q", len(parts), len(now), err, m.Body, out.Body)
	}
	if got, _ := out.SDP(); got != other {
		t.Fatalf("%q stands in %q", got, out.Body)
	}
	found := false
	for i, p := range parts {
		same := now[i].Body == p.Body
		if now[i].Type != p.Type || now[i].Params != p.Params || !same && found {
			t.Fatalf("%+v became %+v", p, now[i])
		}
		found = found || !same
	}
}
