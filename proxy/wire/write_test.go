package wire

import (
	"net/netip"
	"strings"
	"testing"
)

func hopOf(remote string) Hop {
	return Hop{Local: netip.MustParseAddrPort("192.0.2.9:5060"), Remote: netip.MustParseAddrPort(remote)}
}

// base has everything that an Edit can touch, and foreign lines between.
const base = "INVITE sip:1@h SIP/2.0\r\n" +
	"v: SIP/2.0/UDP a;branch=1 ,  SIP/2.0/UDP b;branch=2\r\n" +
	"X-1:a\r\n" +
	"Via: SIP/2.0/UDP c;branch=3\r\n" +
	"MAX-forwards: 9\r\n" +
	"Record-Route: <sip:r1;lr>;did=1\r\n" +
	"Route: <sip:p1;lr>\r\n" +
	"X-2:\r\n  folded\r\n" +
	"Route: <sip:p2;lr>\r\n" +
	"f:<sip:a@x>;tag=1\r\n" +
	"t:<sip:b@y>\r\n" +
	"i: c1\r\n" +
	"cseq: 1 INVITE\r\n" +
	"m: <sip:a@x:5060>, <sip:a@z>\r\n" +
	"P-Asserted-Identity: \"x\" <sip:p@x>\r\n" +
	"l: 2\r\n" +
	"X-3: last \r\n" +
	"\r\n" +
	"ab"

func TestWrite(t *testing.T) {
	t.Parallel()
	const (
		vias    = "v: SIP/2.0/UDP a;branch=1 ,  SIP/2.0/UDP b;branch=2\r\n"
		via3    = "Via: SIP/2.0/UDP c;branch=3\r\n"
		contact = "m: <sip:a@x:5060>, <sip:a@z>\r\n"
	)
	for _, c := range []struct {
		name  string
		edit  Edit
		pairs []string // old, new: what changes in base
	}{
		{"nothing", Edit{}, nil},
		{"Drop", Edit{Drop: []string{"x-2", "X-9"}}, []string{"X-2:\r\n  folded\r\n", ""}},
		{"Drop what SIP needs", Edit{Drop: []string{"Call-ID", "via"}}, nil},
		{"URI", Edit{URI: "sip:2@i"}, []string{"sip:1@h SIP", "sip:2@i SIP"}},
		{"Vias", Edit{Vias: []string{"Via: x", "Via: y"}}, []string{vias, "Via: x\r\nVia: y\r\n", via3, ""}},
		{"no Vias", Edit{Vias: []string{}}, []string{vias, "", via3, ""}},
		{"Contact", Edit{Contact: "Contact: <sip:us>"}, []string{contact, "Contact: <sip:us>\r\n"}},
		{"Max-Forwards", Edit{MaxForwards: 8}, []string{"forwards: 9", "forwards: 8"}},
		{"Max-Forwards to 0", Edit{MaxForwards: -1}, []string{"forwards: 9", "forwards: 0"}},
		{"Routes", Edit{SetRoutes: true, Routes: []string{"Route: <sip:n>"}}, []string{"Route: <sip:p1;lr>\r\n", "Route: <sip:n>\r\n", "Route: <sip:p2;lr>\r\n", ""}},
		{"no Routes", Edit{SetRoutes: true}, []string{"Route: <sip:p1;lr>\r\n", "", "Route: <sip:p2;lr>\r\n", ""}},
		{"Routes without the flag", Edit{Routes: []string{"Route: <sip:n>"}}, nil},
		{"Record-Routes", Edit{SetRecordRoutes: true, RecordRoutes: []string{"Record-Route: <sip:n>"}}, []string{"Record-Route: <sip:r1;lr>;did=1\r\n", "Record-Route: <sip:n>\r\n"}},
		{"body", Edit{SetBody: true, Body: "abcdefghijk"}, []string{"l: 2", "l: 11", "\r\nab", "\r\nabcdefghijk"}},
		{"no body", Edit{SetBody: true}, []string{"l: 2", "l: 0", "\r\nab", "\r\n"}},
		{"Call-ID", Edit{CallID: "c@2"}, []string{"i: c1", "i: c@2"}},
		{"From tag", Edit{FromTag: "t-9"}, []string{"tag=1", "tag=t-9"}},
		{"To without a tag", Edit{ToTag: "9"}, nil},
		{"Rename", Edit{Rename: [][2]string{{"x-2", "X-Two"}, {"X-3", "N"}, {"X-9", "X-8"}}}, []string{"X-2:\r\n", "X-Two:\r\n", "X-3: last ", "N: last "}},
		{"Rename what SIP needs", Edit{Rename: [][2]string{{"Call-ID", "X"}, {"Via", "X"}}}, nil},
		{"Drop before Rename", Edit{Drop: []string{"X-2"}, Rename: [][2]string{{"X-2", "X-Two"}}}, []string{"X-2:\r\n  folded\r\n", ""}},
		{"Add", Edit{Add: []string{"X-4: x", "X-5: y"}}, []string{"X-3: last \r\n", "X-3: last \r\nX-4: x\r\nX-5: y\r\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := strings.NewReplacer(c.pairs...).Replace(base)
			if got := string(mustRead(t, base).Write(c.edit)); got != want {
				t.Errorf("\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// TestRetag has the forms of an address: nothing but the tag changes.
func TestRetag(t *testing.T) {
	t.Parallel()
	const to = "t:<sip:b@y>"
	for in, want := range map[string]string{
		"To: <sip:b@y>;tag=old": "To: <sip:b@y>;tag=new",
		"TO :\r\n \"tag=old; <x>\" <sip:b@y;tag=old> ; TAG = old ;x=old": "TO :\r\n \"tag=old; <x>\" <sip:b@y;tag=old> ; TAG = new ;x=old",
		"t:sip:old@y;x=\";tag=old\";tag=old":                             "t:sip:old@y;x=\";tag=old\";tag=new",
		"t:tel:+39 ;tag=\r\n\told;y":                                     "t:tel:+39 ;tag=\r\n\tnew;y",
		"To: old <sip:old>;tagg=old":                                     "To: old <sip:old>;tagg=old",
	} {
		m := mustRead(t, strings.Replace(base, to, in, 1))
		if got := string(m.Write(Edit{ToTag: "new"})); got != strings.Replace(base, to, want, 1) {
			t.Errorf("%q became\n%s", in, got)
		}
	}
	// A Message that was not read: its parts need not agree with its lines.
	built := Message{Status: 180, Phrase: "Ringing", CallID: "other", From: NameAddr{Text: "<sip:c>;tag=1", Tag: "1"}, Lines: []Line{
		{HFrom, "From: <sip:a>"}, {HCallID, "Call-ID: c"}, {HTo, "t"}, {HCSeq, "CSeq"},
	}}
	edit := Edit{CallID: "n", FromTag: "n", ToTag: "n", CSeq: 7}
	if got, want := string(built.Write(edit)), "SIP/2.0 180 Ringing\r\nFrom: <sip:a>\r\nCall-ID: c\r\nt\r\nCSeq\r\n\r\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWriteWhatIsMissing(t *testing.T) {
	t.Parallel()
	const bare = "Via: SIP/2.0/UDP a\r\nVia: SIP/2.0/UDP b\r\nFrom: <sip:a>\r\nTo: <sip:b>\r\nCall-ID: c\r\nCSeq: 1 BYE\r\n"
	m := mustRead(t, "BYE sip:h SIP/2.0\r\n"+bare+"\r\n")
	got := string(m.Write(Edit{
		MaxForwards: 70, Contact: "Contact: <sip:us>", SetRoutes: true, Routes: []string{"Route: <sip:n>"},
		SetRecordRoutes: true, RecordRoutes: []string{"Record-Route: <sip:o>"}, SetBody: true, Body: "x",
		Add: []string{"X: y"},
	}))
	want := "BYE sip:h SIP/2.0\r\n" + strings.Replace(bare, "From", "Max-Forwards: 70\r\nRecord-Route: <sip:o>\r\nRoute: <sip:n>\r\nContact: <sip:us>\r\nFrom", 1) +
		"Content-Length: 1\r\nX: y\r\n\r\nx"
	if got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
	if got := string(m.Write(Edit{})); got != "BYE sip:h SIP/2.0\r\n"+bare+"\r\n" {
		t.Errorf("no line may be added unasked:\n%s", got)
	}
	built := Message{Status: 180, Phrase: "Ringing"}
	if got := string(built.Write(Edit{Vias: []string{"Via: x"}})); got != "SIP/2.0 180 Ringing\r\nVia: x\r\n\r\n" {
		t.Errorf("%q", got)
	}
}

// TestVias has RFC 3261 sections 18.2.1 and 18.2.2 and RFC 3581 section 4.
func TestVias(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, via, from, want, reply string }{
		{"sent-by is the source", "SIP/2.0/UDP 10.0.0.1:5062;branch=b", "10.0.0.1:5062", "SIP/2.0/UDP 10.0.0.1:5062;branch=b", "10.0.0.1:5062"},
		{"the port is no matter", "SIP/2.0/UDP 10.0.0.1;branch=b", "10.0.0.1:9", "SIP/2.0/UDP 10.0.0.1;branch=b", "10.0.0.1:5060"},
		{"another address", "SIP/2.0/UDP 10.0.0.1:5062;branch=b", "10.0.0.2:9", "SIP/2.0/UDP 10.0.0.1:5062;branch=b;received=10.0.0.2", "10.0.0.2:5062"},
		{"a name", "SIP/2.0/UDP pbx.example", "10.0.0.2:9", "SIP/2.0/UDP pbx.example;received=10.0.0.2", "10.0.0.2:5060"},
		{"rport", "SIP/2.0/UDP 10.0.0.1:5062;rport;branch=b", "10.0.0.1:9", "SIP/2.0/UDP 10.0.0.1:5062;rport=9;branch=b;received=10.0.0.1", "10.0.0.1:9"},
		{"rport in another form", "SIP/2.0/UDP h ; RPORT ;branch=b", "10.0.0.1:9", "SIP/2.0/UDP h ;RPORT=9 ;branch=b;received=10.0.0.1", "10.0.0.1:9"},
		{"what the peer says is not believed", "SIP/2.0/UDP h;received=1.1.1.1;rport=1;branch=b", "10.0.0.1:9", "SIP/2.0/UDP h;rport=9;branch=b;received=10.0.0.1", "10.0.0.1:9"},
		{"maddr is not followed", "SIP/2.0/UDP 10.0.0.1;maddr=10.9.9.9", "10.0.0.1:9", "SIP/2.0/UDP 10.0.0.1;maddr=10.9.9.9", "10.0.0.1:5060"},
		{"IPv6", "SIP/2.0/UDP [2001:DB8:0::1];branch=b", "[2001:db8::1]:9", "SIP/2.0/UDP [2001:DB8:0::1];branch=b", "[2001:db8::1]:5060"},
		{"IPv6 elsewhere", "SIP/2.0/UDP [2001:db8::1];branch=b", "[2001:db8::2]:9", "SIP/2.0/UDP [2001:db8::1];branch=b;received=2001:db8::2", "[2001:db8::2]:5060"},
		{"a zone is ours alone", "SIP/2.0/UDP h", "[fe80::1%eth0]:9", "SIP/2.0/UDP h;received=fe80::1", "[fe80::1%eth0]:5060"},
		{"an IPv4 address in IPv6 form", "SIP/2.0/UDP 10.0.0.1;branch=b", "[::ffff:10.0.0.1]:9", "SIP/2.0/UDP 10.0.0.1;branch=b", "[::ffff:10.0.0.1]:5060"},
		{"quoted parameter", `SIP/2.0/UDP h;x=";rport,";branch=b`, "10.0.0.1:9", `SIP/2.0/UDP h;x=";rport,";branch=b;received=10.0.0.1`, "10.0.0.1:5060"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			const tail = " ,\r\n SIP/2.0/TCP z;received=9.9.9.9;rport "
			m := mustRead(t, "OPTIONS sip:h SIP/2.0\r\nv :\t"+c.via+tail+"\r\nVia:SIP/2.0/UDP  y\r\nFrom: <sip:a>\r\nTo: <sip:b>\r\nCall-ID: c\r\nCSeq: 1 OPTIONS\r\n\r\n")
			hop := hopOf(c.from)
			got := Vias(m, hop)
			if len(got) != 2 || got[0] != "v :\t"+c.want+tail || got[1] != "Via:SIP/2.0/UDP  y" {
				t.Errorf("%q", got)
			}
			if got := ReplyTo(m, hop); got != netip.MustParseAddrPort(c.reply) {
				t.Errorf("reply to %v, want %s", got, c.reply)
			}
		})
	}
}

func TestContactLine(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Contact: <sip:02@10.0.0.20:5062;transport=udp>;expires=60": "Contact: <sip:02@us:5060;transport=udp;tregua=x>;expires=60",
		"m:sip:02@10.0.0.20;expires=60":                             "m: <sip:02@us:5060;tregua=x>;expires=60",
		"Contact: \"a <sip:02@h>\" <sip:02@h>":                      "Contact: \"a <sip:02@h>\" <sip:02@us:5060;tregua=x>",
		"Contact: Tom <sip:a:pw@h?x=y> , <sip:b@i>":                 "Contact: Tom <sip:a:pw@us:5060;tregua=x?x=y>",
		"Contact: <sips:h;maddr=10.1.1.1;ob;TREGUA=old>":            "Contact: <sips:us:5060;ob;tregua=x>",
		"Contact: <tel:+39>":                                        "Contact: <sip:us:5060;tregua=x>",
		"Contact: sip:h;+sip.instance=\"<urn:x>\"":                  "Contact: <sip:us:5060;tregua=x>;+sip.instance=\"<urn:x>\"",
		"Contact:\r\n \"a\r\n b\"\r\n <sip:h>\r\n ;q=1":             "Contact: \"a\r\n b\"\r\n <sip:us:5060;tregua=x>\r\n ;q=1",
		"Contact: *": "",
		"X: y":       "",
	} {
		m := mustRead(t, with(t, "Contact: <sip:0212345678@10.0.0.20:5060;transport=udp>", in))
		got := ContactLine(m, "us", 5060, "tregua=x")
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
		if got != "" {
			mustRead(t, string(m.Write(Edit{Contact: got})))
		}
	}
	m := mustRead(t, invite)
	if got := ContactLine(m, "2001:db8::1", 0, ""); got != "Contact: <sip:0212345678@[2001:db8::1];transport=udp>" {
		t.Error(got)
	}
}

func TestReply(t *testing.T) {
	t.Parallel()
	m := mustRead(t, with(t, "User-Agent", "TIMESTAMP: 54\r\nUser-Agent"))
	const lines = "From: \"Acme \\\"SpA\\\"\" <sip:0212345678@10.0.0.20>;tag=f1\r\nTo: <sip:+390612345678@telco.example>%s\r\n" +
		"Call-ID: a84b4c76e66710@10.0.0.20\r\nCSeq: 102 INVITE\r\n"
	for _, c := range []struct{ got, want string }{
		{string(Reply(m, []string{"Via: x", "Via: y"}, 100, "Trying", "")), "SIP/2.0 100 Trying\r\nVia: x\r\nVia: y\r\n" + strings.Replace(lines, "%s", "", 1) + "TIMESTAMP: 54\r\nContent-Length: 0\r\n\r\n"},
		{string(Reply(m, nil, 603, "Decline", "t1", "Reason: x", "X: y")), "SIP/2.0 603 Decline\r\n" + strings.Replace(lines, "%s", ";tag=t1", 1) + "Reason: x\r\nX: y\r\nContent-Length: 0\r\n\r\n"},
		{string(Reply(mustRead(t, with(t, "To: <sip:+390612345678@telco.example>", "To: <sip:+390612345678@telco.example>;TAG=old")), nil, 200, "OK", "t1")), "SIP/2.0 200 OK\r\n" + strings.Replace(lines, "%s", ";TAG=old", 1) + "Content-Length: 0\r\n\r\n"},
	} {
		if c.got != c.want {
			t.Errorf("\n%s\nwant\n%s", c.got, c.want)
		}
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	sent := mustRead(t, base)
	want := "CANCEL sip:1@h SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=1\r\nMax-Forwards: 70\r\nRoute: <sip:p1;lr>\r\nRoute: <sip:p2;lr>\r\n" +
		"f:<sip:a@x>;tag=1\r\nt:<sip:b@y>\r\ni: c1\r\nCSeq: 1 CANCEL\r\nContent-Length: 0\r\n\r\n"
	if got := string(HopByHop(sent, "CANCEL", "")); got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
	want = strings.Replace(strings.ReplaceAll(want, "CANCEL", "ACK"), "t:<sip:b@y>", "To: <sip:b@y>;tag=2", 1)
	if got := string(HopByHop(sent, "ACK", "To: <sip:b@y>;tag=2")); got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
	mustRead(t, want)
	r := Request{
		Method: "BYE", URI: "sip:h", Via: "Via: SIP/2.0/UDP a", From: "From: <sip:a>", To: "t: <sip:b>", CallID: "i: c", CSeq: 7,
		Routes: []string{"Route: <sip:p>"}, Extra: []string{"Reason: x"}, ContentType: "text/plain", Body: "hi",
	}
	want = "BYE sip:h SIP/2.0\r\nVia: SIP/2.0/UDP a\r\nMax-Forwards: 70\r\nRoute: <sip:p>\r\nFrom: <sip:a>\r\nt: <sip:b>\r\ni: c\r\n" +
		"CSeq: 7 BYE\r\nReason: x\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi"
	if got := string(r.Bytes()); got != want {
		t.Errorf("\n%s\nwant\n%s", got, want)
	}
	mustRead(t, want)
}

func TestRedirectLine(t *testing.T) {
	t.Parallel()
	const head = "SIP/2.0 302 Moved\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>;tag=2\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n"
	for lines, want := range map[string]string{
		"": "",
		"Contact: <sip:+391@h:5070;user=phone>;q=0.5\r\n":                   "Contact: <sip:+391@us:5060;user=phone>;q=0.5",
		"m: \"A, B\" <sip:1@h;maddr=x>, <tel:+392>\r\nCONTACT: sip:3@h\r\n": `m: "A, B" <sip:1@us:5060>, <tel:+392>, <sip:3@us:5060>`,
		"Contact: <sips:1@h?Replaces=x>\r\n":                                "Contact: <sips:1@us:5060?Replaces=x>",
	} {
		m, err := Read([]byte(head + lines + "\r\n"))
		if err != nil {
			t.Fatal(err)
		}
		if got := RedirectLine(m, "us", 5060); got != want {
			t.Errorf("%q\n got %s\nwant %s", lines, got, want)
		}
	}
}
