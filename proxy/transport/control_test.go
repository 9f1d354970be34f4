package transport

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The kernel's count goes on for ever and wraps.
func TestDropCount(t *testing.T) {
	t.Parallel()
	u := &UDP{lost: 1<<32 - 2}
	for _, step := range []struct {
		kernel uint32
		want   uint64
	}{{1<<32 - 1, 1}, {1<<32 - 1, 1}, {3, 5}, {4, 6}} {
		oob := make([]byte, unix.CmsgSpace(4))
		header := (*unix.Cmsghdr)(unsafe.Pointer(&oob[0]))
		header.Level, header.Type = unix.SOL_SOCKET, unix.SO_RXQ_OVFL
		header.SetLen(unix.CmsgLen(4))
		binary.NativeEndian.PutUint32(oob[unix.CmsgLen(0):], step.kernel)
		u.datagram(nil, oob, netip.AddrPort{})
		if got := u.Stats().Dropped; got != step.want {
			t.Errorf("the kernel says %d: got %d, want %d", step.kernel, got, step.want)
		}
	}
}

func TestControlIsBounded(t *testing.T) {
	t.Parallel()
	var c control
	oob := c.name(netip.MustParseAddr("192.0.2.1"))
	if got := parseControl(oob).local; got != netip.MustParseAddr("192.0.2.1") {
		t.Errorf("got %v", got)
	}
	for n := range oob {
		parseControl(oob[:n]) // must not panic
	}
}
