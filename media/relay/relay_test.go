package relay

import (
	"net/netip"
	"testing"

	"tregua/media"
)

func TestBothWays(t *testing.T) {
	t.Parallel()
	c := newCall(t, start(t, Config{}))
	for i := range byte(5) {
		c.talks(media.A, rtp(i, "from the caller"))
		c.talks(media.B, rtp(i, "from the callee"))
	}
	want := media.Stats{Received: [2]media.Count{{Packets: 5, Bytes: 75}, {Packets: 5, Bytes: 75}}}
	if got := c.r.Close(c.anchor.ID); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := c.r.Close(c.anchor.ID); got != (media.Stats{}) {
		t.Errorf("a second close counts %+v", got)
	}
}

func TestIPv6ToIPv4(t *testing.T) {
	t.Parallel()
	six := netip.IPv6Loopback()
	r := start(t, Config{Pairs: []Pair{{Addr: [2]netip.Addr{six, loopback}}}})
	a, err := r.Lease(six, loopback, 0)
	if err != nil {
		t.Fatal(err)
	}
	c := &call{r, a, [2]*phone{newPhone(t, six), newPhone(t, loopback)}}
	set(t, r, a.ID, media.A, pass(c.phone[0].addr))
	set(t, r, a.ID, media.B, pass(c.phone[1].addr))
	c.talks(media.A, rtp(1, "six"))
	c.talks(media.B, rtp(2, "four"))
}

func TestLatchElsewhere(t *testing.T) {
	t.Parallel()
	c := newCall(t, start(t, Config{}))
	// Leg A is behind a NAT: it sends from another address than its SDP has.
	c.phone[media.A] = newPhone(t, loopback)
	c.talks(media.A, rtp(1, "from behind"))
	c.talks(media.B, rtp(2, "to where it is"))
}

func TestStranger(t *testing.T) {
	t.Parallel()
	c := newCall(t, start(t, Config{}))
	c.talks(media.A, rtp(1, "latched"))
	newPhone(t, loopback).send(c.anchor.Addr[media.A], rtp(2, "stranger"))
	c.talks(media.A, rtp(3, "next"))
	c.talks(media.B, rtp(4, "to the caller"))
	if got := c.r.Stats().Strange; got != 1 {
		t.Errorf("%d strange packets, want 1", got)
	}
	if got := c.r.Close(c.anchor.ID); got.Dropped != [2]uint64{1, 0} || got.Received[0].Packets != 2 {
		t.Errorf("got %+v", got)
	}
}

func TestStrangerFirst(t *testing.T) {
	t.Parallel()
	c := newCall(t, start(t, Config{}))
	stranger := newPhone(t, loopback)
	stranger.send(c.anchor.Addr[media.A], rtp(1, "first"))
	c.phone[media.B].hears(c.anchor.Addr[media.B], rtp(1, "first"))
	c.talks(media.A, rtp(2, "the signalled address is believed"))
	stranger.send(c.anchor.Addr[media.A], rtp(3, "again"))
	c.talks(media.A, rtp(4, "goes on"))
}

func TestBeforeSDP(t *testing.T) {
	t.Parallel()
	r := start(t, Config{})
	a := lease(t, r)
	early, late, callee := newPhone(t, loopback), newPhone(t, loopback), newPhone(t, loopback)
	set(t, r, a.ID, media.B, pass(callee.addr))
	early.send(a.Addr[media.A], rtp(1, "no SDP yet"))
	set(t, r, a.ID, media.A, pass(late.addr))
	if got := r.Stats().Strange; got != 1 {
		t.Errorf("%d strange packets, want 1", got)
	}
	late.send(a.Addr[media.A], rtp(2, "now"))
	callee.hears(a.Addr[media.B], rtp(2, "now"))
}

func TestMove(t *testing.T) {
	t.Parallel()
	c := newCall(t, start(t, Config{}))
	c.talks(media.A, rtp(1, "here"))
	old, agent := c.phone[media.A], newPhone(t, loopback)
	set(t, c.r, c.anchor.ID, media.A, pass(agent.addr))
	c.talks(media.A, rtp(2, "still on the way"))
	c.phone[media.A] = agent
	c.talks(media.B, rtp(3, "there already"))
	c.talks(media.A, rtp(4, "moved"))
	old.send(c.anchor.Addr[media.A], rtp(5, "a stranger now"))
	c.talks(media.A, rtp(6, "next"))
}

func TestSameFlowAgain(t *testing.T) {
	t.Parallel()
	c := newCall(t, start(t, Config{}))
	signalled := c.phone[media.A].addr
	c.phone[media.A] = newPhone(t, loopback)
	c.talks(media.A, rtp(1, "latched"))
	set(t, c.r, c.anchor.ID, media.A, pass(signalled))
	c.talks(media.B, rtp(2, "still latched"))
}

func TestMute(t *testing.T) {
	t.Parallel()
	c := newCall(t, start(t, Config{}))
	caller := c.phone[media.A].addr
	set(t, c.r, c.anchor.ID, media.A, media.Flow{Mode: media.Mute, Peer: caller})
	c.phone[media.A].send(c.anchor.Addr[media.A], rtp(1, "unheard"))
	c.talks(media.B, rtp(2, "the other way"))
	eventually(t, func() bool { return c.r.Stats().Muted == 1 })
	set(t, c.r, c.anchor.ID, media.A, pass(caller))
	c.talks(media.A, rtp(3, "heard"))
	got := c.r.Close(c.anchor.ID)
	if got.Received[0].Packets != 2 || got.Dropped != [2]uint64{1, 0} {
		t.Errorf("got %+v, want 2 received and 1 dropped of leg A", got)
	}
}

func TestHold(t *testing.T) {
	t.Parallel()
	c := newCall(t, start(t, Config{}))
	caller := c.phone[media.A].addr
	c.talks(media.A, rtp(1, "before"))
	set(t, c.r, c.anchor.ID, media.A, pass(netip.AddrPortFrom(netip.IPv4Unspecified(), caller.Port())))
	c.phone[media.B].send(c.anchor.Addr[media.B], rtp(2, "to nobody"))
	eventually(t, func() bool { return c.r.Stats().Nowhere == 1 })
	set(t, c.r, c.anchor.ID, media.A, pass(caller))
	c.talks(media.B, rtp(3, "after"))
}

func TestRTCP(t *testing.T) {
	t.Parallel()
	r := start(t, Config{})
	a := lease(t, r)
	caller, control, callee := newPhone(t, loopback), newPhone(t, loopback), newPhone(t, loopback)
	set(t, r, a.ID, media.A, media.Flow{Mode: media.Pass, Peer: caller.addr, PeerRTCP: control.addr})
	set(t, r, a.ID, media.B, media.Flow{Mode: media.Pass, Peer: callee.addr, PeerRTCP: callee.addr})
	control.send(next(a.Addr[media.A]), rtcp(1))
	callee.hears(next(a.Addr[media.B]), rtcp(1))
	callee.send(next(a.Addr[media.B]), rtcp(2))
	control.hears(next(a.Addr[media.A]), rtcp(2))
	// RTP is not let in by the RTCP port; RTCP on the RTP port (RFC 5761) is.
	control.send(next(a.Addr[media.A]), rtp(3, "lost"))
	caller.send(a.Addr[media.A], rtcp(4))
	callee.hears(a.Addr[media.B], rtcp(4))
	if got := r.Stats(); got.RTCP != 3 || got.Malformed != 1 || got.Packets != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestMalformed(t *testing.T) {
	t.Parallel()
	c := newCall(t, start(t, Config{}))
	for _, p := range [][]byte{{}, {0x80}, rtp(1, "")[:11], append([]byte{0, 1, 0, 0}, "a stun packet......."...), {0xc0, 8, 15: 0}} {
		c.phone[media.A].send(c.anchor.Addr[media.A], p)
	}
	c.talks(media.A, rtp(2, ""))
	if got := c.r.Close(c.anchor.ID); got.Dropped[0] != 5 {
		t.Errorf("%d dropped, want 5", got.Dropped[0])
	}
}
