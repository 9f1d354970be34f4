package line

import (
	"encoding/binary"
	"math"
	"testing"
	"time"

	"tregua/media/ambience"
	"tregua/media/codec"
)

const ms = time.Millisecond

const (
	ourSSRC  = 0x7e90a000
	evType   = 101
	noType   = 13
	speechB  = 0x9a // a byte of the peer's speech, of a level that ambience does not clip
	silenceB = 0xd5
)

func config() Config {
	return Config{SSRC: ourSSRC, Sequence: 65530, Timestamp: math.MaxUint32 - 2000, Codec: codec.PCMA, Type: 8, Noise: noType, Event: evType}
}

var sound = ambience.New(ambience.Config{Seconds: 61})

// sent is a packet on the line.
type sent struct {
	at     time.Duration
	own    bool
	packet []byte
	in     []byte // what it was made of
}

func (s sent) sequence() uint16 { return binary.BigEndian.Uint16(s.packet[2:]) }
func (s sent) ts() uint32       { return binary.BigEndian.Uint32(s.packet[4:]) }
func (s sent) ssrc() uint32     { return binary.BigEndian.Uint32(s.packet[8:]) }
func (s sent) kind() uint8      { return s.packet[1] & 0x7f }
func (s sent) marked() bool     { return s.packet[1]&0x80 != 0 }

// rig is a line with a clock.
type rig struct {
	t    *testing.T
	line Line
	amb  ambience.Cursor
	next time.Duration
	late func() time.Duration // of the clock
	out  []sent
	buf  [PacketSize]byte
}

func newRig(t *testing.T, c Config) *rig {
	return &rig{t: t, line: New(c), amb: sound.Cursor(0), next: Never, late: func() time.Duration { return 0 }}
}

func (r *rig) start(now time.Duration, a Action) {
	r.line.Start(now, a)
	r.tick(now)
}

func (r *rig) set(now time.Duration, a Action) {
	r.run(now)
	r.line.Set(a)
	r.tick(now)
}

// run lets time pass until now.
func (r *rig) run(now time.Duration) {
	for r.next < now {
		r.tick(r.next)
	}
}

func (r *rig) tick(at time.Duration) {
	n, next := r.line.Tick(at, &r.amb, r.buf[:])
	if n > 0 {
		r.out = append(r.out, sent{at: at, own: true, packet: append([]byte(nil), r.buf[:n]...)})
	}
	if next <= at {
		r.t.Fatalf("at %v the next tick is at %v", at, next)
	}
	r.next = next
	if next != Never {
		r.next += r.late()
	}
}

// packet gives the line a packet and returns whether it was sent.
func (r *rig) packet(now time.Duration, a Action, p []byte) bool {
	r.run(now)
	in := append([]byte(nil), p...)
	ok := r.line.Packet(now, p, a, &r.amb)
	if ok {
		r.out = append(r.out, sent{at: now, packet: p, in: in})
	}
	if r.next == Never {
		r.tick(now)
	}
	return ok
}

// peer makes the packets of a stream.
type peer struct {
	ssrc, ts uint32
	sequence uint16
	kind     uint8
	size     int  // samples a packet
	fill     byte // of the payload
}

// next returns the next packet.
func (p *peer) next() []byte {
	b := rtp(p.kind, p.sequence, p.ts, p.ssrc, p.size, p.fill)
	p.sequence++
	p.ts += uint32(p.size)
	return b
}

func rtp(kind uint8, sequence uint16, ts, ssrc uint32, size int, fill byte) []byte {
	b := make([]byte, headerSize+size)
	b[0], b[1] = 0x80, kind
	write(b, sequence, ts, ssrc)
	for i := range b[headerSize:] {
		b[headerSize+i] = fill
	}
	return b
}

// event is a packet of a telephone-event that has lasted so long.
func (p *peer) event(begin uint32, lasted uint16) []byte {
	b := rtp(evType, p.sequence, begin, p.ssrc, 4, 0)
	b[headerSize], b[headerSize+1] = 5, 10
	binary.BigEndian.PutUint16(b[headerSize+2:], lasted)
	p.sequence++
	return b
}
