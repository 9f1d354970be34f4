package line

import (
	"bytes"
	"math"
	"testing"
	"time"

	"tregua/media/codec"
)

// story drives a line by hand; want is what each packet becomes: its number
// and timestamp beside the first's, whether it is marked; lost: nothing.
type told struct {
	sequence uint16
	ts       uint32
	mark     bool
}

var lost = told{mark: true, ts: 1}

func tell(first, s sent) told {
	return told{s.sequence() - first.sequence(), s.ts() - first.ts(), s.marked()}
}

// TestStories: packets of one source in state Mix, 20 ms each, after 100 ms of
// own ones (numbers 0 to 4). Own packets between them are counted too.
func TestStories(t *testing.T) {
	t.Parallel()
	const s = 7 // its SSRC
	mk := func(at int, sequence uint16, ts, ssrc uint32) step {
		return step{at: time.Duration(at) * ms, p: rtp(8, sequence, ts, ssrc, 160, speechB)}
	}
	cases := map[string][]step{
		"in order":                      {mk(100, 1, 160, s).is(5, 800), mk(120, 2, 320, s).is(6, 960)},
		"a loss keeps the offsets":      {mk(100, 1, 160, s).is(5, 800), mk(140, 3, 480, s).is(7, 1120)},
		"a late one keeps the offsets":  {mk(100, 1, 160, s).is(5, 800), mk(140, 3, 480, s).is(7, 1120), mk(141, 2, 320, s).is(6, 960), mk(160, 4, 640, s).is(8, 1280)},
		"a repetition is dropped":       {mk(100, 1, 160, s).is(5, 800), mk(101, 1, 160, s).gone(), mk(120, 2, 320, s).is(6, 960), mk(121, 1, 160, s).gone()},
		"late and twice":                {mk(100, 1, 160, s).is(5, 800), mk(140, 3, 480, s).is(7, 1120), mk(141, 2, 320, s).is(6, 960), mk(142, 2, 320, s).gone()},
		"one from before it was known":  {mk(100, 2, 320, s).is(5, 800), mk(101, 1, 160, s).gone()},
		"a number that was ours":        {mk(100, 1, 160, s).is(5, 800), mk(185, 3, 480, s).is(8, 1600), mk(186, 2, 320, s).gone(), mk(205, 4, 640, s).is(9, 1760)},
		"late, after own ones":          {mk(100, 1, 160, s).is(5, 800), mk(140, 3, 480, s).is(7, 1120), mk(205, 2, 320, s).gone()},
		"very late":                     {mk(100, 1, 160, s).is(5, 800), mk(120, 66, 320, s).is(70, 960), mk(121, 2, 200, s).gone(), mk(122, 3, 210, s).is(7, 850)},
		"a late one with an odd time":   {mk(100, 1, 160, s).is(5, 800), mk(140, 3, 480, s).is(7, 1120), mk(141, 2, 3000, s).is(6, 3640), mk(160, 4, 640, s).is(8, 1280)},
		"numbers and time wrap":         {mk(100, 65535, math.MaxUint32-79, s).is(5, 800), mk(120, 0, 80, s).is(6, 960)},
		"another source":                {mk(100, 1, 160, s).is(5, 800), mk(120, 700, 99, 8).is(6, 960), mk(140, 701, 259, 8).is(7, 1120)},
		"a straggler of the one before": {mk(100, 1, 160, s).is(5, 800), mk(120, 700, 99, 8).is(6, 960), mk(121, 2, 320, s).gone(), mk(140, 701, 259, 8).is(7, 1120)},
		"the one before comes back":     {mk(100, 1, 160, s).is(5, 800), mk(120, 700, 99, 8).is(6, 960), mk(180, 4, 640, s).marked(7, 1440)},
		"numbers begin anew":            {mk(100, 1, 160, s).is(5, 800), mk(120, 30000, 320, s).gone(), mk(140, 30001, 480, s).marked(6, 1120)},
		"one number far off":            {mk(100, 1, 160, s).is(5, 800), mk(120, 30000, 320, s).gone(), mk(140, 3, 480, s).is(7, 1120), mk(160, 30001, 640, s).gone()},
		"time leaps":                    {mk(100, 1, 160, s).is(5, 800), mk(120, 2, 1e6, s).is(6, 960), mk(140, 3, 1e6+160, s).is(7, 1120)},
		"time goes back":                {mk(100, 1, 1e6, s).is(5, 800), mk(120, 2, 320, s).is(6, 960)},
		"two at once are too much":      {mk(100, 1, 0, 1).is(5, 800), mk(100, 1, 0, 2).is(6, 960), mk(100, 1, 0, 3).is(7, 1120), mk(100, 1, 0, 4).is(8, 1280), mk(100, 1, 0, 5).gone(), mk(120, 2, 160, 5).is(9, 1440)},
		"own ones while none come":      {mk(100, 1, 160, s).is(5, 800), mk(200, 2, 320, s).is(8, 1600)},
		"one that comes a little early": {mk(100, 1, 160, s).is(5, 800), mk(175, 2, 320, s).is(7, 1440), mk(195, 3, 480, s).is(8, 1600)},
	}
	for name, steps := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, config())
			r.start(0, Mix)
			for i, s := range steps {
				ok := r.packet(s.at, Mix, s.p)
				got := lost
				if ok {
					got = tell(r.out[0], r.out[len(r.out)-1])
				}
				if got != s.want {
					t.Errorf("packet %d at %v: %+v, want %+v", i, s.at, got, s.want)
				}
			}
		})
	}
}

type step struct {
	at   time.Duration
	p    []byte
	want told
}

func (s step) is(sequence uint16, ts uint32) step { s.want = told{sequence, ts, false}; return s }

func (s step) marked(sequence uint16, ts uint32) step { s.want = told{sequence, ts, true}; return s }

func (s step) gone() step { s.want = lost; return s }

// TestKinds: which packets are sent at all.
func TestKinds(t *testing.T) {
	t.Parallel()
	cases := []struct {
		kind uint8
		sent string // actions, by letter
	}{
		{8, "RXP"}, {0, "RXP"}, {noType, "P"}, {evType, "FRXP"}, {96, "XP"},
	}
	letters := map[Action]byte{Mute: 'M', Fill: 'F', Replace: 'R', Mix: 'X', Pass: 'P'}
	for _, c := range cases {
		for a, letter := range letters {
			l := New(config())
			want := bytes.IndexByte([]byte(c.sent), letter) >= 0
			in := rtp(c.kind, 1, 1, 1, 4, 7)
			if got := l.Packet(0, in, a, nil); got != want {
				t.Errorf("type %d, %c: %v", c.kind, letter, got)
			}
			if speech := c.kind == 8 || c.kind == 0; want && in[1]&0x80 != 0 != speech {
				t.Errorf("type %d, %c: marked %v", c.kind, letter, !speech)
			}
			if want && c.kind != 8 && c.kind != 0 && !bytes.Equal(in[headerSize:], []byte{7, 7, 7, 7}) {
				t.Errorf("type %d, %c: the payload is changed", c.kind, letter)
			}
		}
	}
}

// TestDTX: comfort noise is kept back until an operator is there, and its
// numbers are not missed.
func TestDTX(t *testing.T) {
	t.Parallel()
	r := newRig(t, config())
	r.start(0, Mix)
	give := func(at int, a Action, kind uint8, sequence uint16, ts uint32) bool {
		return r.packet(time.Duration(at)*ms, a, rtp(kind, sequence, ts, 1, 160, speechB))
	}
	give(10, Mix, 8, 1, 0)
	give(30, Mix, noType, 2, 160)
	give(50, Mix, 8, 3, 320)
	give(70, Pass, 8, 4, 480)
	give(90, Pass, noType, 5, 640)
	r.run(500 * ms)
	give(500, Pass, 8, 6, 640+3280)
	give(520, Pass, 8, 7, 640+3440)
	want := []told{{0, 0, true}, {1, 160, false}, {2, 480, true}, {3, 640, false}, {4, 800, false}, {5, 4080, false}, {6, 4240, false}}
	if len(r.out) != len(want) {
		t.Fatalf("%d packets", len(r.out))
	}
	for i, s := range r.out {
		if got := tell(r.out[0], s); got != want[i] {
			t.Errorf("packet %d: %+v, want %+v", i, got, want[i])
		}
	}
}

// TestEvent: all packets of a digit have one timestamp, also when own packets
// come between them.
func TestEvent(t *testing.T) {
	t.Parallel()
	r := newRig(t, config())
	r.start(0, Fill)
	p := peer{ssrc: 1, sequence: 65534, ts: 5000}
	for _, at := range []int{30, 80, 130, 400, 401, 402} {
		packet := p.event(5000, uint16(at*8))
		if at == 30 {
			mark(packet)
		}
		r.packet(time.Duration(at)*ms, Fill, packet)
	}
	var begin uint32
	events, own := 0, 0
	for i, s := range r.out {
		if s.sequence() != r.out[0].sequence()+uint16(i) {
			t.Errorf("packet %d has number %d", i, s.sequence())
		}
		if s.own {
			own++
			if s.at > 20*ms && s.at < 250*ms {
				t.Errorf("an own packet at %v, within the digit", s.at)
			}
			continue
		}
		if begin == 0 {
			begin = s.ts()
		}
		if s.ts() != begin || s.marked() != (events == 0) || !bytes.Equal(s.packet[headerSize:], s.in[headerSize:]) {
			t.Errorf("event at %v: % x", s.at, s.packet)
		}
		events++
	}
	if events != 6 || own != 2+7 {
		t.Errorf("%d events, %d own", events, own)
	}
}

// TestEventStrays: a digit that comes with a time of its own begins now; a long
// one keeps its beginning; after the watch it is the peer's affair.
func TestEventStrays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		action Action
		begin  uint32
		want   uint32
	}{{Mix, 1e9, 320}, {Mix, 480, 480}, {Pass, 1e9, 1e9}} {
		r := newRig(t, config())
		r.start(0, Fill)
		p := peer{ssrc: 1, ts: 160, kind: 8, size: 160, fill: speechB}
		r.packet(20*ms, c.action, p.next())
		for at := 40; at <= 840; at += 100 {
			r.packet(time.Duration(at)*ms, c.action, p.event(c.begin, uint16(at*8)))
		}
		p.ts = 160 + 840*8
		r.packet(860*ms, c.action, p.next())
		for _, s := range r.out[2 : len(r.out)-1] {
			if got := s.ts() - r.out[0].ts(); got != c.want || s.own {
				t.Errorf("%v: %d at %v, want %d", c, got, s.at, c.want)
			}
		}
		if got := tell(r.out[0], r.out[len(r.out)-1]); got.ts != 860*8 || got.sequence != 11 {
			t.Errorf("%v: speech after it at %+v", c, got)
		}
	}
}

// TestEventAmongSources: a digit takes no time of the line; it passes when
// speech would be too much.
func TestEventAmongSources(t *testing.T) {
	t.Parallel()
	l := New(config())
	for ssrc := range uint32(6) {
		want := ssrc < 4
		if got := l.Packet(0, rtp(8, 1, 0, ssrc, 160, speechB), Mix, nil); got != want {
			t.Errorf("source %d: %v", ssrc, got)
		}
	}
	p := peer{ssrc: 9}
	if !l.Packet(0, p.event(0, 160), Mix, nil) {
		t.Error("the digit is lost")
	}
}

// TestWait: how long after a packet own ones wait for the next.
func TestWait(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind uint8
		size int
		want time.Duration
	}{{8, 80, 60 * ms}, {8, 160, 60 * ms}, {8, 240, 70 * ms}, {8, 480, 100 * ms}, {evType, 4, 120 * ms}} {
		l := New(config())
		out := make([]byte, PacketSize)
		l.Packet(time.Second, rtp(c.kind, 1, 1, 1, c.size, 0), Mix, nil)
		if n, next := l.Tick(time.Second, nil, out); n != 0 || next != time.Second+c.want {
			t.Errorf("type %d, %d: %v", c.kind, c.size, next-time.Second)
		}
	}
}

// TestGiant: a packet of seconds is filled to its end, and what follows it is
// not kept back for seconds.
func TestGiant(t *testing.T) {
	t.Parallel()
	for _, a := range []Action{Replace, Mix} {
		l := New(config())
		amb := sound.Cursor(0)
		in := rtp(8, 1, 0, 1, 20000, speechB)
		if !l.Packet(0, in, a, &amb) {
			t.Fatal("lost")
		}
		if n := bytes.Count(in[headerSize+10000:], []byte{speechB}); n > 9000 {
			t.Errorf("action %d: %d of the last 10000 bytes are as they were", a, n)
		}
		if !l.Packet(20*ms, rtp(8, 1, 0, 2, 160, speechB), a, &amb) {
			t.Errorf("action %d: what follows is lost", a)
		}
	}
}

// TestFadeGoesOn: the ambience fades while nothing comes, too.
func TestFadeGoesOn(t *testing.T) {
	t.Parallel()
	r := newRig(t, config())
	r.start(0, Mix)
	p := peer{ssrc: 1, kind: 8, size: 160, fill: speechB}
	r.packet(20*ms, Mix, p.next())
	r.set(100*ms, Pass) // the last own one ends then
	r.packet(240*ms, Pass, p.next())
	if want := fadeTime - 140*8 - 160; r.line.fade != want {
		t.Errorf("%d samples to go, want %d", r.line.fade, want)
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	dynamic := Config{Type: 97, Codec: codec.PCMU, Event: 101, Noise: 13}
	cases := []struct {
		c    Config
		kind uint8
		want kind
		law  codec.Codec
	}{
		{dynamic, 97, speech, codec.PCMU},
		{dynamic, 0, speech, codec.PCMU},
		{dynamic, 8, speech, codec.PCMA},
		{dynamic, 101, event, 0},
		{dynamic, 13, noise, 0},
		{dynamic, 9, other, 0},
		{Config{Type: 8}, 0, speech, codec.PCMU},
		{Config{Type: 0, Codec: codec.PCMU, Event: 8}, 8, event, 0},
		{Config{Type: 8, Noise: 19}, 0, speech, codec.PCMU},
		{Config{Type: 8, Event: 101}, 0, speech, codec.PCMU},
		{Config{Type: 8, Noise: 19}, 13, other, 0},
	}
	for _, c := range cases {
		if k, law := c.c.kindOf(c.kind); k != c.want || law != c.law {
			t.Errorf("%+v: %d is %d, %v", c.c, c.kind, k, law)
		}
	}
}

// TestHeaders: the payload is found behind all that a header may have.
func TestHeaders(t *testing.T) {
	t.Parallel()
	head := []byte{0x80, 8, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1}
	packet := func(first byte, rest ...byte) []byte {
		return append(append([]byte{first}, head[1:]...), rest...)
	}
	cases := map[string]struct {
		in       []byte
		from, to int // of the payload; 0: no RTP
	}{
		"plain":                  {packet(0x80, 7, 7), 12, 14},
		"no payload":             {packet(0x80), 12, 12},
		"sources":                {packet(0x82, 1, 1, 1, 1, 2, 2, 2, 2, 7), 20, 21},
		"extension":              {packet(0x90, 1, 1, 0, 1, 9, 9, 9, 9, 7), 20, 21},
		"padding":                {packet(0xa0, 7, 0, 0, 3), 12, 13},
		"nothing but padding":    {packet(0xa0, 0, 0, 3), 12, 12},
		"all":                    {packet(0xb1, 1, 1, 1, 1, 1, 1, 0, 0, 7, 7, 1), 20, 22},
		"empty":                  {nil, 0, 0},
		"short":                  {packet(0x80)[:11], 0, 0},
		"version 1":              {packet(0x40, 7), 0, 0},
		"sources end it":         {packet(0x82, 1, 1, 1, 1, 2, 2, 2), 0, 0},
		"extension cut":          {packet(0x90, 1, 1, 0), 0, 0},
		"extension too long":     {packet(0x90, 1, 1, 0, 2, 9, 9, 9, 9), 0, 0},
		"padding too long":       {packet(0xa0, 7, 3), 0, 0},
		"padding of nothing":     {packet(0xa0, 7, 0), 0, 0},
		"padding in the header":  {packet(0xa0, 255), 0, 0},
		"STUN":                   {append([]byte{0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42}, head...), 0, 0},
		"extension of no length": {packet(0x90, 1, 1, 0, 0, 7), 16, 17},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := New(config())
			in := bytes.Clone(c.in)
			ok := l.Packet(0, in, Replace, nil)
			if ok != (c.from > 0) {
				t.Fatalf("sent: %v", ok)
			}
			for i := range in {
				if inside := i >= c.from && i < c.to; ok && i >= headerSize && (in[i] != c.in[i]) != inside {
					t.Errorf("byte %d: %x of %x", i, in[i], c.in[i])
				}
			}
			if ok && in[0] != c.in[0] {
				t.Error("the header's bits are changed")
			}
		})
	}
}

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

// TestPassBelieves: after the watch the peer's clock is the line's.
func TestPassBelieves(t *testing.T) {
	t.Parallel()
	r := newRig(t, config())
	r.start(0, Pass)
	r.packet(0, Pass, rtp(8, 1, 0, 1, 160, speechB))
	r.packet(20*ms, Pass, rtp(8, 2, 1e6, 1, 160, speechB))
	r.packet(40*ms, Pass, rtp(8, 3, 1e6+160, 1, 160, speechB))
	r.packet(60*ms, Pass, rtp(8, 9, 5, 2, 160, speechB))
	r.packet(2060*ms, Pass, rtp(8, 10, 165, 2, 160, speechB)) // it stood still
	r.packet(2080*ms, Pass, rtp(8, 9, 5, 3, 160, speechB))
	want := []told{{0, 0, true}, {1, 1e6, false}, {2, 1e6 + 160, false}, {3, 1e6 + 320, false}, {4, 1e6 + 480, false}, {5, 1e6 + 640, false}}
	for i, s := range r.out {
		if got := tell(r.out[0], s); got != want[i] {
			t.Errorf("packet %d: %+v, want %+v", i, got, want[i])
		}
	}
	if len(r.out) != len(want) {
		t.Errorf("%d packets", len(r.out))
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
