package relay

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"tregua/media"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// patience is how long a test waits for what must come.
const patience = 10 * time.Second

// start runs a relay on loopback until the test's end.
func start(t testing.TB, c Config) *Relay {
	t.Helper()
	r, _ := startToStop(t, c)
	return r
}

// startToStop runs a relay until stop, or the test's end.
func startToStop(t testing.TB, c Config) (r *Relay, stop func()) {
	t.Helper()
	if c.Pairs == nil {
		c.Pairs = []Pair{{Addr: [2]netip.Addr{loopback, loopback}}}
	}
	if c.PortMin == 0 {
		c.PortMin, c.PortMax = 30000, 31999
	}
	if c.Pool == 0 {
		c.Pool = 2
	}
	r, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil && !errors.Is(err, ErrDown) {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return r, stop
}

func lease(t testing.TB, r *Relay) media.Anchor {
	t.Helper()
	a, err := r.Lease(loopback, loopback, 0)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// set sets a flow and waits until it is in force.
func set(t testing.TB, r *Relay, id media.AnchorID, leg media.Leg, f media.Flow) {
	t.Helper()
	r.Set(id, leg, f)
	taken(t, r, id) // the worker has begun with it ...
	r.Set(id, leg, f)
	taken(t, r, id) // ... and is at the next
}

func taken(t testing.TB, r *Relay, id media.AnchorID) {
	t.Helper()
	r.mu.Lock()
	a := r.anchors[id]
	r.mu.Unlock()
	eventually(t, func() bool {
		a.mu.Lock()
		defer a.mu.Unlock()
		return !a.queued
	})
}

func eventually(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); runtime.Gosched() {
		if time.Now().After(end) {
			t.Fatal("it never came to pass")
		}
	}
}

// phone is a socket of a peer.
type phone struct {
	t    testing.TB
	conn *net.UDPConn
	addr netip.AddrPort
}

func newPhone(t testing.TB, at netip.Addr) *phone {
	t.Helper()
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(at, 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &phone{t, conn, conn.LocalAddr().(*net.UDPAddr).AddrPort()}
}

func (p *phone) send(to netip.AddrPort, packet []byte) {
	p.t.Helper()
	if _, err := p.conn.WriteToUDPAddrPort(packet, to); err != nil {
		p.t.Fatal(err)
	}
}

// next is the next packet that comes; it must come from that address.
func (p *phone) next(from netip.AddrPort) []byte {
	p.t.Helper()
	buf := make([]byte, 65536)
	if err := p.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		p.t.Fatal(err)
	}
	n, src, err := p.conn.ReadFromUDPAddrPort(buf)
	if err != nil {
		p.t.Fatal(err)
	}
	if src != from {
		p.t.Errorf("got %x from %s, want one from %s", buf[:n], src, from)
	}
	return buf[:n]
}

// hears wants packet to be the next that comes, from that address.
func (p *phone) hears(from netip.AddrPort, packet []byte) {
	p.t.Helper()
	if got := p.next(from); !bytes.Equal(got, packet) {
		p.t.Errorf("got %x, want %x", got, packet)
	}
}

// rtp is a packet with that sequence number and payload.
func rtp(seq byte, payload string) []byte {
	return append([]byte{0x80, 8, 0, seq, 0, 0, 0, seq, 1, 2, 3, 4}, payload...)
}

// rtcp is an empty receiver report.
func rtcp(ssrc byte) []byte { return []byte{0x80, 201, 0, 1, 0, 0, 0, ssrc} }

func next(p netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(p.Addr(), p.Port()+1) }

func pass(peer netip.AddrPort) media.Flow { return media.Flow{Mode: media.Pass, Peer: peer} }

// call is two phones at the two legs of an anchor, each where its SDP says.
type call struct {
	r      *Relay
	anchor media.Anchor
	phone  [2]*phone
}

func newCall(t testing.TB, r *Relay) *call {
	t.Helper()
	c := &call{r, lease(t, r), [2]*phone{newPhone(t, loopback), newPhone(t, loopback)}}
	for leg, p := range c.phone {
		set(t, r, c.anchor.ID, media.Leg(leg), pass(p.addr))
	}
	return c
}

// talks wants a packet from that leg to reach the other.
func (c *call) talks(from media.Leg, packet []byte) {
	c.phone[from].t.Helper()
	c.phone[from].send(c.anchor.Addr[from], packet)
	c.phone[from.Other()].hears(c.anchor.Addr[from.Other()], packet)
}
