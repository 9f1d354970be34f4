// Package replaytest writes captures for tests: the frames of a call, with
// link layer, IP and UDP round each datagram, and what people and lines sound
// like.
package replaytest

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/netip"
	"slices"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"
	"github.com/gopacket/gopacket/pcapgo"
	"github.com/pion/rtp"
)

// Start is when every capture begins.
var Start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// Capture gathers frames; they are written in the order of their times. The
// zero value is one of Ethernet.
type Capture struct {
	Link layers.LinkType // Ethernet when 0; use layers.LinkTypeLoop for loopback
	VLAN uint16          // 0: untagged; Ethernet only
	MTU  int             // of IPv4, in bytes; 0: nothing is fragmented
	Snap int             // bytes that are kept of a frame; 0: all

	frames []frame
	ident  uint16
}

type frame struct {
	at   time.Duration
	data []byte
}

// UDP adds a datagram.
func (c *Capture) UDP(at time.Duration, from, to netip.AddrPort, payload []byte) {
	udp := &layers.UDP{SrcPort: layers.UDPPort(from.Port()), DstPort: layers.UDPPort(to.Port())}
	src, dst := from.Addr().AsSlice(), to.Addr().AsSlice()
	if from.Addr().Is6() {
		ip := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: layers.IPProtocolUDP, SrcIP: src, DstIP: dst}
		c.frame(at, layers.EthernetTypeIPv6, bytesOf(ip, udp, gopacket.Payload(payload)))
		return
	}
	c.ident++
	whole := bytesOf(udp, gopacket.Payload(payload))
	for offset := 0; ; {
		part := whole[offset:]
		ip := &layers.IPv4{Version: 4, IHL: 5, TTL: 64, Id: c.ident, Protocol: layers.IPProtocolUDP, SrcIP: src, DstIP: dst, FragOffset: uint16(offset / 8)}
		if c.MTU > 0 && 20+len(part) > c.MTU {
			part = part[:(c.MTU-20)/8*8]
			ip.Flags = layers.IPv4MoreFragments
		}
		c.frame(at, layers.EthernetTypeIPv4, bytesOf(ip, gopacket.Payload(part)))
		if offset += len(part); offset == len(whole) {
			return
		}
	}
}

// TCP adds a segment without data.
func (c *Capture) TCP(at time.Duration, from, to netip.AddrPort) {
	ip := &layers.IPv4{Version: 4, IHL: 5, TTL: 64, Protocol: layers.IPProtocolTCP, SrcIP: from.Addr().AsSlice(), DstIP: to.Addr().AsSlice()}
	c.frame(at, layers.EthernetTypeIPv4, bytesOf(ip, &layers.TCP{SrcPort: layers.TCPPort(from.Port()), DstPort: layers.TCPPort(to.Port()), DataOffset: 5}))
}

// RTP adds a stream of G.711 in packets of 20 ms, the first at a time; every
// packet whose number drop accepts is lost on the way.
func (c *Capture) RTP(at time.Duration, from, to netip.AddrPort, pt uint8, payload []byte, drop func(int) bool) {
	const size = 160
	for i := 0; len(payload) >= size; i, payload = i+1, payload[size:] {
		if drop != nil && drop(i) {
			continue
		}
		p := rtp.Packet{Header: rtp.Header{
			Version: 2, PayloadType: pt, SequenceNumber: uint16(65500 + i), Timestamp: uint32(i * size), SSRC: uint32(from.Port()),
		}, Payload: payload[:size]}
		raw, err := p.Marshal()
		if err != nil {
			panic(err)
		}
		c.UDP(at+time.Duration(i)*20*time.Millisecond, from, to, raw)
	}
}

// Write writes the capture as pcap, or as pcapng.
func (c *Capture) Write(w io.Writer, ng bool) error {
	slices.SortStableFunc(c.frames, func(a, b frame) int { return int(a.at - b.at) })
	link := c.Link
	if link == 0 {
		link = layers.LinkTypeEthernet
	}
	var out interface {
		WritePacket(ci gopacket.CaptureInfo, data []byte) error
	}
	flush := func() error { return nil }
	if ng {
		n, err := pcapgo.NewNgWriter(w, link)
		if err != nil {
			return err
		}
		out, flush = n, n.Flush
	} else {
		p := pcapgo.NewWriterNanos(w)
		if err := p.WriteFileHeader(1<<18, link); err != nil {
			return err
		}
		out = p
	}
	for _, f := range c.frames {
		kept := f.data
		if c.Snap > 0 {
			kept = kept[:min(c.Snap, len(kept))]
		}
		if err := out.WritePacket(gopacket.CaptureInfo{Timestamp: Start.Add(f.at), CaptureLength: len(kept), Length: len(f.data)}, kept); err != nil {
			return err
		}
	}
	return flush()
}

// PCAP returns the capture as a pcap file.
func (c *Capture) PCAP() []byte {
	var b bytes.Buffer
	if err := c.Write(&b, false); err != nil {
		panic(err) // a buffer takes everything
	}
	return b.Bytes()
}

// frame puts the link layer before an IP packet.
func (c *Capture) frame(at time.Duration, typ layers.EthernetType, ip []byte) {
	var head []byte
	switch c.Link { //nolint:exhaustive // what is not here has no header
	case 0, layers.LinkTypeEthernet:
		head = make([]byte, 12, 18)
		if c.VLAN > 0 {
			head = binary.BigEndian.AppendUint16(head, uint16(layers.EthernetTypeDot1Q))
			head = binary.BigEndian.AppendUint16(head, c.VLAN)
		}
		head = binary.BigEndian.AppendUint16(head, uint16(typ))
	case layers.LinkTypeLinuxSLL: // packet type, ARPHRD, length and address, protocol
		head = binary.BigEndian.AppendUint16([]byte{0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0}, uint16(typ))
	case layers.LinkTypeLinuxSLL2: // protocol first
		head = append(binary.BigEndian.AppendUint16(nil, uint16(typ)), 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0)
	case layers.LinkTypeLoop: // AF_INET, AF_INET6 of the BSDs, network byte order
		family := uint32(2)
		if typ == layers.EthernetTypeIPv6 {
			family = 30
		}
		head = binary.BigEndian.AppendUint32(nil, family)
	}
	c.frames = append(c.frames, frame{at, append(head, ip...)})
}

func bytesOf(parts ...gopacket.SerializableLayer) []byte {
	b := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true}, parts...); err != nil {
		panic(err) // the layers are made here
	}
	return slices.Clone(b.Bytes())
}
