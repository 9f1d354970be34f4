package transport

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"tregua/proxy/wire"
)

// maxDatagram is the largest UDP payload there is; fragments are put together
// by the kernel.
const maxDatagram = 65535

// Datagram is what came in one packet.
type Datagram struct {
	Hop  wire.Hop
	At   time.Time // when the kernel received it; zero: the kernel did not say
	Data []byte    // valid during the call of the handler only
}

// Stats is what a listener counted since Listen.
type Stats struct {
	Received, Sent         uint64 // datagrams
	Dropped                uint64 // by the kernel, because the receive buffer was full
	ReadErrors, SendErrors uint64
}

// UDP is a listener: one socket, bound to an address or to all of a family.
type UDP struct {
	index    int
	bind     netip.AddrPort
	conn     *net.UDPConn
	wildcard bool // the source address must be named in each packet that is sent
	control  sync.Pool

	received, sent, dropped, readErrors, sendErrors atomic.Uint64
	lost                                            uint32 // the kernel's own count, last seen; of Run
}

// Listen opens the listener that the configuration has at index. The error
// names bind. Run closes it.
func Listen(index int, bind netip.AddrPort) (*UDP, error) {
	bind = netip.AddrPortFrom(bind.Addr().Unmap(), bind.Port())
	network := "udp4"
	if bind.Addr().Is6() {
		network = "udp6"
	}
	config := net.ListenConfig{Control: prepare}
	conn, err := config.ListenPacket(context.Background(), network, bind.String())
	if err != nil {
		return nil, listenError(bind, err)
	}
	u := &UDP{index: index, bind: bind, conn: conn.(*net.UDPConn), wildcard: bind.Addr().IsUnspecified()}
	u.bind = netip.AddrPortFrom(bind.Addr(), u.conn.LocalAddr().(*net.UDPAddr).AddrPort().Port())
	u.control.New = func() any { return new(control) }
	return u, nil
}

// listenError is one line that says what to do.
func listenError(bind netip.AddrPort, err error) error {
	if errno, ok := errors.AsType[syscall.Errno](err); ok {
		err = errno
	}
	switch {
	case errors.Is(err, unix.EADDRINUSE):
		return fmt.Errorf("listen udp:%s: %w: another program has the port; end it or change bind", bind, err)
	case errors.Is(err, unix.EADDRNOTAVAIL):
		return fmt.Errorf("listen udp:%s: %w: this host has no such address; change bind", bind, err)
	}
	return fmt.Errorf("listen udp:%s: %w", bind, err)
}

// Addr is the address that the socket is bound to, with the port it got when
// bind had none.
func (u *UDP) Addr() netip.AddrPort { return u.bind }

// Run reads datagrams and hands each to handle, in order, until ctx ends. It
// closes the socket and returns nil then: an error of one read never ends a
// listener.
func (u *UDP) Run(ctx context.Context, handle func(Datagram)) error {
	// A deadline of an open socket cannot fail to be set.
	stop := context.AfterFunc(ctx, func() { _ = u.conn.SetReadDeadline(time.Unix(1, 0)) })
	defer u.conn.Close()
	defer stop()
	data := make([]byte, maxDatagram+1)
	var c control
	fails := 0
	for {
		n, size, _, from, err := u.conn.ReadMsgUDPAddrPort(data, c[:])
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			u.readErrors.Add(1)
			fails++
			pause(ctx, fails)
			continue
		}
		fails = 0
		u.received.Add(1)
		handle(u.datagram(data[:n], c[:size], from))
	}
}

// pause keeps an error that stays from taking a whole core.
func pause(ctx context.Context, fails int) {
	if fails < 10 {
		return
	}
	timer := time.NewTimer(min(time.Duration(fails)*time.Millisecond, 100*time.Millisecond))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

func (u *UDP) datagram(data, oob []byte, from netip.AddrPort) Datagram {
	info := parseControl(oob)
	if info.hasDrops {
		u.dropped.Add(uint64(info.drops - u.lost)) // wraps as the kernel's does
		u.lost = info.drops
	}
	local := u.bind
	if info.local.IsValid() {
		local = netip.AddrPortFrom(info.local, u.bind.Port())
	}
	return Datagram{
		Hop: wire.Hop{
			Listener: u.index, Proto: wire.UDP, Local: local,
			Remote: netip.AddrPortFrom(from.Addr().Unmap(), from.Port()),
		},
		At:   info.at,
		Data: data,
	}
}

// Send sends data to hop.Remote, from hop.Local when the socket is bound to a
// wildcard address. An error is that of this one packet; the next Send is not
// touched by it.
func (u *UDP) Send(hop wire.Hop, data []byte) error {
	var oob []byte
	c := u.control.Get().(*control)
	defer u.control.Put(c)
	if u.wildcard && hop.Local.IsValid() && !hop.Local.Addr().IsUnspecified() {
		oob = c.name(hop.Local.Addr().Unmap())
	}
	_, _, err := u.conn.WriteMsgUDPAddrPort(data, oob, hop.Remote)
	if errors.Is(err, unix.ECONNREFUSED) {
		// An earlier packet's ICMP answer, not this one's.
		_, _, err = u.conn.WriteMsgUDPAddrPort(data, oob, hop.Remote)
	}
	if err != nil {
		u.sendErrors.Add(1)
		return fmt.Errorf("send udp %s to %s: %w", hop.Local, hop.Remote, err)
	}
	u.sent.Add(1)
	return nil
}

// Stats are the counts so far.
func (u *UDP) Stats() Stats {
	return Stats{
		Received: u.received.Load(), Sent: u.sent.Load(), Dropped: u.dropped.Load(),
		ReadErrors: u.readErrors.Load(), SendErrors: u.sendErrors.Load(),
	}
}
