package relay

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tregua/media"
	"tregua/media/ambience"
	"tregua/media/codec"
)

const ms = time.Millisecond

var murmur = ambience.New(ambience.Config{Seconds: 61})

// spoken are the payload types of a leg that takes A-law.
var spoken = media.Formats{Spoken: true, Codec: codec.PCMA, Audio: 8, Event: 101, Noise: 13}

const owner = 4711

// stage is a worker without a loop whose clock is turned by hand, one anchor
// of it, and a peer at each of its four sockets.
type stage struct {
	t     testing.TB
	w     *worker
	a     *anchor
	now   time.Duration
	flows [2]media.Flow
	fd    [2][2]int // of the peers: by leg, RTP and RTCP
	at    [2][2]netip.AddrPort
	got   [2][]packetAt // RTP that a peer got, and RTCP on its port
	rtcp  [2][]packetAt
	told  []uint64
	buf   datagram
	mark  int // a socket that sends to itself
	echo  netip.AddrPort
	poll  [1]unix.PollFd
}

type packetAt struct {
	at   time.Duration
	data []byte
}

func (p packetAt) sequence() uint16 { return binary.BigEndian.Uint16(p.data[2:]) }
func (p packetAt) ts() uint32       { return binary.BigEndian.Uint32(p.data[4:]) }
func (p packetAt) ssrc() uint32     { return binary.BigEndian.Uint32(p.data[8:]) }
func (p packetAt) marked() bool     { return p.data[1]&0x80 != 0 }

func newStage(t testing.TB) *stage {
	t.Helper()
	s := &stage{t: t, now: time.Hour}
	free := newPorts(33000, 33999, 0)
	a, err := new(Relay).open(&pool{Pair: Pair{Addr: [2]netip.Addr{loopback, loopback}}, ports: [2]*ports{free, free}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.closeSockets)
	a.owner = owner
	s.a = a
	s.w = &worker{relay: &Relay{config: Config{
		Now:      func() time.Duration { return s.now },
		Told:     func(owner uint64) { s.told = append(s.told, owner) },
		Ambience: murmur,
	}.withDefaults()}}
	s.mark, s.echo = openPeer(t)
	for leg := range s.fd {
		for kind := range s.fd[leg] {
			s.fd[leg][kind], s.at[leg][kind] = openPeer(t)
		}
		s.flows[leg] = media.Flow{Mode: media.Pass, Peer: s.at[leg][0], PeerRTCP: s.at[leg][1], Formats: spoken}
	}
	s.set()
	return s
}

// openPeer opens a socket that is read without waiting.
func openPeer(t testing.TB) (int, netip.AddrPort) {
	fd, err := openSocket(netip.AddrPortFrom(loopback, 0))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closeFD(fd) })
	name, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return fd, netip.AddrPortFrom(loopback, uint16(name.(*unix.SockaddrInet4).Port))
}

// set brings s.flows into force.
func (s *stage) set() {
	s.w.now = s.now
	s.w.set(s.a, s.flows)
	s.w.ticks()
	s.drain()
}

func (s *stage) mode(m media.Mode) {
	s.flows[media.A].Mode = m
	s.set()
}

// run lets time pass until now.
func (s *stage) run(now time.Duration) {
	for g := s.w.agenda.due(now); g != nil; g = s.w.agenda.due(now) {
		s.now = max(s.now, g.next)
		s.w.ticks()
		s.drain()
	}
	s.now = now
}

func (s *stage) wait(d time.Duration) { s.run(s.now + d) }

// send sends an RTP packet from a leg and has it moved.
func (s *stage) send(leg media.Leg, packet []byte) {
	s.t.Helper()
	s.pass(&s.a.rtp[leg], s.fd[leg][0], s.a.port[leg], packet)
}

// report sends an RTCP packet.
func (s *stage) report(leg media.Leg, packet []byte) {
	s.t.Helper()
	s.pass(&s.a.rtcp[leg], s.fd[leg][1], s.a.port[leg]+1, packet)
}

func (s *stage) pass(e *end, from int, port uint16, packet []byte) {
	s.t.Helper()
	if errno := s.buf.send(from, packet, netip.AddrPortFrom(loopback, port)); errno != 0 {
		s.t.Fatal(errno)
	}
	s.arrived(e.fd)
	s.w.now = s.now
	s.w.forward(e)
	s.drain()
}

// arrived waits until a packet is there.
func (s *stage) arrived(fd int) {
	s.poll[0] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
	for {
		n, err := unix.Poll(s.poll[:], int(patience/ms))
		if err == unix.EINTR {
			continue
		}
		if n != 1 {
			s.t.Fatal("a packet has not come: ", err)
		}
		return
	}
}

// drain takes what has been sent to the peers. On loopback packets come in the
// order in which they were sent: what was sent before the mark is there with it.
func (s *stage) drain() {
	s.buf.send(s.mark, []byte{0}, s.echo)
	s.arrived(s.mark)
	s.buf.receive(s.mark)
	for leg := range s.fd {
		s.got[leg] = s.collect(s.fd[leg][0], s.got[leg])
		s.rtcp[leg] = s.collect(s.fd[leg][1], s.rtcp[leg])
	}
}

func (s *stage) collect(fd int, into []packetAt) []packetAt {
	for {
		packet, _, errno := s.buf.receive(fd)
		if errno != 0 {
			return into
		}
		into = append(into, packetAt{s.now, append([]byte(nil), packet...)})
	}
}

// last is the newest packet that a leg got.
func (s *stage) last(leg media.Leg) packetAt {
	s.t.Helper()
	if len(s.got[leg]) == 0 {
		s.t.Fatalf("leg %d got nothing", leg)
	}
	return s.got[leg][len(s.got[leg])-1]
}

// whole wants what leg B got to be one stream: one SSRC, no number missing,
// time in step with the numbers or marked, and never back.
func (s *stage) whole() {
	s.t.Helper()
	for i, p := range s.got[media.B][1:] {
		was := s.got[media.B][i]
		step := p.ts() - was.ts()
		if p.ssrc() != was.ssrc() || p.sequence() != was.sequence()+1 {
			s.t.Errorf("packet %d: SSRC %x, number %d after %d", i+1, p.ssrc(), p.sequence(), was.sequence())
		}
		if step != 160 && (!p.marked() || step%160 != 0 || step > 1600) {
			s.t.Errorf("packet %d: a step of %d, marked %v", i+1, step, p.marked())
		}
	}
}

// voice is a peer's RTP stream of A-law, 20 ms a packet.
type voice struct {
	ssrc, ts uint32
	seq      uint16
	kind     uint8
}

func (v *voice) next(sound []byte) []byte {
	p := make([]byte, 12, 12+len(sound))
	p[0], p[1] = 0x80, v.kind
	binary.BigEndian.PutUint16(p[2:], v.seq)
	binary.BigEndian.PutUint32(p[4:], v.ts)
	binary.BigEndian.PutUint32(p[8:], v.ssrc)
	v.seq++
	v.ts += 160
	return append(p, sound...)
}

// play sends that sound from leg A, a packet each 20 ms, and returns how many
// of them leg B got.
func (s *stage) play(v *voice, sound []byte) (got int) {
	s.t.Helper()
	for ; len(sound) >= 160; sound = sound[160:] {
		was := len(s.got[media.B])
		s.send(media.A, v.next(sound[:160]))
		got += len(s.got[media.B]) - was
		s.wait(20 * ms)
	}
	return got
}

// silence is a dead line of so many packets.
func silence(packets int) []byte {
	b := make([]byte, 160*packets)
	for i := range b {
		b[i] = codec.PCMA.Silence()
	}
	return b
}

// speech is so many packets of what is like a voice: harmonics of a gliding
// pitch under formants that move from vowel to vowel.
func speech(packets int) []byte {
	const rate = 8000
	r := rand.New(rand.NewPCG(5, 7))
	out := make([]byte, 0, 160*packets)
	phase, pitch := 0.0, 140.0
	for len(out) < cap(out) {
		n := int((0.10 + 0.14*r.Float64()) * rate)
		formants := []float64{300 + 500*r.Float64(), 900 + 1400*r.Float64(), 2400 + 500*r.Float64()}
		glide := 0.8 + 0.4*r.Float64()
		for i := range min(n, cap(out)-len(out)) {
			x := float64(i) / float64(n)
			hz := pitch * (1 + (glide-1)*x)
			phase += 2 * math.Pi * hz / rate
			v := 0.0
			for k := 1; float64(k)*hz < 3500; k++ {
				gain := 0.05
				for j, f := range formants {
					gain += math.Exp(-math.Pow((float64(k)*hz-f*(1+0.2*x))/180, 2)) / float64(j+1)
				}
				v += gain * math.Sin(phase*float64(k))
			}
			out = append(out, codec.PCMA.Encode(int16(3000*math.Sin(math.Pi*x)*v)))
		}
		pitch = min(220, max(80, pitch*glide))
	}
	return out
}
