package proxy

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"tregua/policy/numbers"
	"tregua/proxy/wire"
)

// request is one as a peer sends it, with that URI and To.
func request(method, uri, to string) []byte {
	return []byte(method + " " + uri + " SIP/2.0\r\n" +
		"Via: SIP/2.0/UDP 10.0.0.20:5060;branch=z9hG4bK1\r\n" +
		"From: \"To\" <sip:agent@10.0.0.20>;tag=a1\r\n" +
		"To: " + to + "\r\n" +
		"Call-ID: c1@10.0.0.20\r\nCSeq: 1 " + method + "\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n")
}

func newInvite(uri string) []byte { return request("INVITE", uri, "<sip:x@y>") }

var (
	dialer   = netip.MustParseAddr("10.0.0.20")
	stranger = netip.MustParseAddr("198.51.100.1")
)

// emptyAdmission has one trunk whose bucket is empty at time 0.
func emptyAdmission(strip string, codes ...string) *Admission {
	a := NewAdmission(AdmissionConfig{
		Trunks:  []TrunkAdmission{{Invites: Rate{PerSecond: 1, Burst: 1}, Country: "IT", Strip: strip, Emergency: codes}},
		Sources: []Source{{0, netip.MustParsePrefix("10.0.0.20/32"), 0}},
	})
	a.trunks[0].invites.take(0)
	return a
}

func TestAdmitTrunk(t *testing.T) {
	t.Parallel()
	a := NewAdmission(AdmissionConfig{
		Trunks: make([]TrunkAdmission, 4),
		Sources: []Source{
			{0, netip.MustParsePrefix("10.0.0.0/8"), 0},
			{0, netip.MustParsePrefix("10.0.0.20/32"), 1},
			{1, netip.MustParsePrefix("10.0.0.20/32"), 2},
			{1, netip.MustParsePrefix("2001:db8::1/32"), 3},
			{0, netip.MustParsePrefix("10.0.0.20/32"), 3},
		},
		Unknown: Rate{PerSecond: 1, Burst: 100},
	})
	tests := []struct {
		listener int
		from     string
		trunk    int
		verdict  Verdict
	}{
		{0, "10.0.0.20", 1, Admitted}, // the longest prefix, the first of equals
		{0, "::ffff:10.0.0.20", 1, Admitted},
		{0, "10.0.0.21", 0, Admitted},
		{1, "10.0.0.20", 2, Admitted}, // a source is of a listener
		{1, "10.0.0.21", NoTrunk, Unknown},
		{1, "2001:db8:7::9", 3, Admitted},
		{1, "2001:db9::1", NoTrunk, Unknown},
		{0, "11.0.0.20", NoTrunk, Unknown},
		{2, "10.0.0.20", NoTrunk, Unknown},
	}
	for _, test := range tests {
		trunk, verdict := a.Admit(0, test.listener, netip.MustParseAddr(test.from), newInvite("sip:1@x"))
		if trunk != test.trunk || verdict != test.verdict {
			t.Errorf("listener %d from %s: got %d %d, want %d %d",
				test.listener, test.from, trunk, verdict, test.trunk, test.verdict)
		}
	}
}

func TestAdmitWhat(t *testing.T) {
	t.Parallel()
	response := []byte("SIP/2.0 200 OK\r\nTo: <sip:x@y>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n\r\n")
	dialog := "sip:0612345678@carrier"
	tests := []struct {
		name     string
		datagram []byte
		want     Verdict
	}{
		{"new invite", newInvite(dialog), OverRate},
		{"emergency", newInvite("sip:112@carrier"), Admitted},
		{"emergency after the strip", newInvite("sip:9112@carrier"), Admitted},
		{"escaped", newInvite("sip:%31%312@carrier"), Admitted},
		{"escaped separator", newInvite("sip:1%2D1%2d2@carrier"), Admitted},
		{"user parameters", newInvite("sip:112;phone-context=+39@carrier;user=phone"), Admitted},
		{"password", newInvite("sips:112:secret@carrier"), Admitted},
		{"separators", newInvite("SIP:1-1.2@carrier"), Admitted},
		{"tel", newInvite("tel:112;phone-context=+39"), Admitted},
		{"only a prefix", newInvite("sip:1123@carrier"), OverRate},
		{"another strip", newInvite("sip:8112@carrier"), OverRate},
		{"strip twice", newInvite("sip:99112@carrier"), OverRate},
		{"with a plus", newInvite("sip:+112@carrier"), OverRate},
		{"code as host", newInvite("sip:112"), OverRate},
		{"bad escape", newInvite("sip:112%3@carrier"), OverRate},
		{"no user", newInvite("sip:@carrier"), OverRate},
		{"another scheme", newInvite("urn:112"), OverRate},
		{"another scheme's user", newInvite("http:112@carrier"), OverRate},
		{"very long", newInvite("sip:" + strings.Repeat("1", 100) + "@carrier"), OverRate},
		{"in a dialog", request("INVITE", dialog, "<sip:x@y>;tag=b1"), Admitted},
		{"folded tag", request("INVITE", dialog, "<sip:x@y>\r\n ;x=1 ; Tag = b1"), Admitted},
		{"no brackets", request("INVITE", dialog, "sip:x@y;tag=b1"), Admitted},
		{"tag of the URI", request("INVITE", dialog, "<sip:x@y;tag=b1>"), OverRate},
		{"tag in the name", request("INVITE", dialog, `"a\";tag=b1" <sip:x@y>`), OverRate},
		{"tag of a parameter", request("INVITE", dialog, `<sip:x@y>;x=";tag=b1"`), OverRate},
		{"another name", request("INVITE", dialog, "<sip:x@y>;tagged=b1"), OverRate},
		{"tag of the next line", request("INVITE", dialog, "<sip:x@y>\r\nX: y;tag=b1"), OverRate},
		{"ack", request("ACK", dialog, "<sip:x@y>"), Admitted},
		{"bye", request("BYE", dialog, "<sip:x@y>;tag=b1"), Admitted},
		{"cancel", request("CANCEL", dialog, "<sip:x@y>"), Admitted},
		{"options", request("OPTIONS", dialog, "<sip:x@y>"), Admitted},
		{"response", response, Admitted},
		{"keep-alive", []byte("\r\n\r\n"), Keepalive},
		{"zeros", []byte{0, 0, 0, 0}, Keepalive},
		{"empty", nil, Keepalive},
		{"line ends first", append([]byte("\r\n\r\n"), newInvite(dialog)...), OverRate},
		{"noise", []byte("noise"), Admitted}, // wire.Read says what is wrong
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, got := emptyAdmission("9", "112", "118").Admit(0, 0, dialer, test.datagram); got != test.want {
				t.Errorf("got %d, want %d", got, test.want)
			}
		})
	}
}

func TestAdmitRate(t *testing.T) {
	t.Parallel()
	a := NewAdmission(AdmissionConfig{
		Trunks: []TrunkAdmission{
			{Invites: Rate{PerSecond: 10, Burst: 3}, Emergency: []string{"112"}},
			{Invites: Rate{PerSecond: 2}},
			{},
		},
		Sources: []Source{
			{0, netip.MustParsePrefix("10.0.0.20/32"), 0},
			{0, netip.MustParsePrefix("10.0.0.21/32"), 1},
			{0, netip.MustParsePrefix("10.0.0.22/32"), 2},
		},
		Unknown: Rate{PerSecond: 1, Burst: 2},
	})
	count := func(at time.Duration, from string, n int, want Verdict) (got int) {
		for range n {
			if _, v := a.Admit(at, 0, netip.MustParseAddr(from), newInvite("sip:1@x")); v == want {
				got++
			}
		}
		return got
	}
	tests := []struct {
		at      time.Duration
		from    string
		verdict Verdict
		want    int // of 100 sent at once
	}{
		{0, "10.0.0.20", Admitted, 3},
		{99 * time.Millisecond, "10.0.0.20", Admitted, 0},
		{100 * time.Millisecond, "10.0.0.20", Admitted, 1},
		{100 * time.Millisecond, "10.0.0.21", Admitted, 2}, // a bucket of its own
		{100 * time.Millisecond, "10.0.0.22", Admitted, 100},
		{300 * time.Millisecond, "10.0.0.20", Admitted, 2},
		{200 * time.Millisecond, "10.0.0.20", Admitted, 0}, // time that steps back gives nothing
		{time.Hour, "10.0.0.20", Admitted, 3},
		{time.Hour, "198.51.100.1", Unknown, 2},
		{time.Hour, "198.51.100.2", Unknown, 0}, // strangers share one
		{time.Hour + time.Second, "2001:db8::1", Unknown, 1},
	}
	for _, test := range tests {
		if got := count(test.at, test.from, 100, test.verdict); got != test.want {
			t.Errorf("at %v from %s: %d of 100, want %d", test.at, test.from, got, test.want)
		}
	}
	if _, v := a.Admit(time.Hour+time.Second, 0, stranger, newInvite("sip:112@x")); v != Dropped {
		t.Errorf("a stranger's emergency call: %d, want %d: no trunk carries it", v, Dropped)
	}
}

func TestAdmitSize(t *testing.T) {
	t.Parallel()
	a := NewAdmission(AdmissionConfig{
		Trunks:      make([]TrunkAdmission, 1),
		Sources:     []Source{{0, netip.MustParsePrefix("10.0.0.20/32"), 0}},
		MaxDatagram: 1000,
	})
	for size, want := range map[int]Verdict{1000: Admitted, 1001: TooLarge} {
		if _, got := a.Admit(0, 0, dialer, []byte(strings.Repeat("x", size))); got != want {
			t.Errorf("%d bytes: got %d, want %d", size, got, want)
		}
	}
	if _, got := a.Admit(0, 0, stranger, []byte("x")); got != Dropped {
		t.Errorf("no rate for strangers: got %d, want %d", got, Dropped)
	}
}

func TestAdmissionEmergency(t *testing.T) {
	t.Parallel()
	a := emptyAdmission("9", "112")
	for uri, want := range map[string]bool{
		"sip:112@x": true, "sip:9112@x": true, "tel:112": true, "sip:113@x": false, "": false, "sip:@x": false,
	} {
		if got := a.Emergency(0, uri); got != want {
			t.Errorf("%q: got %v", uri, got)
		}
	}
	if a.Emergency(NoTrunk, "sip:112@x") || a.Emergency(1, "sip:112@x") {
		t.Error("a trunk that is none has an emergency code")
	}
	if emptyAdmission("", "").Emergency(0, "sip:@x") {
		t.Error("an empty code is a code")
	}
}

func TestAdmitAllocatesNothing(t *testing.T) {
	a := emptyAdmission("9", "112")
	datagrams := [][]byte{
		newInvite("sip:0612345678@carrier"), newInvite("sip:%31%312@carrier"),
		request("BYE", "sip:x@y", "<sip:x@y>;tag=1"), []byte("\r\n"),
	}
	if n := testing.AllocsPerRun(100, func() {
		for _, d := range datagrams {
			a.Admit(0, 0, dialer, d)
			a.Admit(0, 0, stranger, d)
		}
		a.Emergency(0, "sip:9112@carrier")
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Laws: nothing panics; an INVITE to an emergency code passes an empty bucket;
// what admission takes for a new INVITE is what the one reading takes for one.
func FuzzAdmit(f *testing.F) {
	for _, uri := range []string{"sip:112@x", "sip:%39112@x", "tel:1-1-2", "sip:06@x", "sip:112;a=b@x"} {
		for _, to := range []string{"<sip:x@y>", "x <sip:x@y> ;\r\n\ttag = 1", `"\"" <sip:x@y>;tag=2`, "sip:x;tag=3"} {
			f.Add(request("INVITE", uri, to))
		}
	}
	f.Fuzz(func(t *testing.T, datagram []byte) {
		_, got := emptyAdmission("9", "112").Admit(0, 0, dialer, datagram)
		m, err := wire.Read(datagram)
		if err != nil {
			return
		}
		code := numbers.Plan{Country: "IT", Strip: "9"}.Read(dialledOf(m.URI)).Emergency
		want := Admitted
		if m.Method == "INVITE" && m.To.Tag == "" && code != "112" {
			want = OverRate
		}
		if got != want {
			t.Errorf("got %d, want %d: %q", got, want, datagram)
		}
	})
}

func BenchmarkAdmit(b *testing.B) {
	for _, uri := range []string{"sip:0612345678@carrier", "sip:112@carrier"} {
		a, datagram := emptyAdmission("9", "112"), newInvite(uri)
		b.Run(uri, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				a.Admit(0, 0, dialer, datagram)
			}
		})
	}
}
