package configs

import (
	"fmt"
	"strings"
	"testing"
)

// TestScalars holds what each kind of value reads as, or what is said of it.
func TestScalars(t *testing.T) {
	t.Parallel()
	show := func(v any, err error) string {
		if err != nil {
			return "! " + err.Error()
		}
		return fmt.Sprint(v)
	}
	memory := func(text string) string { return show(readMemory(text)) }
	ports := func(text string) string {
		first, last, err := readPorts(text)
		return show([]uint16{first, last}, err)
	}
	target := func(text string) string { return show(readTarget(text)) }
	source := func(text string) string { return show(readSource(text)) }
	match := func(text string) string { return show(readMatch(text)) }
	socket := func(text string) string { return show((&reader{file: "/etc/tregua.yaml"}).socket(text)) }
	advertise := func(text string) string { return show(readAdvertise(text, 5062)) }
	for _, c := range []struct {
		name       string
		read       func(string) string
		text, want string
	}{
		{"memory", memory, "70%", "{70 0 0}"},
		{"memory", memory, "0%", "! 0 is out of range; give a number from 1 to 95"},
		{"memory", memory, "2GiB", "{0 2147483648 0}"},
		{"memory", memory, "512 MB", "{0 512000000 0}"},
		{"memory", memory, "63MiB", "! less than 64MiB is too little to run in; give more"},
		{"memory", memory, "-1GB", "! -1 is out of range; give a number from 1 to 1048576"},
		{"memory", memory, "2G", `! "2G" is no amount of memory; write as 70% or 2GiB`},
		{"ports", ports, "20000-20003", "[20000 20003]"},
		{"ports", ports, "20000-20001", `! "20000-20001" has no room for a call, which takes 4 ports; widen it`},
		{"ports", ports, "20000-19999", `! "20000-19999" has no room for a call, which takes 4 ports; widen it`},
		{"ports", ports, "1022-2001", "! the first port is 1022; it must be even and at least 1024"},
		{"ports", ports, "20000-65536", `! "20000-65536" is no port range; write as 20000-29999`},
		{"ports", ports, "20000", `! "20000" is no port range; write as 20000-29999`},
		{"target", target, "sip:192.0.2.1", "192.0.2.1:5060"},
		{"target", target, "sip:192.0.2.1:5080", "192.0.2.1:5080"},
		{"target", target, "sip:[2001:db8::1]", "[2001:db8::1]:5060"},
		{"target", target, "sip:0.0.0.0:5060", "! 0.0.0.0 is no address of a peer; give its own"},
		{"target", target, "192.0.2.1", `! "192.0.2.1" is no SIP peer; write as sip:192.0.2.1:5060`},
		{"target", target, "sip:192.0.2.1:0", "! port 0 cannot be reached; give a port from 1 to 65535"},
		{"source", source, "192.0.2.1", "192.0.2.1/32"},
		{"source", source, "::ffff:192.0.2.1", "192.0.2.1/32"},
		{"source", source, "2001:db8::/48", "2001:db8::/48"},
		{"source", source, "fe80::1%eth0", `! "fe80::1%eth0" is no address or network; write as 192.0.2.20 or 192.0.2.0/24`},
		{"match", match, "*", ""},
		{"match", match, "+39*", "+39*"},
		{"match", match, "+39", `! "+39" matches no numbers; write a leading part with plus and star, as +39*, or *`},
		{"socket", socket, "unix:/run/a.sock", "/run/a.sock"},
		{"socket", socket, "unix:a.sock", "/etc/a.sock"},
		{"socket", socket, "unix:", "! is empty; give a value or remove the key"},
		{"socket", socket, "unix:/" + strings.Repeat("a", 107), "! the path has 108 bytes; a unix socket takes at most 107"},
		{"advertise", advertise, "192.0.2.1", "192.0.2.1:5062"},
		{"advertise", advertise, "192.0.2.1:5080", "192.0.2.1:5080"},
		{"advertise", advertise, "2001:db8::1", "[2001:db8::1]:5062"},
	} {
		if got := c.read(c.text); got != c.want {
			t.Errorf("%s %q: %s\nwant %s", c.name, c.text, got, c.want)
		}
	}
}

// TestSuggest holds which words count as mistyped.
func TestSuggest(t *testing.T) {
	t.Parallel()
	known := []string{"listen", "limits", "ledger", "media", "id"}
	for typed, want := range map[string]string{
		"listne": "listen", "limit": "limits", "leger": "ledger", "meida": "media", "di": "id", "routes": "", "": "",
		strings.Repeat("x", 70): "",
	} {
		if got, ok := suggest(typed, known); got != want || ok != (want != "") {
			t.Errorf("suggest(%q) = %q %v, want %q", typed, got, ok, want)
		}
	}
}
