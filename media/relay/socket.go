package relay

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"unsafe"

	"golang.org/x/sys/unix"
)

// receiveBuffer holds about 16 packets as a network card's driver accounts for
// them (2 kB each; the kernel doubles the figure): an overload must become
// loss that is counted, not seconds of delay.
const receiveBuffer = 16 << 10

// openSocket opens a non-blocking UDP socket. It is never connected: on a
// connected one an ICMP error makes the next send fail and the packet is lost.
func openSocket(at netip.AddrPort) (int, error) {
	family := unix.AF_INET
	if at.Addr().Is6() {
		family = unix.AF_INET6
	}
	fd, err := unix.Socket(family, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, os.NewSyscallError("socket", err)
	}
	if err := prepare(fd, at); err != nil {
		closeFD(fd)
		return -1, fmt.Errorf("udp %s: %w", at, err)
	}
	return fd, nil
}

func prepare(fd int, at netip.AddrPort) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer); err != nil {
		return os.NewSyscallError("so_rcvbuf", err)
	}
	if at.Addr().Is4() {
		return os.NewSyscallError("bind", unix.Bind(fd, &unix.SockaddrInet4{Addr: at.Addr().As4(), Port: int(at.Port())}))
	}
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_V6ONLY, 1); err != nil {
		return os.NewSyscallError("ipv6_v6only", err)
	}
	return os.NewSyscallError("bind", unix.Bind(fd, &unix.SockaddrInet6{Addr: at.Addr().As16(), Port: int(at.Port())}))
}

// closeFD closes fd. There is nothing to be done about an error: Linux has
// freed the descriptor all the same.
func closeFD(fd int) { _ = unix.Close(fd) }

// dropsOf is how many packets the kernel dropped because fd's buffer was full
// (the last word of SO_MEMINFO, linux/sock_diag.h SK_MEMINFO_DROPS).
func dropsOf(fd int) uint64 {
	var info [9]uint32
	size := uint32(unsafe.Sizeof(info))
	_, _, errno := unix.RawSyscall6(unix.SYS_GETSOCKOPT, uintptr(fd), unix.SOL_SOCKET, unix.SO_MEMINFO,
		uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
	if errno != 0 || size < uint32(unsafe.Sizeof(info)) {
		return 0
	}
	return uint64(info[8])
}

// silent says that no packet waits on fd. A packet that does is left there.
func silent(fd int) bool {
	var b [1]byte
	_, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&b)), 1,
		unix.MSG_DONTWAIT|unix.MSG_PEEK, 0, 0)
	return errno == unix.EAGAIN
}

// datagram is the one packet that a worker holds. The system calls go round
// the wrappers of x/sys because those allocate an address per packet; they
// are raw because on a non-blocking socket they cannot wait.
type datagram struct {
	name unix.RawSockaddrInet6 // the larger of the two families
	size uint32
	data [65536]byte
}

// receive reads one packet of fd.
func (d *datagram) receive(fd int) (packet []byte, from netip.AddrPort, errno unix.Errno) {
	d.size = uint32(unsafe.Sizeof(d.name))
	n, _, errno := unix.RawSyscall6(unix.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(&d.data)), uintptr(len(d.data)),
		unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(&d.name)), uintptr(unsafe.Pointer(&d.size)))
	if errno != 0 {
		return nil, netip.AddrPort{}, errno
	}
	return d.data[:n], d.source(), 0
}

func (d *datagram) source() netip.AddrPort {
	if d.name.Family == unix.AF_INET {
		four := (*unix.RawSockaddrInet4)(unsafe.Pointer(&d.name))
		return netip.AddrPortFrom(netip.AddrFrom4(four.Addr), swap(four.Port))
	}
	return netip.AddrPortFrom(netip.AddrFrom16(d.name.Addr), swap(d.name.Port))
}

// send sends the packet that was received last on. An address of another
// family than the socket's is an error of the kernel's.
func (d *datagram) send(fd int, packet []byte, to netip.AddrPort) unix.Errno {
	size := uintptr(unix.SizeofSockaddrInet6)
	if to.Addr().Is4() {
		size = unix.SizeofSockaddrInet4
		*(*unix.RawSockaddrInet4)(unsafe.Pointer(&d.name)) = unix.RawSockaddrInet4{
			Family: unix.AF_INET, Port: swap(to.Port()), Addr: to.Addr().As4(),
		}
	} else {
		d.name = unix.RawSockaddrInet6{Family: unix.AF_INET6, Port: swap(to.Port()), Addr: to.Addr().As16()}
	}
	_, _, errno := unix.RawSyscall6(unix.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(packet))), uintptr(len(packet)),
		unix.MSG_DONTWAIT, uintptr(unsafe.Pointer(&d.name)), size)
	return errno
}

// swap turns a port of the network's byte order into ours and back.
func swap(port uint16) uint16 {
	var b [2]byte
	binary.NativeEndian.PutUint16(b[:], port)
	return binary.BigEndian.Uint16(b[:])
}
