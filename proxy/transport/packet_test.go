package transport

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"testing"
)

// FuzzName: what setName writes from reads, in both families, whatever the
// packet carried before.
func FuzzName(f *testing.F) {
	f.Add([]byte{192, 0, 2, 1}, uint16(5060), uint32(0))
	f.Add(netip.MustParseAddr("2001:db8::1").AsSlice(), uint16(1), uint32(0))
	f.Add(netip.MustParseAddr("fe80::1").AsSlice(), uint16(65535), uint32(7))
	f.Add(netip.MustParseAddr("::ffff:192.0.2.1").AsSlice(), uint16(0), uint32(1<<32-1))
	var p packet
	f.Fuzz(func(t *testing.T, ip []byte, port uint16, scope uint32) {
		addr, ok := netip.AddrFromSlice(ip)
		if !ok {
			return
		}
		p.name.Scope_id = scope // left by another packet, or this one's
		if _, err := p.setName(netip.AddrPortFrom(addr, port)); err != nil {
			t.Fatal(err)
		}
		if got, want := p.from(), netip.AddrPortFrom(addr.Unmap(), port); got != want {
			t.Fatalf("%v came back as %v", want, got)
		}
		if addr.Unmap().Is4() {
			return
		}
		p.name.Scope_id = scope
		zoned := p.from()
		if _, err := p.setName(zoned); err != nil || p.name.Scope_id != scope {
			t.Fatalf("%v: scope %d, %v", zoned, p.name.Scope_id, err)
		}
	})
}

func TestZones(t *testing.T) {
	t.Parallel()
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		t.Fatal(err)
	}
	for zone, want := range map[string]uint32{"": 0, "3": 3, "lo": uint32(lo.Index)} {
		if got, err := scopeOf(zone); err != nil || got != want {
			t.Errorf("%q: %d, %v, want %d", zone, got, err, want)
		}
	}
	if _, err := scopeOf("no such interface"); err == nil {
		t.Error("an unknown interface has an index")
	}
}

// TestMore: of the datagrams that one system call brings, each says whether
// another follows at once.
func TestMore(t *testing.T) {
	t.Parallel()
	u, err := Listen(0, netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range batch + 2 {
		if err := u.Send(to(u.Addr(), u.Addr()), []byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var more []bool
	err = u.Run(ctx, func(d Datagram) {
		if len(d.Data) != 1 || int(d.Data[0]) != len(more) {
			t.Errorf("datagram %d is %v", len(more), d.Data)
		}
		if more = append(more, d.More); len(more) == batch+2 {
			cancel()
		}
	})
	if err != nil {
		t.Error(err)
	}
	want := slices.Repeat([]bool{true}, batch+2)
	want[batch-1], want[batch+1] = false, false
	if !slices.Equal(more, want) {
		t.Errorf("got %v, want %v", more, want)
	}
}
