package sdp

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	ours  = netip.MustParseAddrPort("192.0.2.9:20000")
	ours6 = netip.MustParseAddrPort("[2001:db8::9]:20000")
)

// lines joins lines with CRLF and ends the last one.
func lines(l ...string) string { return strings.Join(l, "\r\n") + "\r\n" }

const (
	head  = "v=0\r\no=- 1 1 IN IP4 10.0.0.20\r\ns=-\r\n"
	peer  = "c=IN IP4 10.0.0.20"
	we    = "c=IN IP4 192.0.2.9"
	audio = "m=audio 4000 RTP/AVP 0 8 101"
	moved = "m=audio 20000 RTP/AVP 0 8 101"
)

func TestAnchor(t *testing.T) {
	t.Parallel()
	only := func(kinds ...string) func(int, Media) (netip.AddrPort, bool) {
		return func(_ int, m Media) (netip.AddrPort, bool) {
			return ours, strings.Contains(strings.Join(kinds, " "), m.Kind)
		}
	}
	for _, c := range []struct {
		name     string
		addr     func(int, Media) (netip.AddrPort, bool)
		in, want string
	}{
		{
			"session c=", only("audio"), head + lines(peer, "t=0 0", audio, "a=rtpmap:0 PCMU/8000"),
			head + lines(we, "t=0 0", moved, "a=rtpmap:0 PCMU/8000"),
		},
		{"own c=", only("audio"), head + lines("t=0 0", audio, peer, "a=ptime:20"), head + lines("t=0 0", moved, we, "a=ptime:20")},
		{"both", only("audio"), head + lines("c=IN IP4 10.0.0.1", "t=0 0", audio, peer), head + lines(we, "t=0 0", moved, we)},
		{"nothing anchored", only(), head + lines(peer, audio), head + lines(peer, audio)},
		{
			"refused m-line untouched", only("audio", "video"), head + lines(peer, audio, "m=video 0 RTP/AVP 31"),
			head + lines(we, moved, "m=video 0 RTP/AVP 31"),
		},
		{
			"an m-line not anchored keeps its address", only("audio"),
			head + lines(peer, audio, "m=video 4002 RTP/AVP 31", "i=x", "a=sendonly"),
			head + lines(we, moved, "m=video 4002 RTP/AVP 31", "i=x", peer, "a=sendonly"),
		},
		{
			"ice goes", only("audio"),
			head + lines(peer, "a=ice-lite", "a=ice-ufrag:u", "a=ice-pwd:p", audio, "a=candidate:1 1 UDP 1 10.0.0.20 4000 typ host",
				"a=end-of-candidates", "a=ice-options:trickle", "a=remote-candidates:1 10.0.0.1 4", "a=ice-mismatch", "a=sendrecv"),
			head + lines(we, moved, "a=sendrecv"),
		},
		{
			"ice of an m-line not anchored stays", only("audio"),
			head + lines(peer, "a=ice-lite", "a=ice-ufrag:u", "a=ice-pwd:p", audio, "m=video 4002 RTP/AVP 31", "a=ice-pwd:q"),
			head + lines(we, "a=ice-lite", moved, "m=video 4002 RTP/AVP 31", peer, "a=ice-pwd:q", "a=ice-ufrag:u"),
		},
		{
			"rtcp goes", only("audio"), head + lines(peer, audio, "a=rtcp:4005 IN IP4 10.0.0.21", "a=rtcp-mux"),
			head + lines(we, moved, "a=rtcp-mux"),
		},
		{
			"other addresses go", only("audio"),
			head + lines(peer, audio, "a=altc:1 IP4 10.0.0.20 4000", "a=alt:1 1 : x y 10.0.0.20 4000", "a=source-filter: incl IN IP4 * 10.0.0.20"),
			head + lines(we, moved),
		},
		{
			"names in another case go", only("audio"), head + lines(peer, audio, "a=Candidate:1 1 UDP 1 10.0.0.20 4000 typ host"),
			head + lines(we, moved),
		},
		{
			"names with white space go", only("audio"), head + lines(peer, audio, "a= candidate :1 1 UDP 1 10.0.0.20 4000 typ host"),
			head + lines(we, moved),
		},
		{"hold stays", only("audio"), head + lines("c=IN IP4 0.0.0.0", audio), head + lines("c=IN IP4 0.0.0.0", moved)},
		{"hold of one m-line stays", only("audio"), head + lines(peer, audio, "c=IN IP4 0.0.0.0"), head + lines(we, moved, "c=IN IP4 0.0.0.0")},
		{
			"count of ports and layers", only("audio"), head + lines("m=audio 4000/2 RTP/AVP 0", "c=IN IP4 224.2.1.1/127/3", "c=IN IP4 224.2.1.9/127"),
			head + lines("m=audio 20000 RTP/AVP 0", we),
		},
		{"a name for an address", only("audio"), head + lines("c=IN IP4 pbx.example", audio), head + lines(we, moved)},
		{"IPv6", only("audio"), head + lines("c=IN IP6 2001:db8::1", audio), head + lines(we, moved)},
		{
			"to IPv6", func(int, Media) (netip.AddrPort, bool) { return ours6, true }, head + lines(peer, audio),
			head + lines("c=IN IP6 2001:db8::9", moved),
		},
		{"two of our addresses", func(i int, _ Media) (netip.AddrPort, bool) {
			return []netip.AddrPort{ours, ours6}[i], true
		}, head + lines(peer, audio, "m=video 4002 RTP/AVP 31"), head + lines(we, moved, "m=video 20000 RTP/AVP 31", "c=IN IP6 2001:db8::9")},
		{"LF", only("audio"), "v=0\ns=-\nc=IN IP4 10.0.0.20\n" + audio + "\na=x\n", "v=0\ns=-\n" + we + "\n" + moved + "\na=x\n"},
		{"no end of the last line", only("audio"), head + peer + "\r\n" + audio, head + we + "\r\n" + moved},
		{"empty lines at the end", only("audio"), head + lines(peer, audio, "", ""), head + lines(we, moved, "", "")},
		{
			"an own c= behind a line without end", only("audio"), head + peer + "\r\n" + audio + "\r\nm=video 4002 RTP/AVP 31",
			head + lines(we, moved, "m=video 4002 RTP/AVP 31", peer),
		},
		{"trailing space", only("audio"), head + lines(peer, "m=audio 4000 RTP/AVP 0 "), head + lines(we, "m=audio 20000 RTP/AVP 0 ")},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := anchorOf(c.in, c.addr)
			if err != nil || got != c.want {
				t.Errorf("%v\n%q, want\n%q", err, got, c.want)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"not v=0: line 1":             "s=-\r\n",
		"more than v=0 on line 1":     "v=0 o=x\r\n" + lines(peer, audio),
		"empty":                       "",
		"m-line without c=":           head + lines(audio),
		"two c= lines in the session": head + lines(peer, peer, audio),
		"a line before which a space stands, which others may trim": head + lines(peer, audio, " c=IN IP4 10.0.0.66"),
		"upper case":        head + lines("C=IN IP4 10.0.0.66", peer, audio),
		"bare CR":           head + lines(peer, "a=x\rc=IN IP4 10.0.0.66", audio),
		"NUL":               head + lines(peer, "a=x\x00", audio),
		"empty line inside": head + lines(peer, "", audio),
		"port":              head + lines(peer, "m=audio 70000 RTP/AVP 0"),
		"port with a sign":  head + lines(peer, "m=audio +4000 RTP/AVP 0"),
		"no format":         head + lines(peer, "m=audio 4000 RTP/AVP"),
		"tab":               head + lines(peer, "m=audio\t4000 RTP/AVP 0"),
		"network type":      head + lines("c=ATM IP4 10.0.0.1", audio),
		"wrong family":      head + lines("c=IN IP6 10.0.0.1", audio),
		"rtcp":              head + lines(peer, audio, "a=rtcp:x"),
		"too many m-lines":  head + lines(peer) + strings.Repeat(audio+"\r\n", 33),
		"too many formats":  head + lines(peer, "m=audio 4000 RTP/AVP"+strings.Repeat(" 0", 257)),
		"too many lines":    head + lines(peer) + strings.Repeat("a=x\r\n", 1024),
	} {
		if list, err := streamsOf(body); err == nil {
			t.Errorf("%s: %+v", name, list)
		}
	}
}

func TestStreams(t *testing.T) {
	t.Parallel()
	list, err := streamsOf(head + lines(peer, "a=sendonly", audio, "a=rtcp-mux",
		"m=video 4002 RTP/AVP 31", "c=IN IP4 10.0.0.30", "a=rtcp:5000", "a=inactive",
		"m=audio 65535 RTP/SAVP 0 96", "a=rtpmap:96 telephone-event/8000", "a=rtpmap:97 nobody/1", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x", "a=sendrecv", "m=image 0 udptl t38", "m=audio 6 RTP/AVP 0", "a=recvonly", "a=rtcp:7 IN IP4 10.0.0.40"))
	if err != nil {
		t.Fatal(err)
	}
	want := []Media{
		{Kind: "audio", Proto: "RTP/AVP", Addr: at("10.0.0.20:4000"), RTCP: at("10.0.0.20:4001"), RTCPMux: true, Direction: SendOnly, Formats: []string{"0", "8", "101"}},
		{Kind: "video", Proto: "RTP/AVP", Addr: at("10.0.0.30:4002"), RTCP: at("10.0.0.30:5000"), Direction: Inactive, Formats: []string{"31"}},
		{Kind: "audio", Proto: "RTP/SAVP", Addr: at("10.0.0.20:65535"), Crypto: true, Direction: SendRecv, Formats: []string{"0", "96"}, Encodings: []string{"", "telephone-event/8000"}},
		{Kind: "image", Proto: "udptl", Addr: at("10.0.0.20:0"), Direction: SendOnly, Formats: []string{"t38"}},
		{Kind: "audio", Proto: "RTP/AVP", Addr: at("10.0.0.20:6"), RTCP: at("10.0.0.40:7"), Direction: RecvOnly, Formats: []string{"0"}},
	}
	if diff := cmp.Diff(want, list, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
}

func at(s string) netip.AddrPort { return netip.MustParseAddrPort(s) }

// anchorOf reads a body and anchors it.
func anchorOf(body string, addr func(int, Media) (netip.AddrPort, bool)) (string, error) {
	d, err := Read(body)
	if err != nil {
		return "", err
	}
	return d.Anchor(addr), nil
}

// streamsOf reads the m-lines of a body.
func streamsOf(body string) ([]Media, error) {
	d, err := Read(body)
	if err != nil {
		return nil, err
	}
	return d.Media(), nil
}
