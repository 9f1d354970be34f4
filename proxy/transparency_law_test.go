package proxy

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tregua/media"
)

// lawful holds law 3 line by line: what is not named there leaves byte for byte
// and in its place.
func (c *crossing) lawful(in, out string) {
	c.t.Helper()
	was, is := splitMessage(in), splitMessage(out)
	c.start(was.start, is.start)
	if d := firstDifference(c.kept(was), c.kept(is)); d != "" {
		c.t.Errorf("a header line was touched: %s", d)
	}
	c.vias(is)
	c.routes(is)
	for i, line := range was.named("Max-Forwards") {
		name, value, _ := strings.Cut(line, ":")
		var hops int
		if _, err := fmt.Sscan(value, &hops); err != nil {
			c.t.Fatal(err)
		}
		if c.msg.IsRequest() {
			hops--
		}
		if got := is.named("Max-Forwards")[i]; !sameUpToSpace(got, fmt.Sprintf("%s: %d", name, hops)) {
			c.t.Errorf("%q became %q", line, got)
		}
	}
	c.contact(was, is)
	if d := sessionChange(was.body, is.body, c.mediaHost()); d != "" {
		c.t.Errorf("the body: %s", d)
	}
	for _, line := range is.named("Content-Length") {
		if _, value, _ := strings.Cut(line, ":"); strings.TrimSpace(value) != strconv.Itoa(len(is.body)) {
			c.t.Errorf("%q over a body of %d bytes", line, len(is.body))
		}
	}
}

func sameUpToSpace(a, b string) bool {
	return strings.Join(strings.Fields(a), "") == strings.Join(strings.Fields(b), "")
}

// start: only a Request-URI within a dialog changes, from our token to the
// target of the peer.
func (c *crossing) start(was, is string) {
	want := was
	if c.msg.IsRequest() && c.phase != "" {
		want = fmt.Sprintf("%s sip:side%d@%s SIP/2.0", c.msg.Method, c.sender.Other(), sideAddrs[c.sender.Other()])
	}
	if is != want {
		c.t.Errorf("the start line is %q, want %q", is, want)
	}
}

// kept are the header lines that must leave as they came. Of those that are
// rewritten one by one the name is kept: they stay where they stood.
func (c *crossing) kept(p parts) (lines []string) {
	for _, line := range p.lines {
		switch name := headerName(line); name {
		case "via", "route", "record-route", "x-tregua-operator", "x-tregua-machine":
		case "contact", "max-forwards", "content-length":
			lines = append(lines, name)
		default:
			lines = append(lines, line)
		}
	}
	return lines
}

// vias: a request leaves with ours alone, a response with those of its request.
func (c *crossing) vias(is parts) {
	got := is.named("Via")
	if c.msg.IsRequest() {
		if len(got) != 1 || !strings.HasPrefix(got[0], "Via: SIP/2.0/UDP "+c.host(c.sender.Other())+";") {
			c.t.Errorf("the Vias are %q, want one of ours", got)
		}
		return
	}
	if len(got) != 2 || !strings.HasPrefix(got[0], "Via: SIP/2.0/UDP "+sideAddrs[c.sender.Other()]+";") ||
		!strings.Contains(got[0], "branch="+c.asked.Via.Branch) || got[1] != "Via: SIP/2.0/UDP 203.0.113.7;branch=z9hG4bKq" {
		c.t.Errorf("the Vias are %q, want those of the request", got)
	}
}

// routes: within a dialog a request takes the route set of the side it goes to.
// Whoever answers the INVITE is told that of the caller. A side never sees the
// proxies of the other.
func (c *crossing) routes(is parts) {
	var route, record []string
	switch {
	case c.msg.IsRequest() && c.phase != "":
		route = []string{"Route: " + sideRoutes[c.sender.Other()]}
	case !c.msg.IsRequest() && c.phase == "" && c.msg.CSeq.Method == "INVITE":
		record = []string{"Record-Route: " + sideRoutes[media.A]}
	case !c.msg.IsRequest() && c.msg.CSeq.Method == "INVITE":
		record = []string{"Record-Route: " + sideRoutes[c.sender.Other()]}
	}
	if got := is.named("Route"); !slices.Equal(got, route) {
		c.t.Errorf("Route is %q, want %q", got, route)
	}
	// A Record-Route within a dialog means nothing (RFC 3261 12.2): it may go
	// or name the side's own.
	if got := is.named("Record-Route"); !slices.Equal(got, record) && len(got) > 0 {
		c.t.Errorf("Record-Route is %q, want %q", got, record)
	}
}

var contactURI = regexp.MustCompile(`(sips?:(?:[^@<>;]*@)?)([^<>;?@]+)`)

// contact: the host is ours, with a token within a call; user part, parameters
// and display name stay.
func (c *crossing) contact(was, is parts) {
	old, now := was.named("Contact"), is.named("Contact")
	if len(old) == 0 && len(now) == 0 || c.msg.Status >= 300 {
		return
	}
	if len(old) != 1 || len(now) != 1 {
		c.t.Fatalf("the Contacts %q became %q", old, now)
	}
	call := c.msg.CSeq.Method != "OPTIONS"
	if call != ourToken.MatchString(now[0]) {
		c.t.Errorf("the token of %q, want one: %v", now[0], call)
	}
	want := contactURI.ReplaceAllString(bare(old[0]), "${1}"+c.host(c.sender.Other()))
	if got := bare(ourToken.ReplaceAllString(now[0], "")); !sameUpToSpace(got, want) {
		c.t.Errorf("Contact is %q, want %q and the token", now[0], want)
	}
}

// bare leaves out the angle brackets that a URI with our parameter needs.
func bare(line string) string { return strings.NewReplacer("<sip:", "sip:", ">", "").Replace(line) }

// mediaHost is where the side that a message goes to sends its media.
func (c *crossing) mediaHost() string { return mediaAddrs[c.sender.Other()].Addr().String() }

// sessionChange says what else changed in a body than where its media is.
func sessionChange(was, is, ours string) string {
	old, now := strings.Split(was, "\r\n"), strings.Split(is, "\r\n")
	for len(old) > 0 {
		switch {
		case len(now) > 0 && old[0] == now[0] && !(strings.HasPrefix(old[0], "c=") && old[0] != "c=IN IP4 0.0.0.0"):
			old, now = old[1:], now[1:]
		case len(now) > 0 && (strings.HasPrefix(old[0], "m=") && samePlaceOfMedia(old[0], now[0]) ||
			strings.HasPrefix(old[0], "c=") && now[0] == "c=IN IP4 "+ours):
			old, now = old[1:], now[1:]
		case peerAddress.MatchString(old[0]):
			old = old[1:]
		default:
			return fmt.Sprintf("%q became %q", old, now)
		}
	}
	if len(now) > 0 {
		return fmt.Sprintf("%q is new", now)
	}
	return ""
}

// peerAddress are the attributes that tell an address of the peer.
var peerAddress = regexp.MustCompile(`^a=(rtcp|candidate|ice-ufrag|ice-pwd|altc):`)

// samePlaceOfMedia compares two m-lines without their ports.
func samePlaceOfMedia(a, b string) bool {
	x, y := strings.Fields(a), strings.Fields(b)
	if len(x) < 4 || len(y) < 4 || x[1] == "0" {
		return false
	}
	x[1], y[1] = "", ""
	return slices.Equal(x, y)
}

// parts are the lines of a message, read without the reader under test.
type parts struct {
	start string
	lines []string
	body  string
}

func splitMessage(text string) (p parts) {
	head, body, _ := strings.Cut(text, "\r\n\r\n")
	p.body = body
	for i, line := range strings.Split(head, "\r\n") {
		switch {
		case i == 0:
			p.start = line
		case line[0] == ' ' || line[0] == '\t':
			p.lines[len(p.lines)-1] += "\r\n" + line
		default:
			p.lines = append(p.lines, line)
		}
	}
	return p
}

func (p parts) named(name string) (lines []string) {
	for _, line := range p.lines {
		if headerName(line) == strings.ToLower(name) {
			lines = append(lines, line)
		}
	}
	return lines
}

// headerName is the name of a line, in lower case and in full.
func headerName(line string) string {
	name, _, _ := strings.Cut(line, ":")
	name = strings.ToLower(strings.TrimRight(name, " \t"))
	if full, ok := map[string]string{"v": "via", "m": "contact", "l": "content-length"}[name]; ok {
		return full
	}
	return name
}

func firstDifference(want, got []string) string {
	for i := range max(len(want), len(got)) {
		var w, g string
		if i < len(want) {
			w = want[i]
		}
		if i < len(got) {
			g = got[i]
		}
		if w != g {
			return fmt.Sprintf("%q became %q", w, g)
		}
	}
	return ""
}
