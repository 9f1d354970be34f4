package line

import (
	"bytes"
	"testing"
	"time"

	"tregua/media/codec"
)

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
