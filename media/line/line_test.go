package line

import (
	"bytes"
	"math"
	"testing"
	"time"

	"tregua/media/codec"
)

// TestNote: what flowed before the call was answered goes on.
func TestNote(t *testing.T) {
	t.Parallel()
	early := peer{ssrc: 77, sequence: 65534, ts: math.MaxUint32 - 100, kind: 8, size: 160, fill: speechB}
	l := New(config())
	var last sent
	for i := range 5 {
		last = sent{packet: early.next()}
		l.Note(time.Duration(20*i)*ms, last.packet)
		if i == 4 {
			l.Note(time.Duration(20*i)*ms, rtp(8, 65534, 0, 77, 160, 0)) // late
		}
	}
	amb := sound.Cursor(0)
	out := make([]byte, PacketSize)
	l.Start(90*ms, Replace)
	if n, next := l.Tick(90*ms, &amb, out); n != 0 || next != 140*ms {
		t.Errorf("%d bytes while the peer's clock drives; next %v", n, next)
	}
	p := early.next()
	if !l.Packet(100*ms, p, Replace, &amb) || !bytes.Equal(p[:headerSize], rtp(8, 3, last.ts()+160, 77, 0, 0)) {
		t.Errorf("% x", p[:headerSize])
	}
	if n, _ := l.Tick(160*ms, &amb, out); n == 0 || !bytes.Equal(out[2:headerSize], rtp(8, 4, last.ts()+160+480, 77, 0, 0)[2:]) {
		t.Errorf("% x", out[:headerSize])
	}
	l.Note(200*ms, early.next())
	if l.SSRC() != 77 || l.sequence != 4 {
		t.Error("noted after Start")
	}
}

// TestNoteRestart: early media that begins anew under its SSRC is the stream
// that goes on.
func TestNoteRestart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ back, want uint16 }{{5000, 15011}, {100, 20011}} {
		l := New(config())
		for i := range uint16(10) {
			l.Note(time.Duration(i)*20*ms, rtp(8, 20001+i, uint32(i)*160, 77, 160, 0))
		}
		l.Note(200*ms, rtp(8, 20010-c.back, 0, 77, 160, 0))
		l.Start(220*ms, Mix)
		p := rtp(8, c.want, 160, 77, 160, 0)
		if !l.Packet(220*ms, p, Mix, nil) || (sent{packet: p}).sequence() != c.want {
			t.Errorf("%d back: % x", c.back, p[:headerSize])
		}
	}
}

// TestOffsets: another forwarder that is told them does what the line does.
func TestOffsets(t *testing.T) {
	t.Parallel()
	l := New(config())
	amb := sound.Cursor(0)
	p := peer{ssrc: 3, sequence: 65000, ts: 12, kind: 8, size: 160, fill: speechB}
	l.Start(0, Mix)
	out := make([]byte, PacketSize)
	l.Tick(0, &amb, out)
	for i := range 30 {
		now, action := time.Duration(i+1)*20*ms, Mix
		if i >= 5 {
			action = Pass
		}
		in := p.next()
		h, _ := l.read(in)
		if !l.Packet(now, in, action, &amb) {
			t.Fatal("lost")
		}
		o, ok := l.Offsets()
		if want := i >= 5+10-1; ok != want {
			t.Fatalf("packet %d: %v, want %v", i, ok, want)
		}
		if want := rtp(8, h.sequence+o.Sequence, h.ts+o.Timestamp, o.SSRC, 160, speechB); ok && (!bytes.Equal(in[:headerSize], want[:headerSize]) || o.Source != 3) {
			t.Errorf("packet %d: %+v makes % x, the line % x", i, o, want[:headerSize], in[:headerSize])
		}
	}
	l.Set(Mute)
	if _, ok := l.Offsets(); ok {
		t.Error("a mute line is handed over")
	}
	none := New(config())
	none.Start(0, Pass)
	if _, ok := none.Offsets(); ok {
		t.Error("a line without a source is handed over")
	}
	if n, next := l.Tick(2*time.Second, &amb, out); n != 0 || next != Never {
		t.Error("a mute line speaks")
	}
}

func TestOwnPacket(t *testing.T) {
	t.Parallel()
	c := config()
	c.Type, c.Codec = 0, codec.PCMU
	l := New(c)
	amb := sound.Cursor(1 << 30)
	twin := amb
	out := make([]byte, 200)
	if n, next := l.Tick(0, &amb, out); n != 0 || next != Never {
		t.Error("sent before Start")
	}
	l.Start(time.Second, Fill)
	n, next := l.Tick(time.Second, &amb, out)
	want := rtp(0x80, c.Sequence, c.Timestamp, ourSSRC, 160, 0)
	copy(want[headerSize:], twin.Next(codec.PCMU, 160))
	if !bytes.Equal(out[:n], want) || next != time.Second+20*ms {
		t.Errorf("% x, next %v", out[:n], next)
	}
	if n, next = l.Tick(next-1, &amb, out); n != 0 || next != time.Second+20*ms {
		t.Error("sent too early")
	}
}

// TestLateClock: a clock that calls late makes no hole up to half of a
// packet's time; beyond that it cannot but leave some out. There is no burst.
func TestLateClock(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		late      time.Duration
		n, marked int
	}{{0, 150, 1}, {5 * ms, 150, 1}, {9 * ms, 150, 1}, {10 * ms, 150, 1}, {19 * ms, 100, 25}, {35 * ms, 60, 30}} {
		r := newRig(t, config())
		r.late = func() time.Duration { return c.late }
		r.start(0, Fill)
		r.run(3 * time.Second)
		marked := 0
		for i, s := range r.out {
			if s.marked() {
				marked++
			}
			if i > 0 && s.at-r.out[i-1].at < 10*ms {
				t.Errorf("%v late: %v after the one before", c.late, s.at-r.out[i-1].at)
			}
		}
		if len(r.out) != c.n || marked != c.marked {
			t.Errorf("%v late: %d packets, %d marked; want %d, %d", c.late, len(r.out), marked, c.n, c.marked)
		}
	}
}

// TestCaughtUp: one call that comes 35 ms late costs no packet.
func TestCaughtUp(t *testing.T) {
	t.Parallel()
	r := newRig(t, config())
	calls := 0
	r.late = func() time.Duration {
		if calls++; calls == 5 {
			return 35 * ms
		}
		return 0
	}
	r.start(0, Fill)
	r.run(time.Second)
	if len(r.out) != 50 || r.line.end != 50*frame {
		t.Errorf("%d packets, %d samples; want 50", len(r.out), r.line.end)
	}
	for i, s := range r.out[1:] {
		if s.marked() || s.at-r.out[i].at < 10*ms {
			t.Errorf("at %v: marked %v, %v after the one before", s.at, s.marked(), s.at-r.out[i].at)
		}
	}
}

func TestAllocates(t *testing.T) {
	l := New(config())
	amb := sound.Cursor(0)
	out := make([]byte, PacketSize)
	p := peer{ssrc: 1, kind: 8, size: 160}
	packet := p.next()
	report := sr(1)
	now := time.Duration(0)
	for _, a := range []Action{Fill, Replace, Mix, Pass, Mute} {
		if n := testing.AllocsPerRun(100, func() {
			now += 100 * ms
			l.Tick(now, &amb, out)
			write(packet, p.sequence, p.ts, 1)
			p.sequence, p.ts = p.sequence+1, p.ts+800
			l.Packet(now+ms, packet, a, &amb)
			l.Report(now, report)
			l.Feedback(report)
		}); n != 0 {
			t.Errorf("action %d: %g allocations", a, n)
		}
	}
}

func BenchmarkPacket(b *testing.B) {
	for _, c := range []struct {
		name   string
		action Action
	}{{"Replace", Replace}, {"Mix", Mix}, {"Pass", Pass}} {
		b.Run(c.name, func(b *testing.B) {
			l := New(config())
			amb := sound.Cursor(0)
			p := peer{ssrc: 1, kind: 8, size: 160}
			packet := p.next()
			now := time.Duration(0)
			b.ReportAllocs()
			for b.Loop() {
				now += 20 * ms
				write(packet, p.sequence, p.ts, 1)
				p.sequence, p.ts = p.sequence+1, p.ts+160
				if !l.Packet(now, packet, c.action, &amb) {
					b.Fatal("lost")
				}
			}
		})
	}
}
