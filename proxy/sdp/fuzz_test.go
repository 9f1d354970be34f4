package sdp

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	pion "github.com/pion/sdp/v3"

	"tregua/testbed/torture"
)

func seeds(f *testing.F) {
	for _, body := range []string{
		head + lines(peer, "t=0 0", audio, "a=rtpmap:0 PCMU/8000", "a=sendrecv"),
		head + lines("t=0 0", audio, peer, "a=rtcp:4005 IN IP4 10.0.0.21", "m=video 0 RTP/AVP 31"),
		head + lines(peer, "t=0 0", "a=ice-lite", "a=ice-ufrag:u", "a=ice-pwd:p", audio, "i=t", "a=candidate:1 1 UDP 1 10.0.0.20 4000 typ host", "m=video 4002 RTP/AVP 31"),
		head + lines("c=IN IP4 0.0.0.0", "t=0 0", audio, "m=audio 4000/2 RTP/AVP 0", "c=IN IP4 224.2.1.1/127/3", "c=IN IP4 224.2.1.9/127"),
		"v=0\no=- 1 1 IN IP6 ::1\ns=-\nc=IN IP6 ::1\nt=0 0\n" + audio,
		head + lines("c=IN IP4 pbx.example", "t=0 0", audio, "", ""),
		"v=0\no= 0 0 IN\ns=\nt=\nm=audio 0 AVP \t\n", // a tab is a format to one and nothing to the other
	} {
		f.Add(body, uint8(0xff))
		f.Add(body, uint8(1))
	}
	for _, c := range torture.Load(f, "../wire/testdata/torture") {
		if _, body, ok := strings.Cut(string(c.Data), "\r\n\r\nv="); ok {
			f.Add("v="+body, uint8(1))
		}
	}
}

// foreign returns what Anchor may not touch, ends of lines left out.
func foreign(d *Description) (out []string) {
	for _, p := range d.parts {
		for _, l := range p.lines {
			if l.kind != 'm' && l.kind != 'c' && !tellsAddress(l) {
				out = append(out, string(l.kind)+"="+l.value)
			}
		}
	}
	return out
}

func FuzzAnchor(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body string, mask uint8) {
		before, err := Read(body)
		if err != nil {
			return
		}
		anchored := func(i int) bool { return mask>>(i%8)&1 != 0 }
		addr := func(i int, _ Media) (netip.AddrPort, bool) {
			return []netip.AddrPort{ours, ours6}[i/2%2], anchored(i)
		}
		out, err := anchorOf(body, addr)
		if err != nil {
			t.Fatalf("read but not anchored: %v", err)
		}
		after, err := Read(out)
		if err != nil {
			t.Fatalf("what Anchor wrote cannot be read: %v\n%q", err, out)
		}
		if again, _ := anchorOf(out, addr); again != out {
			t.Fatalf("not idempotent:\n%q\n%q", out, again)
		}
		if a, b := foreign(before), foreign(after); !slices.Equal(a, b) {
			t.Fatalf("other lines changed:\n%q\n%q", a, b)
		}
		if len(before.parts) != len(after.parts) {
			t.Fatalf("m-lines: %d became %d", len(before.parts), len(after.parts))
		}
		for i := range before.parts[1:] {
			was, is := &before.parts[i+1], &after.parts[i+1]
			if was.port == 0 {
				continue
			}
			if !anchored(i) {
				stays(t, was, is)
				continue
			}
			to, _ := addr(i, was.media)
			moves(t, was, is, to)
		}
	})
}

// stays checks an m-line that is not anchored: it means what it meant.
func stays(t *testing.T, was, is *part) {
	if was.media.Addr != is.media.Addr || was.media.RTCP != is.media.RTCP {
		t.Fatalf("%v %v became %v %v", was.media.Addr, was.media.RTCP, is.media.Addr, is.media.RTCP)
	}
}

// moves checks an m-line that is anchored: no address of the peer stays on it.
func moves(t *testing.T, was, is *part, to netip.AddrPort) {
	if is.port != to.Port() || is.addr != to.Addr() && !(was.addr.IsUnspecified() && is.addr == was.addr) {
		t.Fatalf("anchored to %v, is %v port %d", to, is.addr, is.port)
	}
	for i, l := range is.lines {
		if tellsAddress(l) || l.kind == 'c' && i != is.conn {
			t.Fatalf("left on an anchored m-line: %q", l.value)
		}
	}
}

// FuzzPion compares with another reading. Only what both accept is compared:
// pion wants the order of RFC 8866 and t=, we refuse what has two readings.
func FuzzPion(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, body string, _ uint8) {
		ours, err := Read(body)
		if err != nil {
			return
		}
		var theirs pion.SessionDescription
		if theirs.UnmarshalString(body) != nil {
			return
		}
		if len(theirs.MediaDescriptions) != len(ours.parts)-1 {
			t.Fatalf("m-lines: %d, pion %d", len(ours.parts)-1, len(theirs.MediaDescriptions))
		}
		for i, m := range theirs.MediaDescriptions {
			p := &ours.parts[i+1]
			if p.media.Kind != m.MediaName.Media || int(p.port) != m.MediaName.Port.Value ||
				p.media.Proto != strings.Join(m.MediaName.Protos, "/") || !slices.Equal(p.media.Formats, m.MediaName.Formats) {
				t.Fatalf("m-line %d: %+v, pion %+v", i, p.media, m.MediaName)
			}
			conn := m.ConnectionInformation
			if conn == nil {
				conn = theirs.ConnectionInformation
			}
			if conn == nil || conn.Address == nil || !p.addr.IsValid() {
				continue
			}
			host, _, _ := strings.Cut(conn.Address.Address, "/")
			// More than one c= under one m-line is multicast: pion keeps
			// the last, we the first, and Anchor leaves one only.
			if addr, _ := netip.ParseAddr(host); addr != p.addr && connections(p) < 2 {
				t.Fatalf("m-line %d: %v, pion %v", i, p.addr, host)
			}
		}
	})
}

func connections(p *part) (n int) {
	for _, l := range p.lines {
		if l.kind == 'c' {
			n++
		}
	}
	return n
}
