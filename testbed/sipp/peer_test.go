package sipp

import (
	"net"
	"net/netip"
	"testing"
)

// TestListening: an address is free, then taken, then free.
func TestListening(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"127.0.0.1:0", "[::1]:0"} {
		c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort(at)))
		if err != nil {
			t.Fatal(err)
		}
		where := c.LocalAddr().(*net.UDPAddr).AddrPort()
		if has, err := listening(where); !has || err != nil {
			t.Errorf("%s is bound: %v, %v", where, has, err)
		}
		_ = c.Close()
		if has, err := listening(where); has || err != nil {
			t.Errorf("%s is bound after Close: %v, %v", where, has, err)
		}
	}
}
