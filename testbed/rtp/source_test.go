package rtp

import (
	"bytes"
	"math"
	"testing"
	"time"
)

// TestALaw holds the law's own figures (ITU-T G.711 table 1a, in 16 bits).
func TestALaw(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sample int
		code   byte
		back   int
	}{
		{0, 0xd5, 8},
		{15, 0xd5, 8},
		{16, 0xd4, 24},
		{-1, 0x55, -8},
		{-17, 0x54, -24},
		{256, 0xc5, 264},
		{512, 0xf5, 528},
		{1024, 0xe5, 1056},
		{32767, 0xaa, 32256},
		{40000, 0xaa, 32256},
		{-32768, 0x2a, -32256},
	} {
		if got := encode(c.sample); got != c.code || decode(got) != c.back {
			t.Errorf("%d: %#x, want %#x; back %d, want %d", c.sample, got, c.code, decode(got), c.back)
		}
	}
	for b := range 256 {
		if got := encode(decode(byte(b))); got != byte(b) {
			t.Errorf("%#x becomes %#x", b, got)
		}
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		source Source
		level  float64 // dBFS
	}{
		"tone": {Tone(), -15}, "quiet": {Quiet(1), -65}, "dead": {Dead, -72.2},
	} {
		for n := range 200 {
			f := c.source(n)
			if f.Type != typePCMA || len(f.Payload) != frameSize || math.Abs(level(f.Payload)-c.level) > 2.5 {
				t.Fatalf("%s: frame %d: type %d, %d bytes, %.1f dBFS", name, n, f.Type, len(f.Payload), level(f.Payload))
			}
		}
	}
	if bytes.Equal(Quiet(1)(0).Payload, Quiet(1)(1).Payload) || bytes.Equal(Quiet(1)(0).Payload, Quiet(2)(0).Payload) {
		t.Error("noise repeats itself")
	}
	for n := range 30 {
		if f := CN(n); (f.Payload != nil) != (n%10 == 0) || f.Payload != nil && f.Type != typeCN {
			t.Errorf("comfort noise %d: %+v", n, f)
		}
		if None(n).Payload != nil {
			t.Errorf("nothing %d", n)
		}
	}
}

func TestThen(t *testing.T) {
	t.Parallel()
	tone := Tone()
	s := Then(Dead, 60*time.Millisecond, tone)
	for n := range 10 {
		want := silence
		if n >= 3 {
			want = tone(n - 3).Payload
		}
		if !bytes.Equal(s(n).Payload, want) {
			t.Errorf("frame %d", n)
		}
	}
}
