package relay

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tregua/media"
)

// A restart in the middle of calls: the peers go on sending to the same ports,
// what they send in between is lost, and nothing else is.
func TestRestart(t *testing.T) {
	t.Parallel()
	// Eight ports, all of them open in waiting anchors of the second relay.
	c := Config{PortMin: 32600, PortMax: 32615, Pool: 4, Drain: time.Millisecond}
	r, stop := startToStop(t, c)
	calls := []*call{newCall(t, r), newCall(t, r)}
	calls[1].phone[media.A] = newPhone(t, loopback) // behind a NAT
	seq := byte(0)
	talk := func() {
		t.Helper()
		for _, call := range calls {
			for range 3 {
				seq++
				call.talks(media.A, rtp(seq, "caller"))
				call.talks(media.B, rtp(seq, "callee"))
			}
		}
	}
	talk()
	stop()
	for _, call := range calls {
		call.phone[media.A].send(call.anchor.Addr[media.A], rtp(255, "nobody is there"))
	}
	r = start(t, c)
	for i, call := range calls {
		a, err := r.Reopen(call.anchor.Addr, owner)
		if err != nil || a.Addr != call.anchor.Addr {
			t.Fatalf("%+v, %v; want %v", a, err, call.anchor.Addr)
		}
		call.phone[media.A].send(a.Addr[media.A], rtp(254, "before its SDP"))
		call.r, call.anchor = r, a
		set(t, r, a.ID, media.A, pass(call.phone[media.A].addr))
		set(t, r, a.ID, media.B, pass(call.phone[media.B].addr))
		if got := r.Stats().Strange; got != uint64(i+1) {
			t.Errorf("%d strange packets, want %d", got, i+1)
		}
	}
	talk()
	calls[0].phone[media.A].send(calls[1].anchor.Addr[media.A], rtp(0, "a stranger"))
	eventually(t, func() bool { return r.Stats().Strange == 3 })
	if got := r.Heard(calls[0].anchor.ID); got != (media.Heard{}) {
		t.Errorf("heard %+v", got)
	}
	noneTwice(t, r, calls)
}

// noneTwice leases what is left of eight ports beside those of two calls.
func noneTwice(t *testing.T, r *Relay, calls []*call) {
	t.Helper()
	taken := make(map[uint16]bool)
	note := func(a media.Anchor) {
		for _, addr := range a.Addr {
			if taken[addr.Port()] {
				t.Errorf("port %d is leased twice", addr.Port())
			}
			taken[addr.Port()] = true
		}
	}
	for _, call := range calls {
		note(call.anchor)
	}
	eventually(t, func() bool { // those of anchors taken apart rest first
		if a, err := r.Lease(loopback, loopback, 0); err == nil {
			note(a)
		}
		return len(taken) == 8
	})
	if _, err := r.Lease(loopback, loopback, 0); !errors.Is(err, ErrExhausted) {
		t.Errorf("a ninth port: %v", err)
	}
	for _, call := range calls {
		if _, err := r.Reopen(call.anchor.Addr, owner); err == nil || !strings.Contains(err.Error(), "is leased to another call") {
			t.Errorf("reopened twice: %v", err)
		}
		r.Close(call.anchor.ID)
	}
	eventually(t, func() bool { return r.Stats().FreePorts+2*r.Stats().Pooled == 4 })
}

// While anchors that wait come and go, each of many calls gets its ports back:
// they are found wherever they are.
func TestReopenWhileFilling(t *testing.T) {
	t.Parallel()
	r := start(t, Config{PortMin: 32300, PortMax: 32427, Pool: 12, Drain: time.Nanosecond})
	var churn sync.WaitGroup
	defer churn.Wait()
	var over atomic.Bool
	defer over.Store(true)
	churn.Go(func() {
		for !over.Load() {
			r.filling.Lock()
			if a, _, err := r.obtain(keyOf(loopback, loopback)); err == nil {
				r.discard(a)
			}
			r.filling.Unlock()
			if err := r.fill(); err != nil {
				t.Error(err)
			}
		}
	})
	for round := range 10 {
		var open []media.Anchor
		for port := uint16(32300); port < 32380; port += 4 {
			addr := [2]netip.AddrPort{netip.AddrPortFrom(loopback, port+2), netip.AddrPortFrom(loopback, port)}
			a, err := r.Reopen(addr, owner)
			if err != nil {
				t.Fatalf("round %d: %v", round, err)
			}
			open = append(open, a)
		}
		for _, a := range open {
			r.Close(a.ID)
		}
		eventually(t, func() bool { return r.workers[0].anchors.Load() == 0 })
	}
}

func TestReopenErrors(t *testing.T) {
	t.Parallel()
	public, at := netip.MustParseAddr("203.0.113.7"), netip.AddrPortFrom
	other, err := openSocket(at(loopback, 32433))
	if err != nil {
		t.Fatal(err)
	}
	defer closeFD(other)
	r, err := New(Config{
		Pairs:   []Pair{{Addr: [2]netip.Addr{loopback, public}, Bind: [2]netip.Addr{1: loopback}}},
		PortMin: 32430, PortMax: 32440, Pool: 1, Workers: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	defer r.closeAll()
	free := func() int { s := r.Stats(); return s.FreePorts + 2*s.Pooled }
	for name, test := range map[string]struct {
		addr [2]netip.AddrPort
		want string
	}{
		"pair":    {[2]netip.AddrPort{at(public, 32430), at(public, 32434)}, "no pair of addresses 203.0.113.7 and 203.0.113.7"},
		"nothing": {[2]netip.AddrPort{}, "no pair of addresses"},
		"below":   {[2]netip.AddrPort{at(loopback, 32428), at(public, 32430)}, "port 32428 is no even one of 32430-32440"},
		"above":   {[2]netip.AddrPort{at(loopback, 32430), at(public, 32440)}, "port 32440 is no even one of 32430-32440"},
		"odd":     {[2]netip.AddrPort{at(loopback, 32430), at(public, 32435)}, "port 32435 is no even one"},
		"one":     {[2]netip.AddrPort{at(loopback, 32430), at(public, 32430)}, "port 32430 of leg 1 is leased"},
		"program": {[2]netip.AddrPort{at(loopback, 32430), at(public, 32432)}, "udp 127.0.0.1:32433: bind: address already in use"},
	} {
		_, err := r.Reopen(test.addr, owner)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "relay: reopen ") {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
		if name == "program" && !errors.Is(err, unix.EADDRINUSE) {
			t.Errorf("%s: %v", name, err)
		}
		if got := free(); got != 5 {
			t.Errorf("%s: %d ports are left of 5", name, got)
		}
	}
	if _, err := r.Reopen([2]netip.AddrPort{at(loopback, 32436), at(public, 32438)}, owner); err != nil || free() != 3 {
		t.Errorf("%v, %d ports are left of 3", err, free())
	}
	if err := r.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Reopen([2]netip.AddrPort{at(loopback, 32430), at(public, 32434)}, owner); !errors.Is(err, ErrClosed) {
		t.Errorf("after the end: %v", err)
	}
}
