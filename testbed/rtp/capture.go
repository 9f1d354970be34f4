package rtp

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The ring. A block is handed over when it is full or so old: however few
// packets come, a reader that is held up for two seconds loses none.
const (
	blockSize  = 1 << 16
	blocks     = 512
	retireTime = 5 // ms
)

// Packet is a UDP packet as it arrived at the interface.
type Packet struct {
	At       time.Time // the kernel's stamp, the one that the receiving socket is told
	From, To netip.AddrPort
	Payload  []byte // gone when the one who is shown it returns
	Frame    []byte // the whole of it, likewise
}

// Capture reads what arrives at the loopback interface.
type Capture struct {
	fd   int
	ring []byte
	stop atomic.Bool
}

// OpenCapture opens a capture of all UDP that arrives at loopback and goes to
// media, or from or to one of the ports. It catches packets from now on; Run
// shows them.
func OpenCapture(media netip.Prefix, ports ...uint16) (*Capture, error) {
	c := &Capture{fd: -1}
	if err := c.open(filter(media, ports)); err != nil {
		c.Close()
		return nil, fmt.Errorf("capture at lo (needs CAP_NET_RAW): %w", err)
	}
	return c, nil
}

func (c *Capture) open(program []unix.SockFilter) (err error) {
	lo, err := net.InterfaceByName("lo")
	if err != nil {
		return err
	}
	// Protocol 0: nothing is caught before the filter is there and bind names one.
	if c.fd, err = unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0); err != nil {
		return err
	}
	if err := attach(c.fd, program); err != nil {
		return fmt.Errorf("filter: %w", err)
	}
	if err := unix.SetsockoptInt(c.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return err
	}
	const frameSize = 1 << 11
	req := unix.TpacketReq3{
		Block_size: blockSize, Block_nr: blocks,
		Frame_size: frameSize, Frame_nr: blocks * blockSize / frameSize, Retire_blk_tov: retireTime,
	}
	if err := unix.SetsockoptTpacketReq3(c.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return fmt.Errorf("ring: %w", err)
	}
	c.ring, err = unix.Mmap(c.fd, 0, blocks*blockSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return fmt.Errorf("ring: %w", err)
	}
	return unix.Bind(c.fd, &unix.SockaddrLinklayer{Protocol: bigEndian(unix.ETH_P_ALL), Ifindex: lo.Index})
}

func bigEndian(v uint16) uint16 {
	return binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, v))
}

// Run shows each packet to see, in order, until Stop.
func (c *Capture) Run(see func(Packet)) error {
	poll := []unix.PollFd{{Fd: int32(c.fd), Events: unix.POLLIN}}
	for i := 0; ; {
		block := c.ring[i*blockSize : (i+1)*blockSize]
		// struct tpacket_block_desc: version, offset, status, packets, first.
		status := (*uint32)(unsafe.Pointer(&block[8]))
		if atomic.LoadUint32(status)&unix.TP_STATUS_USER != 0 {
			walk(block, see)
			atomic.StoreUint32(status, unix.TP_STATUS_KERNEL)
			i = (i + 1) % blocks
			continue
		}
		if c.stop.Load() {
			return nil
		}
		if _, err := unix.Poll(poll, 20); err != nil && err != unix.EINTR {
			return fmt.Errorf("capture: %w", err)
		}
	}
}

// walk shows the packets of a block (struct tpacket3_hdr: next, sec, nsec,
// snaplen, len, status, mac).
func walk(block []byte, see func(Packet)) {
	word := binary.NativeEndian.Uint32
	at := word(block[16:])
	for range word(block[12:]) {
		h := block[at:]
		frame := h[binary.NativeEndian.Uint16(h[24:]):][:word(h[12:])]
		if p, ok := dissect(frame); ok {
			p.At = time.Unix(int64(word(h[4:])), int64(word(h[8:])))
			see(p)
		}
		at += word(h)
	}
}

// dissect reads an Ethernet frame that the filter let in.
func dissect(frame []byte) (p Packet, ok bool) {
	const udpHeader = 8
	if len(frame) < ipStart+20+udpHeader {
		return p, false
	}
	ip := frame[ipStart:]
	udp := ip[min(4*int(ip[0]&0xf), len(ip)-udpHeader):]
	length := int(binary.BigEndian.Uint16(udp[4:]))
	if length < udpHeader || length > len(udp) {
		return p, false
	}
	addr := func(at int, port []byte) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte(ip[at:])), binary.BigEndian.Uint16(port))
	}
	return Packet{From: addr(12, udp), To: addr(16, udp[2:]), Payload: udp[udpHeader:length], Frame: frame}, true
}

// Stop ends Run when it has shown what is caught.
func (c *Capture) Stop() { c.stop.Store(true) }

// Lost returns how many packets found the ring full, since it was last asked.
// After one of them nothing that was counted means anything.
func (c *Capture) Lost() (int, error) {
	s, err := unix.GetsockoptTpacketStatsV3(c.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return 0, fmt.Errorf("capture: %w", err)
	}
	return int(s.Drops), nil
}

// Close gives the ring back; not while it runs.
func (c *Capture) Close() {
	if c.ring != nil {
		_ = unix.Munmap(c.ring) // the process's end would do as well
	}
	if c.fd >= 0 {
		_ = unix.Close(c.fd)
	}
	c.ring, c.fd = nil, -1
}
