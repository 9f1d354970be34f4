package replay

import (
	"net/netip"
	"slices"
	"time"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/ip4defrag"
	"github.com/gopacket/gopacket/layers"
)

// kind is what a frame is.
type kind uint8

const (
	other kind = iota
	whole
	short
	fragment
	tcp
)

// frames takes UDP out of frames and puts fragments of IPv4 together: an
// INVITE is often larger than one frame.
type frames struct {
	parts *ip4defrag.IPv4Defragmenter
	place int // in the capture, see fragmentCost
	swept int
}

func newFrames() *frames { return &frames{parts: ip4defrag.NewIPv4Defragmenter()} }

// decode returns the UDP datagram of a frame when it is whole, without its
// time.
func (f *frames) decode(data []byte, link layers.LinkType) (Datagram, kind) {
	f.place++
	decoder := decoderOf(link)
	if decoder == nil {
		return Datagram{}, other
	}
	// Lazy: what is behind UDP is ours to read. A panic of a layer is its
	// decode error (gopacket.DecodeOptions.SkipDecodeRecovery).
	p := gopacket.NewPacket(data, decoder, gopacket.DecodeOptions{Lazy: true, NoCopy: true})
	from, to, ok := ends(p.NetworkLayer())
	if !ok {
		return Datagram{}, other
	}
	if ip, ok := p.NetworkLayer().(*layers.IPv4); ok && (ip.Flags&layers.IPv4MoreFragments != 0 || ip.FragOffset > 0) {
		return f.join(ip)
	}
	switch transport := p.TransportLayer().(type) {
	case *layers.UDP:
		if p.Metadata().Truncated {
			return Datagram{}, short
		}
		return datagram(from, to, transport), whole
	case *layers.TCP:
		return Datagram{}, tcp
	}
	if p.Layer(layers.LayerTypeIPv6Fragment) != nil {
		return Datagram{}, fragment
	}
	return Datagram{}, other
}

// decoderOf returns what reads frames of a link type, nil for one that is not
// read here.
func decoderOf(link layers.LinkType) gopacket.Decoder {
	switch link { //nolint:exhaustive // every other type is not read
	case layers.LinkTypeEthernet, layers.LinkTypeLinuxSLL, layers.LinkTypeLinuxSLL2,
		layers.LinkTypeNull, layers.LinkTypeLoop, layers.LinkTypeRaw, 12, 14: // raw IP of the BSDs
		return link
	case layers.LinkTypeIPv4, layers.LinkTypeIPv6:
		return layers.LinkTypeRaw
	}
	return nil
}

func ends(network gopacket.NetworkLayer) (from, to netip.Addr, ok bool) {
	var src, dst []byte
	switch ip := network.(type) {
	case *layers.IPv4:
		src, dst = ip.SrcIP, ip.DstIP
	case *layers.IPv6:
		src, dst = ip.SrcIP, ip.DstIP
	}
	from, okFrom := netip.AddrFromSlice(src)
	to, okTo := netip.AddrFromSlice(dst)
	return from.Unmap(), to.Unmap(), okFrom && okTo
}

func datagram(from, to netip.Addr, udp *layers.UDP) Datagram {
	return Datagram{
		From:    netip.AddrPortFrom(from, uint16(udp.SrcPort)),
		To:      netip.AddrPortFrom(to, uint16(udp.DstPort)),
		Payload: udp.Payload,
	}
}

// A fragment waits for the others while fragmentAge frames go by; another
// fragment counts as fragmentCost of them, so that no more than 256 wait,
// whatever the capture says of their times.
const (
	fragmentAge  = 1 << 14
	fragmentCost = 1 << 6
)

// join keeps a fragment, and returns the datagram when it was the last.
func (f *frames) join(ip *layers.IPv4) (Datagram, kind) {
	f.place += fragmentCost
	if f.place-f.swept > fragmentAge/8 {
		f.parts.DiscardOlderThan(time.Unix(int64(f.place-fragmentAge), 0))
		f.swept = f.place
	}
	kept := *ip
	kept.Payload = slices.Clone(ip.Payload) // the reader's buffer is used again
	kept.SrcIP, kept.DstIP = slices.Clone(ip.SrcIP), slices.Clone(ip.DstIP)
	out, err := f.parts.DefragIPv4WithTimestamp(&kept, time.Unix(int64(f.place), 0))
	if err != nil || out == nil || out.Protocol != layers.IPProtocolUDP {
		return Datagram{}, fragment
	}
	var udp layers.UDP
	if err := udp.DecodeFromBytes(out.Payload, gopacket.NilDecodeFeedback); err != nil {
		return Datagram{}, fragment
	}
	from, to, ok := ends(out)
	if !ok || int(udp.Length) != len(out.Payload) {
		return Datagram{}, fragment
	}
	return datagram(from, to, &udp), whole
}
