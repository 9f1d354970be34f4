package replay_test

import (
	"bytes"
	"net/netip"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/media"
	"tregua/media/replay"
	"tregua/media/replay/replaytest"
)

// TestCensus finds conversations and nothing else.
func TestCensus(t *testing.T) {
	t.Parallel()
	var c replaytest.Capture
	sound := pcma(replaytest.Noise(0.2, -60)) // 10 packets
	c.RTP(time.Second, pbx, callee, 8, sound, nil)
	c.RTP(2*time.Second, callee, pbx, 8, sound[:6*160], nil)
	c.RTP(40*time.Second, callee, pbx, 8, sound, nil) // the same ports, another call
	farRTCP := netip.MustParseAddrPort("10.0.0.30:5001")
	other := netip.MustParseAddrPort("10.0.0.9:53")
	c.RTP(0, other, pbx, 8, sound[:4*160], nil) // too few to be certain
	for i := range 20 {
		c.UDP(0, other, farRTCP, []byte{0x80, 200, 0, byte(i), 0, 0, 0, 1, 0, 0, 0, 0})       // RTCP
		c.UDP(0, other, callee, []byte{0x80, 8, byte(i), byte(i), 0, 0, 0, 1, 0, 0, 0, 0})    // numbers that do not go on
		c.UDP(0, other, pbx, []byte("INVITE sip:391@x SIP/2.0\r\n\r\n"))                      // SIP
		c.UDP(0, pbx6, far6, []byte{0x80, 8, 0, byte(i), 0, 0, 0, 1, byte(i), byte(i), 0, 0}) // an SSRC each
	}
	var census replay.Census
	if _, err := replay.Read(bytes.NewReader(c.PCAP()), census.Take); err != nil {
		t.Fatal(err)
	}
	type talk struct {
		Ends        [2]netip.AddrPort
		First, Last time.Duration
		Packets     [2]int
	}
	var got []talk
	for _, v := range census.Conversations() {
		got = append(got, talk{v.Ends, v.First, v.Last, v.Packets})
	}
	ends := [2]netip.AddrPort{pbx, callee}
	want := []talk{
		{ends, time.Second, 2100 * time.Millisecond, [2]int{10, 6}},
		{ends, 40 * time.Second, 40*time.Second + 180*time.Millisecond, [2]int{0, 10}},
	}
	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b netip.AddrPort) bool { return a == b })); diff != "" {
		t.Errorf("conversations (-want +got):\n%s", diff)
	}
	call := census.Conversations()[0].Call(1, 300*time.Millisecond)
	if call.Answered != 1300*time.Millisecond || call.Media[media.A][0] != callee || call.Media[media.B][0] != pbx {
		t.Errorf("the call with the second end as the PBX: %+v", call)
	}
}

// TestCensusForgets: what was heard long ago takes nobody's place.
func TestCensusForgets(t *testing.T) {
	t.Parallel()
	var census replay.Census
	give := func(at time.Duration, from netip.AddrPort, n int) {
		for i := range n {
			census.Take(&replay.Datagram{At: at, From: from, To: callee, Payload: []byte{0x80, 8, 0, byte(i), 0, 0, 0, 1, 0, 0, 0, 1}})
		}
	}
	for i := range 1<<16 + 10 {
		give(time.Second, netip.AddrPortFrom(netip.AddrFrom4([4]byte{11, byte(i >> 16), byte(i >> 8), byte(i)}), 4000), 1)
	}
	give(time.Minute, pbx, 10)
	if n := len(census.Conversations()); n != 1 || census.Ignored != 10 {
		t.Errorf("%d conversations, %d datagrams ignored; want 1 and 10", n, census.Ignored)
	}
}
