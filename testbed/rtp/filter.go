package rtp

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// Offsets in an Ethernet frame with an IPv4 header, which loopback has too, and
// the address at which a filter reads a packet's direction (linux/filter.h).
const (
	etherType  = 12
	ipStart    = 14
	ipFragment = 20
	ipProtocol = 23
	ipTarget   = 30
	direction  = 0xfffff000 + 4
)

// Where a branch of a filter goes.
const (
	next uint8 = iota
	accept
	drop
)

// instruction is one line of a filter; a branch names where it goes.
type instruction struct {
	code    uint16
	k       uint32
	yes, no uint8
}

// filter returns a classic BPF program that lets in what arrives at the
// interface (on loopback the sender's copy is seen too), is whole UDP over
// IPv4, and either goes to the network of the media or has one of the ports.
func filter(media netip.Prefix, ports []uint16) []unix.SockFilter {
	const (
		word, half, octet = unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, unix.BPF_LD | unix.BPF_H | unix.BPF_ABS, unix.BPF_LD | unix.BPF_B | unix.BPF_ABS
		equal, anyBit     = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
		and               = unix.BPF_ALU | unix.BPF_AND | unix.BPF_K
		ipSize            = unix.BPF_LDX | unix.BPF_B | unix.BPF_MSH // x = 4*([k]&0xf)
		halfAtX           = unix.BPF_LD | unix.BPF_H | unix.BPF_IND
	)
	mask := ^uint32(0) << (32 - media.Bits())
	p := make([]instruction, 0, 14+2*len(ports))
	p = append(p, []instruction{
		{code: octet, k: direction},
		{equal, unix.PACKET_HOST, next, drop},
		{code: half, k: etherType},
		{equal, unix.ETH_P_IP, next, drop},
		{code: octet, k: ipProtocol},
		{equal, unix.IPPROTO_UDP, next, drop},
		{code: half, k: ipFragment},
		{anyBit, 0x3fff, drop, next},
		{code: word, k: ipTarget},
		{code: and, k: mask},
		{equal, ipv4(media.Addr()) & mask, accept, next},
		{code: ipSize, k: ipStart},
	}...)
	for _, at := range []uint32{ipStart, ipStart + 2} {
		p = append(p, instruction{code: halfAtX, k: at})
		for _, port := range ports {
			p = append(p, instruction{equal, uint32(port), accept, next})
		}
	}
	return assemble(p)
}

// assemble puts the two ends behind p and turns names of branches into
// distances.
func assemble(p []instruction) []unix.SockFilter {
	const whole = 1 << 18
	var out []unix.SockFilter
	for i, in := range p {
		far := func(to uint8) uint8 {
			switch to {
			case accept:
				return uint8(len(p) - i)
			case drop:
				return uint8(len(p) - i - 1)
			}
			return 0
		}
		out = append(out, unix.SockFilter{Code: in.code, Jt: far(in.yes), Jf: far(in.no), K: in.k})
	}
	give := uint16(unix.BPF_RET | unix.BPF_K)
	return append(out, unix.SockFilter{Code: give, K: 0}, unix.SockFilter{Code: give, K: whole})
}

func ipv4(a netip.Addr) uint32 {
	b := a.As4()
	return uint32(b[0])<<24 | uint32(b[1])<<16 | uint32(b[2])<<8 | uint32(b[3])
}

// attach gives a socket its filter.
func attach(fd int, program []unix.SockFilter) error {
	return unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
		&unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]})
}
