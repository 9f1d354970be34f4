package relay

import (
	"net/netip"
	"testing"

	"tregua/media"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		packet []byte
		want   packetKind
	}{
		{"empty", nil, foreign},
		{"rtp", rtp(1, ""), rtpPacket},
		{"marker bit", []byte{0x80, 0x88, 11: 0}, rtpPacket},
		{"rtp too short", rtp(1, "")[:11], foreign},
		{"rtcp", rtcp(1), rtcpPacket},
		{"rtcp too short", rtcp(1)[:7], foreign},
		{"lowest rtcp type", []byte{0x80, 192, 7: 0}, rtcpPacket},
		{"highest rtcp type", []byte{0x80, 223, 7: 0}, rtcpPacket},
		{"below rtcp", []byte{0x80, 191, 11: 0}, rtpPacket},
		{"above rtcp", []byte{0x80, 224, 11: 0}, rtpPacket},
		{"version 1", []byte{0x40, 8, 11: 0}, foreign},
		{"version 3", []byte{0xc0, 8, 11: 0}, foreign},
	} {
		if got := kindOf(test.packet); got != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
	}
}

func TestPayload(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		packet []byte
		want   int
	}{
		{"plain", rtp(1, "12345"), 5},
		{"none", rtp(1, ""), 0},
		{"two sources", append([]byte{0x82, 8, 19: 0}, 1, 2, 3), 3},
		{"extension of one word", append([]byte{0x90, 8, 15: 1, 19: 0}, 1, 2), 2},
		{"padding", append([]byte{0xa0, 8, 11: 0}, 1, 2, 0, 0, 3), 2},
		{"padding beyond", append([]byte{0xa0, 8, 11: 0}, 1, 2, 200), 0},
		{"sources beyond", []byte{0x8f, 8, 11: 0}, 0},
		{"extension beyond", []byte{0x90, 8, 14: 255, 15: 255}, 0},
		{"half an extension", []byte{0x90, 8, 13: 0}, 2},
	} {
		if got := len(payload(test.packet)); got != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
	}
}

// Laws: nothing panics, and the payload is part of the packet.
func FuzzPacket(f *testing.F) {
	f.Add(rtp(1, "x"))
	f.Add(rtcp(1))
	f.Fuzz(func(t *testing.T, packet []byte) {
		if kindOf(packet) == rtpPacket && len(payload(packet)) > len(packet)-12 {
			t.Errorf("%d bytes of payload in %d", len(payload(packet)), len(packet))
		}
	})
}

func TestControlPeer(t *testing.T) {
	t.Parallel()
	addr := netip.MustParseAddrPort
	for _, test := range []struct{ peer, rtcp, want netip.AddrPort }{
		{},
		{peer: addr("192.0.2.1:4000"), want: addr("192.0.2.1:4001")},
		{peer: addr("192.0.2.1:4000"), rtcp: addr("192.0.2.2:9"), want: addr("192.0.2.2:9")},
		{peer: addr("192.0.2.1:65535")},
		{peer: addr("192.0.2.1:0")},
	} {
		if got := controlPeer(media.Flow{Peer: test.peer, PeerRTCP: test.rtcp}); got != test.want {
			t.Errorf("%v %v: got %v, want %v", test.peer, test.rtcp, got, test.want)
		}
	}
}

// A peer that moved on paper only, as one behind a NAT does after a hold, is
// latched where it was when nobody comes from elsewhere.
func TestLatchBack(t *testing.T) {
	t.Parallel()
	addr := netip.MustParseAddrPort
	nat, moved := addr("198.51.100.1:7000"), addr("192.168.0.5:4002")
	e := &end{}
	e.setPeer(addr("192.168.0.5:4000"))
	if !e.accept(nat) || e.target() != nat {
		t.Fatal("not latched")
	}
	e.setPeer(moved)
	for i := range lateMax {
		if !e.accept(nat) || e.target() != moved {
			t.Fatalf("packet %d: target %v", i, e.target())
		}
	}
	if !e.accept(nat) || e.target() != nat {
		t.Errorf("target %v, want %v", e.target(), nat)
	}
	if e.accept(addr("198.51.100.9:7000")) {
		t.Error("a stranger is let in")
	}
	if !e.accept(moved) || e.target() != moved {
		t.Error("the signalled address is not believed")
	}
}

func TestTarget(t *testing.T) {
	t.Parallel()
	addr := netip.MustParseAddrPort
	seen := addr("192.0.2.9:9000")
	for _, test := range []struct{ peer, want, latched netip.AddrPort }{
		{},
		{addr("192.0.2.1:4000"), addr("192.0.2.1:4000"), seen},
		{addr("[::ffff:192.0.2.1]:4000"), addr("192.0.2.1:4000"), seen},
		{peer: addr("192.0.2.1:0")},  // an m-line that is refused
		{peer: addr("0.0.0.0:4000")}, // hold
		{peer: addr("[::]:4000")},    // hold
	} {
		e := &end{}
		e.setPeer(test.peer)
		if got := e.target(); got != test.want {
			t.Errorf("%v: to %v, want %v", test.peer, got, test.want)
		}
		e.accept(seen)
		if got := e.target(); got != test.latched {
			t.Errorf("%v: latched, to %v, want %v", test.peer, got, test.latched)
		}
		if e.accept(test.want); test.want.IsValid() && e.latched != test.want {
			t.Errorf("%v: the signalled address is not believed", test.peer)
		}
	}
}

// loose is a worker without a loop and an anchor attached to it, for tests
// that turn it by hand; peer is latched at both legs.
func loose(t testing.TB, peer *phone) (*worker, *anchor) {
	t.Helper()
	free := newPorts(33000, 33999, 0)
	a, err := new(Relay).open(&pool{Pair: Pair{Addr: [2]netip.Addr{loopback, loopback}}, ports: [2]*ports{free, free}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.closeSockets)
	w := &worker{relay: &Relay{config: Config{}.withDefaults()}}
	w.set(a, [2]media.Flow{pass(peer.addr), pass(peer.addr)})
	return w, a
}

// bound is where leg sends its RTP to.
func bound(a *anchor, leg media.Leg) netip.AddrPort {
	return netip.AddrPortFrom(loopback, a.port[leg])
}

func TestPacketPathAllocatesNothing(t *testing.T) {
	p := newPhone(t, loopback)
	w, a := loose(t, p)
	in := bound(a, media.A)
	stranger := newPhone(t, loopback)
	packet, noise := rtp(1, "payload"), []byte("noise")
	buf := make([]byte, 1500)
	n := testing.AllocsPerRun(500, func() {
		stranger.send(in, noise)
		p.send(in, packet)
		w.forward(&a.rtp[media.A])
		w.forward(&a.rtp[media.A])
		w.forward(&a.rtp[media.A]) // nothing waits
		if _, _, err := p.conn.ReadFromUDPAddrPort(buf); err != nil {
			t.Fatal(err)
		}
	})
	if n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// What the kernel drops because the worker is late is counted, and little is
// kept: late packets are worth nothing.
func TestKernelDrops(t *testing.T) {
	t.Parallel()
	p := newPhone(t, loopback)
	w, a := loose(t, p)
	const sent = 500
	for range sent {
		p.send(bound(a, media.B), rtp(1, string(make([]byte, 160))))
	}
	kept := 0
	for !silent(a.rtp[media.B].fd) {
		w.forward(&a.rtp[media.B])
		kept++
	}
	if kept < 16 || kept > 64 {
		t.Errorf("%d packets were kept", kept)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	got, lost := a.stats()
	if got.Dropped[media.B] != uint64(sent-kept) || got.Received[media.B].Packets != uint64(kept) || lost != got.Dropped {
		t.Errorf("got %+v, %v lost, kept %d of %d", got, lost, kept, sent)
	}
}

func TestSendError(t *testing.T) {
	t.Parallel()
	p := newPhone(t, loopback)
	w, a := loose(t, p)
	a.rtp[media.B].peer = netip.MustParseAddrPort("[::1]:4000") // of no use to an IPv4 socket
	p.send(bound(a, media.A), rtp(1, ""))
	w.forward(&a.rtp[media.A])
	if got := w.totals.sendErrors.Load(); got != 1 || a.count[media.A].dropped.Load() != 1 {
		t.Errorf("%d send errors, want 1", got)
	}
}

func TestClosedPassesNothing(t *testing.T) {
	t.Parallel()
	p := newPhone(t, loopback)
	w, a := loose(t, p)
	a.closed.Store(true)
	if _, size := w.route(&a.rtp[media.A], p.addr, rtp(1, "")); size > 0 || w.totals.late.Load() != 1 {
		t.Error("a packet passed a closed anchor")
	}
}

// BenchmarkPath is one packet through one worker: received, judged, sent; and
// the phone's own two system calls.
func BenchmarkPath(b *testing.B) {
	p := newPhone(b, loopback)
	w, a := loose(b, p)
	in, packet, buf := bound(a, media.A), rtp(1, string(make([]byte, 160))), make([]byte, 1500)
	b.ReportAllocs()
	for b.Loop() {
		p.send(in, packet)
		w.forward(&a.rtp[media.A])
		if _, _, err := p.conn.ReadFromUDPAddrPort(buf); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "packets/s")
}

func BenchmarkRoute(b *testing.B) {
	p := newPhone(b, loopback)
	w, a := loose(b, p)
	packet := rtp(1, string(make([]byte, 160)))
	for b.Loop() {
		w.route(&a.rtp[media.A], p.addr, packet)
	}
}

// BenchmarkRelay sends bursts of packets through a running relay, a socket
// pair each, and waits for all of them.
func BenchmarkRelay(b *testing.B) {
	r := start(b, Config{Workers: 1})
	var calls []*call
	for range 64 {
		calls = append(calls, newCall(b, r))
	}
	packet, buf := rtp(1, string(make([]byte, 160))), make([]byte, 1500)
	rounds := 0
	for b.Loop() {
		for _, c := range calls {
			c.phone[media.A].send(c.anchor.Addr[media.A], packet)
		}
		for _, c := range calls {
			if _, _, err := c.phone[media.B].conn.ReadFromUDPAddrPort(buf); err != nil {
				b.Fatal(err)
			}
		}
		rounds++
	}
	b.ReportMetric(float64(rounds*len(calls))/b.Elapsed().Seconds(), "packets/s")
}
