package transport

import (
	"encoding/binary"
	"net/netip"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// receiveBuffer rides out a pause of the reader: 4 MB are some thousand
// datagrams.
const receiveBuffer = 4 << 20

// prepare asks the kernel for what comes with each datagram: its local address
// (ip(7) IP_PKTINFO, RFC 3542 IPV6_RECVPKTINFO), its time, the drop count.
func prepare(network, _ string, raw syscall.RawConn) error {
	var err error
	controlErr := raw.Control(func(p uintptr) {
		fd := int(p)
		// The buffer is a wish: without CAP_NET_ADMIN net.core.rmem_max cuts it.
		if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, receiveBuffer) != nil {
			_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
		}
		err = setOptions(fd, network)
	})
	if controlErr != nil {
		return controlErr
	}
	return err
}

func setOptions(fd int, network string) error {
	options := [][3]int{
		{unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1},
		{unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1},
	}
	// No path MTU discovery: a long INVITE leaves in fragments at once and is
	// not lost to a router that must not cut it.
	if network == "udp6" {
		options = append(options, [3]int{unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO, 1},
			[3]int{unix.IPPROTO_IPV6, unix.IPV6_MTU_DISCOVER, unix.IPV6_PMTUDISC_DONT})
	} else {
		options = append(options, [3]int{unix.IPPROTO_IP, unix.IP_PKTINFO, 1},
			[3]int{unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, unix.IP_PMTUDISC_DONT})
	}
	for _, o := range options {
		if err := unix.SetsockoptInt(fd, o[0], o[1], o[2]); err != nil {
			return err
		}
	}
	return nil
}

// control is room for the control messages of one datagram.
type control [128]byte

// info is what they say.
type info struct {
	local    netip.Addr
	at       time.Time
	drops    uint32
	hasDrops bool
}

// parseControl reads the control messages that came with a datagram (cmsg(3)).
func parseControl(oob []byte) (i info) {
	for len(oob) > 0 {
		header, data, rest, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			break
		}
		i.take(int(header.Level), int(header.Type), data)
		oob = rest
	}
	return i
}

func (i *info) take(level, kind int, data []byte) {
	switch {
	case level == unix.IPPROTO_IP && kind == unix.IP_PKTINFO:
		if len(data) >= unix.SizeofInet4Pktinfo {
			// ipi_spec_dst: the local address, also of a packet to a broadcast one.
			i.local = netip.AddrFrom4([4]byte(data[4:8]))
		}
	case level == unix.IPPROTO_IPV6 && kind == unix.IPV6_PKTINFO:
		if len(data) >= unix.SizeofInet6Pktinfo {
			i.local = netip.AddrFrom16([16]byte(data[:16]))
		}
	case level == unix.SOL_SOCKET:
		i.takeSocket(kind, data)
	}
}

// takeSocket takes what is the same for both families (socket(7)).
func (i *info) takeSocket(kind int, data []byte) {
	switch {
	case kind == unix.SO_TIMESTAMPNS && len(data) >= 16:
		i.at = time.Unix(int64(binary.NativeEndian.Uint64(data)), int64(binary.NativeEndian.Uint64(data[8:])))
	case kind == unix.SO_RXQ_OVFL && len(data) >= 4:
		i.drops, i.hasDrops = binary.NativeEndian.Uint32(data), true
	}
}

// name writes the one message that names the source of a packet.
func (c *control) name(local netip.Addr) []byte {
	*c = control{}
	data := c[unix.CmsgLen(0):]
	header := (*unix.Cmsghdr)(unsafe.Pointer(c))
	if local.Is4() {
		header.Level, header.Type = unix.IPPROTO_IP, unix.IP_PKTINFO
		header.SetLen(unix.CmsgLen(unix.SizeofInet4Pktinfo))
		four := local.As4()
		copy(data[4:], four[:]) // ipi_spec_dst
		return c[:unix.CmsgSpace(unix.SizeofInet4Pktinfo)]
	}
	header.Level, header.Type = unix.IPPROTO_IPV6, unix.IPV6_PKTINFO
	header.SetLen(unix.CmsgLen(unix.SizeofInet6Pktinfo))
	six := local.As16()
	copy(data, six[:])
	return c[:unix.CmsgSpace(unix.SizeofInet6Pktinfo)]
}
