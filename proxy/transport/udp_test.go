package transport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"tregua/proxy/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 10 * time.Second

// heard is a Datagram whose data was cloned.
type heard struct {
	hop  wire.Hop
	at   time.Time
	data string
}

// listener is a running UDP and what it heard.
type listener struct {
	*UDP
	t     testing.TB
	heard chan heard
}

func listen(t testing.TB, bind string) *listener {
	t.Helper()
	u, err := Listen(3, netip.MustParseAddrPort(bind))
	if err != nil {
		t.Fatal(err)
	}
	l := &listener{u, t, make(chan heard, 64)}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() {
		done <- u.Run(ctx, func(d Datagram) { l.heard <- heard{d.Hop, d.At, string(d.Data)} })
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l
}

func (l *listener) hears() heard {
	l.t.Helper()
	select {
	case h := <-l.heard:
		return h
	case <-time.After(patience):
		l.t.Fatal("nothing came")
		panic("unreachable")
	}
}

// at is the listener's port on another address.
func (l *listener) at(addr string) netip.AddrPort {
	return netip.AddrPortFrom(netip.MustParseAddr(addr), l.Addr().Port())
}

func to(local, remote netip.AddrPort) wire.Hop {
	return wire.Hop{Local: local, Remote: remote}
}

func TestHop(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, bind, reached, peer string }{
		{"bound", "127.0.0.1:0", "127.0.0.1", "127.0.0.1:0"},
		{"wildcard", "0.0.0.0:0", "127.0.0.1", "127.0.0.1:0"},
		{"wildcard's other address", "0.0.0.0:0", "127.0.0.7", "127.0.0.1:0"},
		{"six", "[::1]:0", "::1", "[::1]:0"},
		{"wildcard of six", "[::]:0", "::1", "[::1]:0"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l, peer := listen(t, test.bind), listen(t, test.peer)
			before := time.Now()
			if err := peer.Send(to(peer.Addr(), l.at(test.reached)), []byte("ask")); err != nil {
				t.Fatal(err)
			}
			got := l.hears()
			want := wire.Hop{Listener: 3, Proto: wire.UDP, Local: l.at(test.reached), Remote: peer.Addr()}
			if got.hop != want || got.data != "ask" {
				t.Errorf("got %+v, want %+v", got, want)
			}
			if after := time.Now(); got.at.Before(before.Round(0)) || got.at.After(after.Round(0)) {
				t.Errorf("received at %v, sent between %v and %v", got.at, before, after)
			}
			if err := l.Send(got.hop, []byte("answer")); err != nil {
				t.Fatal(err)
			}
			if got := peer.hears(); got.hop.Remote != l.at(test.reached) || got.data != "answer" {
				t.Errorf("the answer came as %+v", got)
			}
		})
	}
}

func TestLargest(t *testing.T) {
	t.Parallel()
	l, peer := listen(t, "0.0.0.0:0"), listen(t, "127.0.0.1:0")
	for _, size := range []int{0, 1, 1472, 1473, 9000, 65507} {
		data := bytes.Repeat([]byte("x"), size)
		if err := peer.Send(to(peer.Addr(), l.at("127.0.0.1")), data); err != nil {
			t.Fatal(err)
		}
		got := l.hears()
		if len(got.data) != size {
			t.Errorf("%d bytes came of %d", len(got.data), size)
		}
		if err := l.Send(got.hop, data); err != nil {
			t.Fatal(err)
		}
		if got := peer.hears(); len(got.data) != size {
			t.Errorf("%d bytes came back of %d", len(got.data), size)
		}
	}
}

func TestBusyPort(t *testing.T) {
	t.Parallel()
	l := listen(t, "127.0.0.1:0")
	_, err := Listen(0, l.Addr())
	want := fmt.Sprintf("listen udp:%s: address already in use: another program has the port; end it or change bind", l.Addr())
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	_, err = Listen(0, netip.MustParseAddrPort("203.0.113.9:5060"))
	want = "listen udp:203.0.113.9:5060: cannot assign requested address: this host has no such address; change bind"
	if err == nil || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// An ICMP answer or an error of one packet touches neither the reader nor the
// next packet.
func TestErrorsPass(t *testing.T) {
	t.Parallel()
	l, peer := listen(t, "127.0.0.1:0"), listen(t, "127.0.0.1:0")
	gone, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	nobody := gone.LocalAddr().(*net.UDPAddr).AddrPort()
	gone.Close()
	for range 3 {
		if err := l.Send(to(l.Addr(), nobody), []byte("to a closed port")); err != nil {
			t.Error(err)
		}
	}
	err = l.Send(to(l.Addr(), peer.Addr()), make([]byte, 65508))
	if err == nil || !strings.Contains(err.Error(), "to "+peer.Addr().String()) {
		t.Errorf("a datagram that is too long: %v", err)
	}
	if err := l.Send(to(l.Addr(), peer.Addr()), []byte("next")); err != nil {
		t.Fatal(err)
	}
	if got := peer.hears(); got.data != "next" {
		t.Errorf("got %q", got.data)
	}
	if got, want := l.Stats(), (Stats{Sent: 4, SendErrors: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A read that fails does not end the listener.
func TestReadErrors(t *testing.T) {
	t.Parallel()
	u, err := Listen(0, netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	if err := u.conn.SetReadDeadline(time.Unix(1, 0)); err != nil { // every read fails from now on
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	got, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- u.Run(ctx, func(d Datagram) { got <- string(d.Data) })
	}()
	for end := time.Now().Add(patience); u.Stats().ReadErrors < 12; {
		if time.Now().After(end) {
			t.Fatal("no read failed")
		}
	}
	if err := u.conn.SetReadDeadline(time.Time{}); err != nil {
		t.Fatal(err)
	}
	if err := u.Send(to(u.Addr(), u.Addr()), []byte("after")); err != nil {
		t.Fatal(err)
	}
	if data := <-got; data != "after" {
		t.Errorf("got %q", data)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := u.Send(to(u.Addr(), u.Addr()), nil); err == nil {
		t.Error("the socket is open after the end")
	}
}

// What does not fit into the receive buffer is counted.
func TestDrops(t *testing.T) {
	t.Parallel()
	u, err := Listen(0, netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	raw, err := u.conn.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	setErr := errors.New("not set")
	if err := raw.Control(func(fd uintptr) {
		setErr = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, 1)
	}); err != nil || setErr != nil {
		t.Fatal(err, setErr)
	}
	const sent = 100
	for range sent {
		if err := u.Send(to(u.Addr(), u.Addr()), make([]byte, 500)); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done, kept := make(chan error, 1), make(chan int, sent+1)
	go func() {
		done <- u.Run(ctx, func(d Datagram) { kept <- len(d.Data) })
	}()
	<-kept // there is room again: the next one carries the count
	if err := u.Send(to(u.Addr(), u.Addr()), []byte("last")); err != nil {
		t.Fatal(err)
	}
	n := 2
	for <-kept != 4 {
		n++
	}
	if got := u.Stats().Dropped; got != uint64(sent+1-n) || got == 0 {
		t.Errorf("%d counted as dropped; %d of %d came", got, n, sent+1)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestNoAllocation(t *testing.T) {
	l, err := Listen(0, netip.MustParseAddrPort("0.0.0.0:0"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	turn, done := make(chan struct{}, 1), make(chan error, 1)
	go func() { done <- l.Run(ctx, func(Datagram) { turn <- struct{}{} }) }()
	self := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), l.Addr().Port())
	data := []byte("there and back")
	allocs := testing.AllocsPerRun(200, func() {
		if err := l.Send(to(self, self), data); err != nil {
			t.Fatal(err)
		}
		<-turn
	})
	if allocs != 0 {
		t.Errorf("%v allocations a datagram", allocs)
	}
	cancel()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func BenchmarkThereAndBack(b *testing.B) {
	l, peer := listen(b, "0.0.0.0:0"), listen(b, "127.0.0.1:0")
	hop, data := to(peer.Addr(), l.at("127.0.0.1")), make([]byte, 900)
	b.ReportAllocs()
	for b.Loop() {
		if err := peer.Send(hop, data); err != nil {
			b.Fatal(err)
		}
		<-l.heard
	}
}
