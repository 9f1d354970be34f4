package wire

import (
	"strconv"
	"strings"
	"testing"
)

// call is an INVITE of about 700 bytes with a common set of headers.
var call = strings.NewReplacer(
	"User-Agent", "Allow: INVITE, ACK, CANCEL, OPTIONS, BYE\r\nSupported: replaces, timer\r\nUser-Agent",
	"Content-Length: 5\r\n\r\nv=0\r\n", "Content-Length: "+strconv.Itoa(len(offer))+"\r\n\r\n"+offer,
).Replace(invite)

const offer = "v=0\r\no=- 1 1 IN IP4 10.0.0.20\r\ns=-\r\nc=IN IP4 10.0.0.20\r\nt=0 0\r\n" +
	"m=audio 14000 RTP/AVP 0 8\r\na=sendrecv\r\n"

func BenchmarkRead(b *testing.B) {
	datagram := []byte(call)
	b.SetBytes(int64(len(datagram)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(datagram); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPeek(b *testing.B) {
	datagram := []byte(call)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, _, ok := Peek(datagram); !ok {
			b.Fatal("no Call-ID")
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	m := mustRead(b, call)
	e := Edit{Vias: []string{"Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK-2"}, Contact: "Contact: <sip:192.0.2.9>", MaxForwards: 69, SetBody: true, Body: m.Body}
	b.ReportAllocs()
	for b.Loop() {
		m.Write(e)
	}
}

func BenchmarkReply(b *testing.B) {
	m, hop := mustRead(b, call), hopOf("10.0.0.20:5060")
	b.ReportAllocs()
	for b.Loop() {
		Reply(m, Vias(m, hop), 603, "Decline", "t1")
	}
}

// TestAllocations: an ordinary INVITE is one copy, one slice of lines and one
// Message (a display name with escapes would be one more); Peek allocates
// nothing, Write the message once.
func TestAllocations(t *testing.T) {
	datagram := []byte(strings.Replace(call, `Acme \"SpA\"`, "Acme SpA", 1))
	m := mustRead(t, string(datagram))
	for _, c := range []struct {
		name string
		want float64
		f    func()
	}{
		{"Read", 3, func() { _, _ = Read(datagram) }},
		{"Peek", 0, func() { _, _, _, _ = Peek(datagram) }},
		{"Write", 1, func() { _ = m.Write(Edit{MaxForwards: 69}) }},
	} {
		if got := testing.AllocsPerRun(100, c.f); got != c.want {
			t.Errorf("%s: %v allocations, want %v", c.name, got, c.want)
		}
	}
}
