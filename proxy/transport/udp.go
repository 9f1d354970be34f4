package transport

import (
	"cmp"
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
	More bool      // the next one is here, too, and follows at once
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
	wildcard bool      // the source address must be named in each packet that is sent
	packets  sync.Pool // of *packet, to send

	sending sync.RWMutex // held for reading to send, and to close conn
	fd      int          // of conn, until that is closed; -1 then

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
	u.packets.New = func() any { return new(packet) }
	raw, err := u.conn.SyscallConn()
	if err == nil {
		err = raw.Control(func(fd uintptr) { u.fd = int(fd) })
	}
	if err != nil {
		_ = conn.Close()
		return nil, listenError(bind, err)
	}
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
	defer u.close()
	defer stop()
	raw, err := u.conn.SyscallConn()
	if err != nil {
		return err
	}
	in := newInbox()
	fails := 0
	for ctx.Err() == nil {
		var failed error
		// The poller is asked again and again within one Read: between two it
		// would forget what it has seen, and each would cost a call for nothing.
		err := raw.Read(func(fd uintptr) bool {
			if failed = u.drain(ctx, int(fd), in, handle); failed == nil {
				fails = 0
			}
			return failed != nil
		})
		if err = cmp.Or(failed, err); err != nil && ctx.Err() == nil {
			u.readErrors.Add(1)
			fails++
			pause(ctx, fails)
		}
	}
	return nil
}

// drain handles datagrams until none is there. It returns nil then; the poller
// has been told of each that comes later.
func (u *UDP) drain(ctx context.Context, fd int, in *inbox, handle func(Datagram)) error {
	for n := batch; n == batch; {
		var err error
		if n, err = in.fill(fd); errors.Is(err, unix.EAGAIN) {
			return nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		u.received.Add(uint64(n))
		for i := range n {
			d := u.datagram(in.data(i), in.control(i), in.packets[i].from())
			d.More = i < n-1
			handle(d)
		}
	}
	return nil
}

func (u *UDP) close() {
	u.sending.Lock()
	defer u.sending.Unlock()
	u.fd = -1
	_ = u.conn.Close() // it was read until now
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
			Remote: from,
		},
		At:   info.at,
		Data: data,
	}
}

// Send sends data to hop.Remote, from hop.Local when the socket is bound to a
// wildcard address. An error is that of this one packet; the next Send is not
// touched by it.
func (u *UDP) Send(hop wire.Hop, data []byte) error {
	p := u.packets.Get().(*packet)
	defer u.packets.Put(p)
	var oob []byte
	if u.wildcard && hop.Local.IsValid() && !hop.Local.Addr().IsUnspecified() {
		oob = p.control.name(hop.Local.Addr().Unmap())
	}
	err := u.send(p, data, oob, hop.Remote)
	if errors.Is(err, unix.ECONNREFUSED) {
		// An earlier packet's ICMP answer, not this one's.
		err = u.send(p, data, oob, hop.Remote)
	}
	if errors.Is(err, unix.EAGAIN) { // the send buffer is full: wait for room
		_, _, err = u.conn.WriteMsgUDPAddrPort(data, oob, hop.Remote)
	}
	if err != nil {
		u.sendErrors.Add(1)
		return fmt.Errorf("send udp %s to %s: %w", hop.Local, hop.Remote, err)
	}
	u.sent.Add(1)
	return nil
}

func (u *UDP) send(p *packet, data, oob []byte, to netip.AddrPort) error {
	u.sending.RLock()
	defer u.sending.RUnlock()
	if u.fd < 0 {
		return net.ErrClosed
	}
	return p.send(u.fd, data, oob, to)
}

// Stats are the counts so far.
func (u *UDP) Stats() Stats {
	return Stats{
		Received: u.received.Load(), Sent: u.sent.Load(), Dropped: u.dropped.Load(),
		ReadErrors: u.readErrors.Load(), SendErrors: u.sendErrors.Load(),
	}
}
