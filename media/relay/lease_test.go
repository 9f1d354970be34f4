package relay

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tregua/media"
	"tregua/media/detect"
)

func TestExhausted(t *testing.T) {
	t.Parallel()
	r := start(t, Config{PortMin: 32000, PortMax: 32007, Drain: time.Hour})
	first, second := lease(t, r), lease(t, r)
	if _, err := r.Lease(loopback, loopback, 0); !errors.Is(err, ErrExhausted) {
		t.Fatalf("got %v, want exhausted", err)
	}
	if a, b := first.Addr[0].Port()|first.Addr[1].Port(), second.Addr[0].Port()|second.Addr[1].Port(); (a|b)%2 != 0 {
		t.Errorf("odd ports: %v %v", first, second)
	}
	// A port given back rests: the next call must not get late packets.
	r.Close(first.ID)
	eventually(t, func() bool { return r.Stats().FreePorts == 2 })
	if _, err := r.Lease(loopback, loopback, 0); !errors.Is(err, ErrExhausted) {
		t.Fatalf("a draining port was leased: %v", err)
	}
	if got := r.Stats(); got.Exhausted != 2 || got.Leased != 1 {
		t.Errorf("got %+v", got)
	}
}

func TestRestedPort(t *testing.T) {
	t.Parallel()
	r := start(t, Config{PortMin: 32010, PortMax: 32013, Drain: time.Millisecond})
	for range 5 {
		var a media.Anchor
		eventually(t, func() (ok bool) {
			var err error
			a, err = r.Lease(loopback, loopback, 0)
			return err == nil
		})
		r.Close(a.ID)
	}
}

func TestNoisyPort(t *testing.T) {
	t.Parallel()
	r := start(t, Config{PortMin: 32020, PortMax: 32027, Drain: time.Hour, Pool: 2})
	r.mu.Lock()
	noisy := r.pools[keyOf(loopback, loopback)].waiting[0].port[media.B]
	r.mu.Unlock()
	newPhone(t, loopback).send(netip.AddrPortFrom(loopback, noisy+1), rtcp(1))
	if a := lease(t, r); a.Addr[media.B].Port() == noisy {
		t.Error("a port was leased that packets of an earlier call come to")
	}
	if got := r.Stats().Noisy; got != 1 {
		t.Errorf("%d noisy, want 1", got)
	}
}

func TestPortTakenByAnother(t *testing.T) {
	t.Parallel()
	other, err := openSocket(netip.AddrPortFrom(loopback, 32033))
	if err != nil {
		t.Fatal(err)
	}
	defer closeFD(other)
	r := start(t, Config{PortMin: 32030, PortMax: 32037, Drain: time.Nanosecond})
	var a media.Anchor
	eventually(t, func() (ok bool) {
		a, err = r.Lease(loopback, loopback, 0)
		return err == nil
	})
	if a.Addr[0].Port() == 32032 || a.Addr[1].Port() == 32032 {
		t.Errorf("leased %v with another's port", a)
	}
}

func TestAdvertise(t *testing.T) {
	t.Parallel()
	public := netip.MustParseAddr("203.0.113.7")
	r := start(t, Config{Pairs: []Pair{{
		Addr: [2]netip.Addr{loopback, public},
		Bind: [2]netip.Addr{1: loopback},
	}}})
	a, err := r.Lease(loopback, public, 0)
	if err != nil || a.Addr[0].Addr() != loopback || a.Addr[1].Addr() != public {
		t.Fatalf("%v %v", a, err)
	}
	if _, err := r.Lease(public, public, 0); err == nil || !strings.Contains(err.Error(), "203.0.113.7") {
		t.Errorf("an unknown pair: %v", err)
	}
}

func TestEnd(t *testing.T) {
	t.Parallel()
	r, err := New(Config{Pairs: []Pair{{Addr: [2]netip.Addr{loopback, loopback}}}, PortMin: 32040, PortMax: 32059, Pool: 1, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	a := lease(t, r) // before Run: it waits for it
	late, p := lease(t, r), newPhone(t, loopback)
	r.Set(late.ID, media.A, pass(p.addr))
	r.Set(late.ID, media.B, pass(p.addr))
	for range 500 { // nobody reads yet
		p.send(late.Addr[media.A], rtp(1, ""))
	}
	got := r.Close(late.ID)
	if lost := r.Stats().Lost; lost == 0 || got.Dropped != [2]uint64{lost, 0} {
		t.Errorf("%d lost, got %+v", lost, got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Run(ctx); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Lease(loopback, loopback, 0); !errors.Is(err, ErrClosed) {
		t.Errorf("lease after the end: %v", err)
	}
	r.Set(a.ID, media.A, media.Flow{})
	r.Close(a.ID)
	if got := r.Stats(); got.Workers != 1 || got.Leased != 0 {
		t.Errorf("counts after the end: %+v", got)
	}
	for port := uint16(32040); port < 32060; port++ {
		fd, err := openSocket(netip.AddrPortFrom(loopback, port))
		if err != nil {
			t.Fatalf("still open: %v", err)
		}
		closeFD(fd)
	}
}

// A relay that is closed again does not close what others have opened since. The
// test runs alone: the socket that it opens has the lowest descriptor that the
// relay gave back.
func TestClosedTwice(t *testing.T) {
	r, err := New(Config{Pairs: []Pair{{Addr: [2]netip.Addr{loopback, loopback}}}, PortMin: 32060, PortMax: 32063, Pool: 1, Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	r.closeAll()
	fd, _ := openPeer(t)
	r.closeAll()
	if _, err := unix.Getsockname(fd); err != nil {
		t.Errorf("another's socket %d: %v", fd, err)
	}
}

func TestWorkerDown(t *testing.T) {
	t.Parallel()
	faults := make(chan error, 8)
	r := start(t, Config{PortMin: 32100, PortMax: 32199, Workers: 2, Fault: func(err error) { faults <- err }})
	one, two := newCall(t, r), newCall(t, r)
	breakWorker(t, r, one.anchor.ID)
	if err := <-faults; err == nil || !strings.Contains(err.Error(), "relay: worker 0: epoll_wait") {
		t.Fatalf("got %v", err)
	}
	two.talks(media.A, rtp(1, "goes on"))
	if got := r.Stats(); got.Down != 1 || got.Workers != 2 {
		t.Errorf("got %+v", got)
	}
	newCall(t, r).talks(media.B, rtp(2, "and new calls too"))
	r.Set(one.anchor.ID, media.A, media.Flow{})
	r.Close(one.anchor.ID)
}

func TestAllWorkersDown(t *testing.T) {
	t.Parallel()
	r, err := New(Config{Pairs: []Pair{{Addr: [2]netip.Addr{loopback, loopback}}}, PortMin: 32200, PortMax: 32219, Workers: 1, Pool: 1})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- r.Run(t.Context()) }()
	breakWorker(t, r, lease(t, r).ID)
	if err := <-done; !errors.Is(err, ErrDown) || !strings.Contains(err.Error(), "worker 0") {
		t.Errorf("got %v", err)
	}
}

// A new call goes to the worker with the fewest.
func TestBalance(t *testing.T) {
	t.Parallel()
	r := start(t, Config{PortMin: 32500, PortMax: 32599, Workers: 2, Drain: time.Hour})
	workerOf := func(a media.Anchor) int {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.anchors[a.ID].worker.index
	}
	first, second, third := lease(t, r), lease(t, r), lease(t, r)
	if workerOf(first) != 0 || workerOf(second) != 1 || workerOf(third) != 0 {
		t.Fatal("not in turn")
	}
	r.Close(first.ID)
	r.Close(third.ID)
	eventually(t, func() bool { return r.workers[0].anchors.Load() == 0 })
	if got := workerOf(lease(t, r)); got != 0 {
		t.Errorf("worker %d has the call, want the idle one", got)
	}
}

// breakWorker puts something else in the place of the epoll instance of the
// worker of that anchor.
func breakWorker(t *testing.T, r *Relay, id media.AnchorID) {
	t.Helper()
	r.mu.Lock()
	w := r.anchors[id].worker
	r.mu.Unlock()
	if err := unix.Dup3(w.event, w.epoll, unix.O_CLOEXEC); err != nil {
		t.Fatal(err)
	}
	// The wait that is going on still holds the old one: wake it through it.
	w.wake()
}

// A mistake met at one packet ends that packet, not the other calls.
func TestPanic(t *testing.T) {
	t.Parallel()
	faults := make(chan error, 8)
	r := start(t, Config{PortMin: 32220, PortMax: 32299, Workers: 1, Fault: func(err error) { faults <- err }})
	r.mu.Lock()
	r.pools[keyOf(loopback, loopback)].waiting[0].rtp[media.A].across = nil
	r.mu.Unlock()
	bad, good := newCall(t, r), newCall(t, r)
	bad.phone[media.A].send(bad.anchor.Addr[media.A], rtp(1, "ouch"))
	if err := <-faults; !strings.Contains(err.Error(), "relay: worker 0: panic") {
		t.Fatalf("got %v", err)
	}
	good.talks(media.A, rtp(2, "goes on"))
}

func TestNewErrors(t *testing.T) {
	t.Parallel()
	pair := []Pair{{Addr: [2]netip.Addr{loopback, loopback}}}
	for name, c := range map[string]struct {
		config Config
		want   string
	}{
		"empty":   {Config{}, "no pair of addresses\nrelay: ports 0-0"},
		"ports":   {Config{Pairs: pair, PortMin: 9, PortMax: 11}, "ports 9-11"},
		"address": {Config{Pairs: []Pair{{Addr: [2]netip.Addr{0: loopback}}}, PortMin: 32616, PortMax: 32625}, "pair 0: leg 1"},
		"figures": {Config{Pairs: pair, PortMin: 32616, PortMax: 32625, Detect: &detect.Config{}}, "detect: "},
		"foreign": {Config{
			Pairs:   []Pair{{Addr: [2]netip.Addr{loopback, netip.MustParseAddr("203.0.113.9")}}},
			PortMin: 32616, PortMax: 32625,
		}, "udp 203.0.113.9:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := New(c.config)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v %v, want %q", r, err, c.want)
			}
		})
	}
}

// TestReleasedOnce: a call's last Set and its Close come within a microsecond, and
// the worker may take the anchor out of its queue between the two. However that
// falls, its ports come back once: twice, and two later calls share a socket.
func TestReleasedOnce(t *testing.T) {
	t.Parallel()
	c := Config{PortMin: 32640, PortMax: 32703, Drain: time.Nanosecond, Workers: 2, Pool: 8}
	r := start(t, c)
	for range 20_000 {
		var a media.Anchor
		eventually(t, func() (ok bool) {
			var err error
			a, err = r.Lease(loopback, loopback, 0)
			return err == nil
		})
		r.Set(a.ID, media.A, media.Flow{Mode: media.Tap})
		r.Set(a.ID, media.A, media.Flow{Mode: media.Mute})
		r.Close(a.ID)
	}
	eventually(t, func() bool { return r.workers[0].anchors.Load()+r.workers[1].anchors.Load() == 0 })
	r.filling.Lock()
	defer r.filling.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.collect()
	p := r.pools[keyOf(loopback, loopback)]
	seen := map[uint16]int{}
	for _, a := range slices.Concat(p.waiting, p.resting) {
		seen[a.port[0]]++
		seen[a.port[1]]++
	}
	for i := range p.ports[0].n {
		q := p.ports[0]
		seen[q.queue[(q.head+i)%len(q.queue)].port]++
	}
	for port, n := range seen {
		if n != 1 {
			t.Errorf("port %d was given back %d times", port, n)
		}
	}
	if want := (c.PortMax - c.PortMin + 1) / 2; len(seen) != want {
		t.Errorf("there are %d ports, there were %d", len(seen), want)
	}
}
