package relay

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"tregua/media"
)

// Calls one after the other on the same sockets: each is as if it were the
// first.
func TestAgain(t *testing.T) {
	t.Parallel()
	r := start(t, Config{PortMin: 32470, PortMax: 32473, Pool: 1, Drain: time.Millisecond, Workers: 1})
	var before [2]*phone
	for round := range 5 {
		c := &call{r: r, phone: [2]*phone{newPhone(t, loopback), newPhone(t, loopback)}}
		eventually(t, func() (ok bool) {
			var err error
			c.anchor, err = r.Lease(loopback, loopback, 0)
			return err == nil
		})
		if round > 0 { // who called before sends early, more than is kept, and again
			for range 500 {
				before[media.A].send(c.anchor.Addr[media.A], rtp(0, "before"))
			}
		}
		for leg, p := range c.phone {
			set(t, r, c.anchor.ID, media.Leg(leg), pass(p.addr))
		}
		c.talks(media.A, rtp(1, "caller"))
		c.talks(media.B, rtp(2, "callee"))
		want := media.Stats{Received: [2]media.Count{{Packets: 1, Bytes: 6}, {Packets: 1, Bytes: 6}}}
		if round > 0 {
			before[media.A].send(c.anchor.Addr[media.A], rtp(3, "before"))
			c.talks(media.A, rtp(4, "caller"))
			want.Received[media.A], want.Dropped[media.A] = media.Count{Packets: 2, Bytes: 12}, 501
		}
		if got := r.Close(c.anchor.ID); got != want {
			t.Errorf("round %d: got %+v, want %+v", round, got, want)
		}
		before = c.phone
	}
}

// Not all sockets are kept: files may be short.
func TestRestMost(t *testing.T) {
	t.Parallel()
	free := newPorts(32710, 32717, 0)
	p := &pool{Pair: Pair{Addr: [2]netip.Addr{loopback, loopback}}, ports: [2]*ports{free, free}}
	r := &Relay{pools: map[[2]netip.Addr]*pool{{}: p}}
	var ended [2]*anchor
	for i := range ended {
		var err error
		if ended[i], err = r.open(p); err != nil {
			t.Fatal(err)
		}
		ended[i].retire()
	}
	p.resting = make([]*anchor, restMost-1)
	for i, a := range ended {
		r.rest(a)
		if len(p.resting) != restMost || free.n != 2*i {
			t.Errorf("%d rest, %d ports are free", len(p.resting), free.n)
		}
	}
	ended[0].closeRetired()
}

// Sockets are used again when they have rested and nothing has come to them.
func TestRenew(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		ended   time.Duration // before now
		packets int
		again   bool
	}{
		"rested":     {ended: 2 * time.Hour, again: true},
		"too early":  {ended: time.Minute},
		"a late one": {ended: 2 * time.Hour, packets: 1},
		"a flood":    {ended: 2 * time.Hour, packets: 500},
	} {
		t.Run(name, func(t *testing.T) { // one at a time: they have the same ports
			free := newPorts(32480, 32499, 0)
			p := &pool{Pair: Pair{Addr: [2]netip.Addr{loopback, loopback}}, ports: [2]*ports{free, free}}
			r, peer := new(Relay), newPhone(t, loopback)
			old, err := r.open(p)
			if err != nil {
				t.Fatal(err)
			}
			if !old.retire() || old.retire() {
				t.Error("the sockets can be taken twice")
			}
			free.rest, old.ended = time.Hour, time.Now().Add(-test.ended)
			p.resting = []*anchor{old}
			for range test.packets {
				peer.send(bound(old, media.B), rtp(1, "late"))
			}
			a, err := r.open(p)
			if err != nil {
				t.Fatal(err)
			}
			defer a.closeSockets()
			if again := a.port == old.port; again != test.again || again != (a.rtp[0].fd == old.rtp[0].fd) {
				t.Errorf("the same ports: %v, want %v", again, test.again)
			}
			if !a.quiet() || a == old || a.gone {
				t.Error("it is not as new")
			}
			if test.again {
				return
			}
			if kept := len(p.resting) == 1; kept != (test.packets == 0) || !kept && free.n != 8 {
				t.Errorf("%d rest with their sockets, %d ports are left", len(p.resting), free.n)
			}
			for _, a := range p.resting {
				a.closeRetired()
			}
		})
	}
}

// Sockets that rest for one pair of addresses are no loss for another one, once
// they have rested.
func TestEvict(t *testing.T) {
	t.Parallel()
	free := newPorts(32720, 32723, 0)
	pair := Pair{Addr: [2]netip.Addr{loopback, loopback}}
	one := &pool{Pair: pair, ports: [2]*ports{free, free}}
	two := &pool{Pair: pair, ports: [2]*ports{free, free}}
	r := &Relay{pools: map[[2]netip.Addr]*pool{{loopback}: one, {}: two}}
	old, err := r.open(one)
	if err != nil || !old.retire() {
		t.Fatal(err)
	}
	one.resting = []*anchor{old}
	free.rest, old.ended = time.Hour, time.Now()
	if _, err := r.open(two); !errors.Is(err, ErrExhausted) || len(one.resting) != 1 {
		t.Fatalf("%v: they have not rested", err)
	}
	old.ended = old.ended.Add(-time.Hour)
	a, err := r.open(two)
	if err != nil || len(one.resting) != 0 {
		t.Fatal(err)
	}
	a.closeSockets()
}
