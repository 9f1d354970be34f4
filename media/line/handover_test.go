package line

import (
	"bytes"
	"math"
	"testing"
	"time"

	"tregua/media"
	"tregua/media/codec"
)

// TestHandOver: a second without RTP, a second of digital silence in which
// both counters wrap, 0.2 s of nothing, silence, and a new source with speech.
func TestHandOver(t *testing.T) {
	t.Parallel()
	// The peer's clock is not ours. What its first packet came too early for
	// is given back in the pause.
	for _, c := range []struct {
		shift   time.Duration
		packets int
		pause   uint32
	}{{0, 183, 480}, {7 * ms, 185, 320}, {13 * ms, 184, 480}, {19 * ms, 184, 480}} {
		shift := c.shift
		r := newRig(t, config())
		r.start(0, Fill)
		p := peer{ssrc: 1, sequence: 65510, ts: math.MaxUint32 - 3000, kind: 8, size: 160, fill: silenceB}
		at := time.Second + shift
		play := func(n int, a Action) {
			for range n {
				if !r.packet(at, a, p.next()) {
					t.Errorf("shift %v: the packet at %v is lost", shift, at)
				}
				at += 20 * ms
			}
		}
		play(50, Replace)
		at += 200 * ms
		p.ts += 1600
		play(25, Replace)
		p = peer{ssrc: 2, sequence: 9, ts: 77, kind: 8, size: 160, fill: speechB}
		play(50, Pass)
		r.run(at + time.Second)

		if n := len(r.out); n != c.packets {
			t.Errorf("shift %v: %d packets", shift, n)
		}
		pauses := 0
		for i, s := range r.out[1:] {
			was := r.out[i]
			if s.ssrc() != ourSSRC || s.sequence() != was.sequence()+1 {
				t.Errorf("shift %v: packet %d at %v: SSRC %x, number %d after %d", shift, i+1, s.at, s.ssrc(), s.sequence(), was.sequence())
			}
			switch step := s.ts() - was.ts(); {
			case step == c.pause && s.own && s.marked():
				pauses++
			case step != 160 || s.marked():
				t.Errorf("shift %v: packet %d at %v: a step of %d, marked %v", shift, i+1, s.at, step, s.marked())
			}
		}
		if pauses != 1 {
			t.Errorf("shift %v: %d pauses, want the one before own packets", shift, pauses)
		}
		if !r.out[0].marked() || r.out[0].at != 0 {
			t.Error("the first packet is late or not marked")
		}
		if last := r.out[len(r.out)-1]; !bytes.Equal(last.packet[headerSize:], last.in[headerSize:]) {
			t.Error("the peer's payload is not left alone")
		}
	}
}

// TestHeard: what whoever answered hears in each state.
func TestHeard(t *testing.T) {
	t.Parallel()
	for s, want := range map[media.State]Action{
		media.None: Fill, media.CN: Fill, media.Dead: Replace, media.Tone: Replace, media.Quiet: Mix, media.Operator: Pass,
		media.State(99): Mix,
	} {
		if got := For(s); got != want {
			t.Errorf("%v: %v, want %v", s, got, want)
		}
	}
}

// TestSound: the payload of each action, sample by sample.
func TestSound(t *testing.T) {
	t.Parallel()
	for _, law := range []codec.Codec{codec.PCMA, codec.PCMU} {
		c := config()
		c.Codec, c.Type = law, law.PayloadType()
		for _, first := range []Action{Replace, Mix} {
			r := newRig(t, c)
			r.start(0, first)
			p := peer{ssrc: 1, kind: c.Type, size: 160, fill: speechB}
			for i := range 8 {
				r.packet(time.Duration(20*i+10)*ms, first, p.next())
			}
			for i := range 12 {
				r.packet(time.Duration(20*i+170)*ms, Pass, p.next())
			}
			voice := int32(law.Table()[speechB])
			amb := sound.Cursor(0)
			faded := 0
			for i, s := range r.out {
				under := amb.NextLinear(160)
				for k, b := range s.packet[headerSize:] {
					u, want := int32(under[k]), byte(speechB)
					switch {
					case s.own || i <= 8 && first == Replace:
						want = law.Encode(int16(u))
					case i <= 8:
						want = law.Encode(int16(voice + u))
					case faded < fadeTime:
						want = law.Encode(int16(voice + u*int32(fadeTime-faded)/fadeTime))
						faded++
					}
					if b != want {
						t.Fatalf("%v, %d, packet %d, sample %d: %x, want %x", law, first, i, k, b, want)
					}
				}
			}
			if len(r.out) != 21 || faded != fadeTime {
				t.Errorf("%d packets, faded over %d samples", len(r.out), faded)
			}
		}
	}
}

// TestMixClips: loud speech stays loud.
func TestMixClips(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a    int16
		b    int32
		want int16
	}{{32000, 3000, 32767}, {-32000, -3000, -32768}, {5, -7, -2}} {
		if got := add(c.a, c.b); got != c.want {
			t.Errorf("%d + %d = %d", c.a, c.b, got)
		}
	}
}

// TestNoAmbience: a line without a sound sends silence, not what lay there.
func TestNoAmbience(t *testing.T) {
	t.Parallel()
	l := New(config())
	l.Start(0, Fill)
	out := bytes.Repeat([]byte{9}, PacketSize)
	if n, _ := l.Tick(0, nil, out); n != PacketSize || out[headerSize] != silenceB || out[PacketSize-1] != silenceB {
		t.Errorf("% x", out[:20])
	}
	if n, next := l.Tick(time.Second, nil, out[:PacketSize-1]); n != 0 || next != Never {
		t.Error("written past the end")
	}
	p := peer{ssrc: 1, kind: 8, size: 160, fill: speechB}
	packet := p.next()
	if !l.Packet(20*ms, packet, Mix, nil) || packet[headerSize] != speechB {
		t.Error("mixed with nothing it changes")
	}
}
