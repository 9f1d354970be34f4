package transport

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strconv"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The system calls of this package never wait (MSG_DONTWAIT), so they are made
// without telling the scheduler (RawSyscall): it would wake its monitor thread
// for each that comes after an idle moment, and at some hundred calls a second
// that costs more than the calls do. What has to wait is waited for by the
// runtime's poller.

// packet is what goes with one datagram through sendmsg(2) or recvmmsg(2). Its
// parts point at one another: it is used where it lies.
type packet struct {
	iov     unix.Iovec
	name    unix.RawSockaddrInet6 // or the shorter RawSockaddrInet4
	control control
}

// send sends data to a peer, with the control messages oob.
func (p *packet) send(fd int, data, oob []byte, to netip.AddrPort) error {
	size, err := p.setName(to)
	if err != nil {
		return err
	}
	head := unix.Msghdr{Name: (*byte)(unsafe.Pointer(&p.name)), Namelen: size, Iov: &p.iov}
	head.SetIovlen(1)
	p.iov.Base = unsafe.SliceData(data)
	p.iov.SetLen(len(data))
	defer func() { p.iov.Base = nil }()
	if len(oob) > 0 {
		head.Control = &oob[0]
		head.SetControllen(len(oob))
	}
	if _, _, errno := unix.RawSyscall(unix.SYS_SENDMSG, uintptr(fd), uintptr(unsafe.Pointer(&head)), unix.MSG_DONTWAIT); errno != 0 {
		return errno
	}
	return nil
}

// setName writes the address of a peer and returns its size.
func (p *packet) setName(to netip.AddrPort) (uint32, error) {
	binary.BigEndian.PutUint16(p.port(), to.Port())
	if to.Addr().Unmap().Is4() {
		four := (*unix.RawSockaddrInet4)(unsafe.Pointer(&p.name))
		four.Family, four.Addr = unix.AF_INET, to.Addr().As4()
		return unix.SizeofSockaddrInet4, nil
	}
	scope, err := scopeOf(to.Addr().Zone())
	p.name.Family, p.name.Flowinfo, p.name.Addr, p.name.Scope_id = unix.AF_INET6, 0, to.Addr().As16(), scope
	return unix.SizeofSockaddrInet6, err
}

// from reads the address of a peer.
func (p *packet) from() netip.AddrPort {
	port := binary.BigEndian.Uint16(p.port())
	if p.name.Family == unix.AF_INET {
		return netip.AddrPortFrom(netip.AddrFrom4((*unix.RawSockaddrInet4)(unsafe.Pointer(&p.name)).Addr), port)
	}
	addr := netip.AddrFrom16(p.name.Addr).Unmap()
	if p.name.Scope_id != 0 && addr.Is6() {
		addr = addr.WithZone(strconv.FormatUint(uint64(p.name.Scope_id), 10))
	}
	return netip.AddrPortFrom(addr, port)
}

// port is the port of the name, in the order of the network: it lies at the same
// place in both families.
func (p *packet) port() []byte { return (*[2]byte)(unsafe.Pointer(&p.name.Port))[:] }

// scopeOf is the index of the interface that a zone names, in digits as from
// gives it or in letters.
func scopeOf(zone string) (uint32, error) {
	if zone == "" {
		return 0, nil
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil {
		return uint32(n), nil
	}
	i, err := net.InterfaceByName(zone)
	if err != nil {
		return 0, err
	}
	return uint32(i.Index), nil
}
