package rtp

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// slotTime divides a packet's time: streams begin at a slot and send at it.
const (
	slotTime = time.Millisecond
	slots    = int(packetTime / slotTime)
)

// Sender plays all streams from one clock: a stream's packets leave every
// 20 ms, whenever the last of them left. A sender that was held up catches up.
type Sender struct {
	mu   sync.Mutex // protects the fields below
	ring [slots][]*Voice
	turn int // slots since the start
	late []time.Duration
	sent int
	err  error
}

// Voice is a port from which a stream is sent. What comes to the port is let
// through nowhere: a Capture has seen it.
type Voice struct {
	At netip.AddrPort
	fd int

	// Of the Sender while it plays.
	to      unix.SockaddrInet4
	source  Source
	frame   int
	packet  []byte
	resumed bool // nothing was sent in the space before
}

// OpenVoice binds a port.
func OpenVoice(at netip.AddrPort) (*Voice, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("voice at %s: %w", at, err)
	}
	deaf := []unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K, K: 0}}
	err = attach(fd, deaf)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()})
	}
	if err != nil {
		_ = unix.Close(fd)
		return nil, fmt.Errorf("voice at %s: %w", at, err)
	}
	return &Voice{At: at, fd: fd}, nil
}

// Close gives the port back; not while it plays.
func (v *Voice) Close() { _ = unix.Close(v.fd) }

// Start makes v play a source to an address from the next slot on. Its first
// sequence number and timestamp follow from the SSRC, so that a stream is the
// same when it is played again.
func (s *Sender) Start(v *Voice, to netip.AddrPort, ssrc uint32, source Source) {
	v.to = unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}
	v.source, v.frame, v.resumed = source, 0, true
	v.packet = make([]byte, headerSize, headerSize+frameSize)
	v.packet[0] = version
	binary.BigEndian.PutUint16(v.packet[2:], uint16(ssrc))
	binary.BigEndian.PutUint32(v.packet[4:], ssrc*3)
	binary.BigEndian.PutUint32(v.packet[8:], ssrc)
	s.mu.Lock()
	defer s.mu.Unlock()
	slot := (s.turn + 1) % slots
	s.ring[slot] = append(s.ring[slot], v)
}

// Stop ends a stream, and returns how many frames of its source are over.
func (s *Sender) Stop(v *Voice) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, at := range s.ring {
		s.ring[i] = slices.DeleteFunc(at, func(x *Voice) bool { return x == v })
	}
	return v.frame
}

// Run plays until ctx ends.
func (s *Sender) Run(ctx context.Context) {
	origin := time.Now()
	for turn := 0; ctx.Err() == nil; turn++ {
		due := origin.Add(time.Duration(turn) * slotTime)
		time.Sleep(time.Until(due))
		s.play(turn, time.Since(due))
	}
}

func (s *Sender) play(turn int, late time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.turn = turn
	for _, v := range s.ring[turn%slots] {
		if s.send(v) {
			s.late = append(s.late, late)
		}
	}
}

func (s *Sender) send(v *Voice) bool {
	f := v.source(v.frame)
	v.frame++
	binary.BigEndian.PutUint32(v.packet[4:], binary.BigEndian.Uint32(v.packet[4:])+frameSize)
	if f.Payload == nil {
		v.resumed = true
		return false
	}
	v.packet = append(v.packet[:headerSize], f.Payload...)
	b := v.packet
	b[1] = f.Type
	if v.resumed {
		b[1] |= 0x80 // the marker, RFC 3551 section 4.1
	}
	v.resumed = false
	// Numbers count packets, timestamps time (RFC 3550 section 5.1).
	binary.BigEndian.PutUint16(b[2:], binary.BigEndian.Uint16(b[2:])+1)
	if err := unix.Sendto(v.fd, b, unix.MSG_DONTWAIT, &v.to); err != nil {
		if s.err == nil {
			s.err = fmt.Errorf("voice at %s: %w", v.At, err)
		}
		return false
	}
	s.sent++
	return true
}

// Played returns how many packets were sent, how late they were by the
// sender's clock, and the first error of sending.
func (s *Sender) Played() (sent int, late Figures, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent, Summarise(slices.Clone(s.late)), s.err
}
