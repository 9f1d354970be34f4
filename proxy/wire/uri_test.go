package wire

import (
	"net/netip"
	"testing"
)

func TestParseURI(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in   string
		want URI
	}{
		{"sip:alice@atlanta.example", URI{Scheme: "sip", User: "alice", Host: "atlanta.example"}},
		{"SIP:alice:secret@Atlanta.example:5070;transport=tcp", URI{Scheme: "sip", User: "alice", Host: "Atlanta.example", Port: 5070, Params: ";transport=tcp"}},
		{"sips:1212@gateway.example?subject=x&priority=urgent", URI{Scheme: "sips", User: "1212", Host: "gateway.example", Headers: "subject=x&priority=urgent"}},
		{"sip:192.0.2.4", URI{Scheme: "sip", Host: "192.0.2.4"}},
		{"sip:[2001:db8::9:1]:5061;lr", URI{Scheme: "sip", Host: "[2001:db8::9:1]", Port: 5061, Params: ";lr"}},
		{"sip:a@[::ffff:192.0.2.2]:19823", URI{Scheme: "sip", User: "a", Host: "[::ffff:192.0.2.2]", Port: 19823}},
		{"sip:a@[2001:db8:::192.0.2.1]", URI{Scheme: "sip", User: "a", Host: "[2001:db8:::192.0.2.1]"}},
		{"sip:+1-212;phone-context=x?y@h;user=phone", URI{Scheme: "sip", User: "+1-212;phone-context=x?y", Host: "h", Params: ";user=phone"}},
		{"sip:%61lice@h", URI{Scheme: "sip", User: "%61lice", Host: "h"}},
		{"sip:*43#@h_1.example", URI{Scheme: "sip", User: "*43#", Host: "h_1.example"}},
		{"sip:a:@h", URI{Scheme: "sip", User: "a", Host: "h"}},
		{"tel:+39061234;isub=1", URI{Scheme: "tel", User: "+39061234", Params: ";isub=1"}},
		{"URN:service:sos.police", URI{Scheme: "urn", User: "service:sos.police"}},
	} {
		if got, err := ParseURI(c.in); err != nil || got != c.want {
			t.Errorf("%s: %+v %v, want %+v", c.in, got, err, c.want)
		}
	}
	for _, in := range []string{
		"", "sip", ":", "sip:", "sip:@h", "sip::x@h", "sip:a@", "sip:a@h@i", "sip:a@h:", "sip:a@h:x", "sip:a@h:0", "sip:a@h:65536",
		"sip:a@h:5060x", "sip:a b@h", "sip:a@h>", "sip:<a@h", "sip:a@[::1", "sip:a@[1.2.3.4]", "sip:a@[2001:db8:::1]", "sip:a@[2001::::192.0.2.1]", "sip:a@[:::192.0.2]", "sip:a@[::1%25eth0]", "sip:a@h;", "sip:a@h;=x", "sip:a@h;a,b",
		"sip:a@h;x=\"y\"", "sip:%@h", "sip:%4@h", "sip:%4g@h", "sip:a@%41", "sip:ü@h", "sip:a\\@h", "sip:[a]@h", "si p:a@h", "0:0", "+sip:a@h", "s_p:a@h", "tel:", "tel:;x", "sip:a@h;a=%zz",
	} {
		if got, err := ParseURI(in); err == nil {
			t.Errorf("%q: %+v", in, got)
		}
	}
}

func TestAddrPort(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"sip:a@10.0.0.1": "10.0.0.1:5060", "sips:a@10.0.0.1": "10.0.0.1:5061", "sip:[::1]:5070": "[::1]:5070",
		"sip:a@[::ffff:192.0.2.2]": "192.0.2.2:5060", "sip:a@[2001:db8:::192.0.2.1]": "[2001:db8::192.0.2.1]:5060",
	} {
		u, _ := ParseURI(in)
		if got, ok := u.AddrPort(); !ok || got != netip.MustParseAddrPort(want) {
			t.Errorf("%s: %v %v", in, got, ok)
		}
	}
	for _, in := range []string{"sip:a@h", "sip:a@1and1.example", "tel:1"} {
		u, _ := ParseURI(in)
		if got, ok := u.AddrPort(); ok {
			t.Errorf("%s: %v", in, got)
		}
	}
}

func TestUnescape(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"": "", "a": "a", "%2b39": "+39", "%2B%00%25": "+\x00%", "a%20b": "a b"} {
		if got, err := Unescape(in); err != nil || got != want {
			t.Errorf("%q: %q %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"%", "a%2", "%2x", "%x2", "%%41"} {
		if got, err := Unescape(in); err == nil {
			t.Errorf("%q: %q", in, got)
		}
	}
}

func TestParams(t *testing.T) {
	t.Parallel()
	const p = Params(` ;a=b ; C = "x \" y;d=e" ;f;g= ;h=[::1];c=2`)
	for name, want := range map[string]string{"a": "b", "A": "b", "c": `x " y;d=e`, "f": "", "g": "", "H": "[::1]"} {
		if got, ok := p.Get(name); !ok || got != want {
			t.Errorf("%s: %q %v, want %q", name, got, ok, want)
		}
	}
	for _, name := range []string{"d", "e", "b", ""} {
		if got, ok := p.Get(name); ok {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestParseNameAddrs(t *testing.T) {
	t.Parallel()
	list, err := ParseNameAddrs(`"a, <b>" <sip:p1;lr>;did=aa.1 ,sip:p2;x=y, Tom <sip:p3,4@h>`)
	if err != nil || len(list) != 3 {
		t.Fatal(list, err)
	}
	for i, want := range []NameAddr{
		{Display: "a, <b>", URI: "sip:p1;lr", Params: ";did=aa.1", Text: `"a, <b>" <sip:p1;lr>;did=aa.1`},
		{URI: "sip:p2", Params: ";x=y", Text: "sip:p2;x=y"},
		{Display: "Tom", URI: "sip:p3,4@h", Text: "Tom <sip:p3,4@h>"},
	} {
		if list[i] != want {
			t.Errorf("%d: %+v, want %+v", i, list[i], want)
		}
	}
	for _, in := range []string{"", ",", "<sip:a>,", "<sip:a>,,<sip:b>", "*", "<sip:a> x", "<sip:a", "\"a\" sip:b"} {
		if got, err := ParseNameAddrs(in); err == nil {
			t.Errorf("%q: %+v", in, got)
		}
	}
}
