package relay

import (
	"net/netip"
	"testing"
	"time"

	"tregua/media"
)

// What comes before both legs have said where they are is thrown away, however
// much it is, latches nothing, and is not the worker's loss.
func TestEarly(t *testing.T) {
	t.Parallel()
	r := start(t, Config{})
	a, stranger := lease(t, r), newPhone(t, loopback)
	c := &call{r, a, [2]*phone{newPhone(t, loopback), newPhone(t, loopback)}}
	const sent = 500
	for range sent / 2 {
		stranger.send(a.Addr[media.A], rtp(1, "early"))
		stranger.send(next(a.Addr[media.B]), rtcp(1))
	}
	set(t, r, a.ID, media.A, pass(c.phone[media.A].addr))
	if got := r.Stats().Strange; got != 0 {
		t.Errorf("%d packets were looked at for one leg", got)
	}
	c.phone[media.A] = newPhone(t, loopback) // elsewhere than its SDP says
	set(t, r, a.ID, media.B, pass(c.phone[media.B].addr))
	c.talks(media.A, rtp(2, "the first packet"))
	c.talks(media.B, rtp(2, "the first packet"))
	want := media.Stats{
		Received: [2]media.Count{{Packets: 1, Bytes: 16}, {Packets: 1, Bytes: 16}},
		Dropped:  [2]uint64{sent / 2, sent / 2},
	}
	if got := r.Close(a.ID); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := r.Stats(); got.Strange != sent || got.Lost != 0 {
		t.Errorf("%d strange and %d lost, want %d and none", got.Strange, got.Lost, sent)
	}
}

// A call that comes to nothing is none of the worker's business: there is none
// here, and the ports are free again.
func TestUnused(t *testing.T) {
	t.Parallel()
	r, err := New(Config{Pairs: []Pair{{Addr: [2]netip.Addr{loopback, loopback}}}, PortMin: 32450, PortMax: 32459, Pool: 1, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer r.closeAll()
	a, p := lease(t, r), newPhone(t, loopback)
	for range 500 {
		p.send(a.Addr[media.A], rtp(1, "to nobody"))
	}
	r.Set(a.ID, media.A, pass(p.addr))
	if got := r.Close(a.ID); got.Dropped[media.A] == 0 || got.Received[media.A].Packets != 0 {
		t.Errorf("got %+v", got)
	}
	if got := r.Stats(); got.FreePorts != 5 || got.Lost != 0 || r.workers[0].anchors.Load() != 0 {
		t.Errorf("got %+v", got)
	}
}

// The worker is not woken for the end of a call, and does not need a packet to
// see it.
func TestSwept(t *testing.T) {
	t.Parallel()
	c := newCall(t, start(t, Config{PortMin: 32460, PortMax: 32469, Pool: 1, Workers: 1, Drain: time.Hour}))
	c.r.Close(c.anchor.ID)
	eventually(t, func() bool { s := c.r.Stats(); return s.FreePorts+2*s.Pooled == 5 })
}
