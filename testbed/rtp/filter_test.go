package rtp

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// frameOf is an Ethernet frame with a UDP packet in it.
func frameOf(from, to string, payload []byte) []byte {
	f, t := netip.MustParseAddrPort(from), netip.MustParseAddrPort(to)
	ether := append(make([]byte, etherType), 0x08, 0x00)
	ip := make([]byte, 20)
	ip[0], ip[9] = 0x45, unix.IPPROTO_UDP
	copy(ip[12:], f.Addr().AsSlice())
	copy(ip[16:], t.Addr().AsSlice())
	udp := binary.BigEndian.AppendUint16(nil, f.Port())
	udp = binary.BigEndian.AppendUint16(udp, t.Port())
	udp = binary.BigEndian.AppendUint16(udp, uint16(8+len(payload)))
	udp = append(udp, 0, 0)
	return append(append(append(ether, ip...), udp...), payload...)
}

// TestFilter lets the kernel run the filter on frames that are the payload of
// datagrams.
func TestFilter(t *testing.T) {
	t.Parallel()
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(pair[0])
	defer unix.Close(pair[1])
	if err := attach(pair[1], filter(Media, []uint16{25070, 25080})); err != nil {
		t.Fatal(err)
	}
	plain := func(from, to string) []byte { return frameOf(from, to, []byte("x")) }
	set := func(frame []byte, at int, b byte) []byte { frame[at] = b; return frame }
	const sipp = "127.0.0.1:25080"
	longer := plain("127.0.0.1:1", "127.0.0.1:2") // an IP header with 4 bytes of options
	longer[ipStart] = 0x46
	longer = append(longer[:ipStart+20:ipStart+20], append([]byte{1, 1, 1, 1}, plain(sipp, "127.0.0.1:2")[ipStart+20:]...)...)
	for name, c := range map[string]struct {
		frame []byte
		want  bool
	}{
		"to media":           {plain("127.0.0.1:26000", "127.0.8.2:10000"), true},
		"from media":         {plain("127.0.8.2:10000", "127.0.0.1:26000"), false},
		"from media to SIP":  {plain("127.0.8.2:10000", sipp), true},
		"next to media":      {plain("127.0.0.1:26000", "127.0.9.2:10000"), false},
		"from SIP":           {plain(sipp, "127.0.0.1:25060"), true},
		"to SIP":             {plain("127.0.0.1:25062", "127.0.0.1:25070"), true},
		"behind options":     {longer, true},
		"something else":     {plain("127.0.0.1:1", "127.0.0.1:2"), false},
		"TCP":                {set(plain(sipp, "127.0.0.1:2"), ipProtocol, unix.IPPROTO_TCP), false},
		"IPv6":               {set(plain(sipp, "127.0.0.1:2"), etherType, 0x86), false},
		"a first fragment":   {set(plain(sipp, "127.0.0.1:2"), ipFragment, 0x20), false},
		"a later fragment":   {set(plain(sipp, "127.0.0.1:2"), ipFragment+1, 9), false},
		"not to be divided":  {set(plain(sipp, "127.0.0.1:2"), ipFragment, 0x40), true},
		"too short for that": {plain(sipp, "127.0.0.1:2")[:20], false},
	} {
		_ = unix.Sendto(pair[0], c.frame, 0, nil) // one that is not let in may be an error
		_, _, err := unix.Recvfrom(pair[1], make([]byte, 100), 0)
		if got := err == nil; got != c.want {
			t.Errorf("%s: let in %v, %v", name, got, err)
		}
	}
}
