package sdp

import (
	"net/netip"
	"strings"
	"testing"

	"tregua/testbed/torture"
)

// stuffed are the longest descriptions of the kinds that a reader may be slow
// on: what is repeated, and what is repeated behind it, "" for nothing.
var stuffed = []struct{ name, before, again, after, too string }{
	{"attributes", head + lines(peer, "t=0 0", audio), "a=sendrecv\r\n", "", ""},
	{"lines and empty ones", head + lines(peer, "t=0 0"), "a=xxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n", "", "\n"},
	{"empty lines", head + lines(peer, "t=0 0", audio), "\n", "a=x", ""},
	{"m-lines", head + lines(peer, "t=0 0"), audio + "\r\n", "", ""},
	{"formats", head + lines(peer, "t=0 0") + "m=audio 4000 RTP/AVP", " 0", "\r\n", ""},
	{"formats and their encodings", head + lines(peer, "t=0 0") + "m=audio 4000 RTP/AVP", " 0", " 9\r\n", "a=rtpmap:9 xxxxxxxxxxxxxxxxxxxx\n"},
	{"addresses of an m-line", head + lines("t=0 0", audio), "c=IN IP4 10.0.0.20\r\n", "", ""},
	{"candidates", head + lines(peer, "t=0 0", audio), "a=candidate:1 1 UDP 1 10.0.0.20 4000 typ host\r\n", "", ""},
	{"credentials for all", head + lines(peer, "t=0 0"), "a=ice-ufrag:u\r\n", strings.Repeat(audio+"\r\n", 30), ""},
	{"spaces", head + lines(peer, "t=0 0") + "m=audio 4000 RTP/AVP 0", " ", "\r\n", ""},
	{"spaces round an attribute", head + lines(peer, "t=0 0", audio) + "a=", " ", "sendrecv\r\n", ""},
	{"one long line", head + lines(peer, "t=0 0", audio) + "a=", "X", "\r\n", ""},
	{"bare CR", head + lines(peer, "t=0 0", audio) + "a=", "\r", "\r\n", ""},
}

func stuff(before, again, after, too string, size int) string {
	if too == "" {
		return before + torture.Times(again, size) + after
	}
	return before + torture.Times(again, size/2) + after + torture.Times(too, size/2)
}

// every does with a description all that a call does with one; every second
// m-line is anchored.
func every(body string) {
	_, _ = streamsOf(body)
	_, _ = anchorOf(body, func(i int, _ Media) (netip.AddrPort, bool) { return ours, i%2 == 0 })
	Refuse(body)
}

// TestLinear: no description that one peer can write costs more than its
// length. Beyond 1,024 lines it is refused, which costs less.
func TestLinear(t *testing.T) { //nolint:paralleltest // it compares times
	for _, c := range stuffed {
		t.Run(c.name, func(t *testing.T) {
			torture.Linear(t, func(size int) string {
				return stuff(c.before, c.again, c.after, c.too, size)
			}, every)
		})
	}
}

// BenchmarkTorture says what each costs by kB (make torture).
func BenchmarkTorture(b *testing.B) {
	for _, c := range stuffed {
		b.Run(strings.ReplaceAll(c.name, " ", "_"), func(b *testing.B) {
			torture.PerKB(b, stuff(c.before, c.again, c.after, c.too, 62<<10), every)
		})
	}
}
