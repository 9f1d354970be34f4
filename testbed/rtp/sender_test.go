package rtp

import (
	"context"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
)

// listen opens a port that keeps what comes.
func listen(t *testing.T) (fd int, at netip.AddrPort) {
	t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Close(fd) })
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		t.Fatal(err)
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return fd, netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(name.(*unix.SockaddrInet4).Port))
}

// came reads what came to a port.
func came(t *testing.T, fd int) (s Stream, markers int) {
	t.Helper()
	buf := make([]byte, 1500)
	for {
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err != nil {
			return s, markers
		}
		a, ok := readArrival(Packet{Payload: buf[:n]}, true)
		if !ok {
			t.Fatalf("%x is no RTP", buf[:n])
		}
		if buf[1]&0x80 != 0 {
			markers++
		}
		s = append(s, a)
	}
}

// TestSender plays two streams for a second of a clock of its own.
func TestSender(t *testing.T) {
	t.Parallel()
	ear, at := listen(t)
	other, elsewhere := listen(t)
	local := netip.MustParseAddrPort("127.0.0.1:0")
	first, err := OpenVoice(local)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	second, err := OpenVoice(local)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	synctest.Test(t, func(t *testing.T) {
		var s Sender
		var wg sync.WaitGroup
		ctx, cancel := context.WithCancel(t.Context())
		defer wg.Wait()
		defer cancel()
		wg.Go(func() { s.Run(ctx) })
		s.Start(first, at, 0xffff, Then(Dead, 100*time.Millisecond, CN))
		s.Start(second, elsewhere, 6, Tone())
		time.Sleep(time.Second - time.Microsecond)
		if n := s.Stop(second); n != 50 {
			t.Errorf("%d frames in a second", n)
		}
		time.Sleep(time.Second)
		if sent, late, err := s.Played(); sent != 50+5+10 || late.Max != 0 || err != nil {
			t.Errorf("%d packets, late %v, %v", sent, late, err)
		}
	})
	got, markers := came(t, ear)
	if len(got) != 15 || markers != 10 {
		t.Errorf("%d packets with %d markers", len(got), markers)
	}
	for i, a := range got {
		frame, kind := i, uint8(typePCMA)
		if i >= 5 {
			frame, kind = 5+(i-5)*10, typeCN
		}
		if a.Sequence != uint16(i) || a.Timestamp != got[0].Timestamp+uint32(frame*frameSize) || a.SSRC != 0xffff || a.Type != kind {
			t.Errorf("packet %d: %+v", i, a)
		}
	}
	if got, markers := came(t, other); len(got) != 50 || markers != 1 || string(got[3].Payload) != string(Tone()(3).Payload) {
		t.Errorf("%d packets with %d markers of the other", len(got), markers)
	}
}

func TestOpenVoiceTwice(t *testing.T) {
	t.Parallel()
	_, at := listen(t)
	if v, err := OpenVoice(at); err == nil {
		v.Close()
		t.Errorf("%s is opened again", at)
	}
}

// TestVoiceIsDeaf: what comes to a voice fills no buffer.
func TestVoiceIsDeaf(t *testing.T) {
	t.Parallel()
	v, err := OpenVoice(netip.MustParseAddrPort("127.0.0.1:0"))
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	name, err := unix.Getsockname(v.fd)
	if err != nil {
		t.Fatal(err)
	}
	fd, _ := listen(t)
	if err := unix.Sendto(fd, []byte("x"), 0, name); err != nil {
		t.Fatal(err)
	}
	if n, _, err := unix.Recvfrom(v.fd, make([]byte, 9), 0); err == nil {
		t.Errorf("%d bytes came", n)
	}
}
