package codec_test

import (
	"testing"

	"tregua/media/codec"
)

// TestDecode holds every table entry against the definition of G.711: segment
// and interval, not bits.
func TestDecode(t *testing.T) {
	t.Parallel()
	for b := range 256 {
		if got, want := int(codec.PCMA.Table()[b]), alaw(b); got != want {
			t.Errorf("PCMA %#02x is %d, want %d", b, got, want)
		}
		if got, want := int(codec.PCMU.Table()[b]), ulaw(b); got != want {
			t.Errorf("PCMU %#02x is %d, want %d", b, got, want)
		}
	}
}

// alaw: tables 1a/1b. Character signal bits 2 to 8 with the even ones
// inverted; decoder output value y of segment and interval, times 8.
func alaw(b int) int {
	b ^= 0x55
	segment, interval := b>>4&7, b&15
	low, step := 0, 2 // of 4096
	if segment > 0 {
		low, step = 32<<(segment-1), 2<<(segment-1)
	}
	y := (low + interval*step + step/2) * 8
	if b&0x80 == 0 {
		return -y
	}
	return y
}

// ulaw: tables 2a/2b. All bits inverted; output value of 8159, times 4.
func ulaw(b int) int {
	b ^= 0xff
	segment, interval := b>>4&7, b&15
	y := ((33+2*interval)<<segment - 33) * 4
	if b&0x80 != 0 {
		return -y
	}
	return y
}

// TestEncode holds that every sample lies in the interval of its byte: at most
// half an interval from its value, or beyond the outermost.
func TestEncode(t *testing.T) {
	t.Parallel()
	for _, c := range []codec.Codec{codec.PCMA, codec.PCMU} {
		table := c.Table()
		for s := -32768; s <= 32767; s++ {
			b := c.Encode(int16(s))
			segment := int(b^0x55) >> 4 & 7
			half := 8 << max(segment-1, 0) // A-law: 2 of 4096, times 8, doubling from segment 2
			if c == codec.PCMU {
				segment = int(^b) >> 4 & 7
				half = 4 << segment // 2 of 8159, times 4, doubling from segment 1
			}
			v := int(table[b])
			beyond := s > v && v > 32000 || s < v && v < -32000
			if distance(s, v) > half && !beyond || s > 0 && v < 0 || s < 0 && v > 0 {
				t.Fatalf("%s: %d becomes %#02x, which is %d", c, s, b, v)
			}
		}
	}
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, c := range []codec.Codec{codec.PCMA, codec.PCMU} {
		for b, s := range c.Table() {
			got := c.Encode(s)
			negativeZero := c == codec.PCMU && b == 0x7f
			if int(got) != b && !negativeZero {
				t.Errorf("%s: %#02x decodes to %d, which encodes to %#02x", c, b, s, got)
			}
		}
	}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	got := codec.PCMU.Append([]byte{1}, []int16{0, -32768, 32767})
	if want := "\x01\xff\x00\x80"; string(got) != want {
		t.Errorf("appended % x, want % x", got, want)
	}
	if codec.PCMA.Silence() != 0xd5 || codec.PCMU.Silence() != 0xff {
		t.Errorf("silence is %#02x and %#02x", codec.PCMA.Silence(), codec.PCMU.Silence())
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for c, want := range map[codec.Codec]string{codec.PCMA: "PCMA", codec.PCMU: "PCMU", 9: "Codec(9)"} {
		if c.String() != want {
			t.Errorf("got %s, want %s", c, want)
		}
	}
	if codec.PCMA.PayloadType() != 8 || codec.PCMU.PayloadType() != 0 {
		t.Error("payload types are not those of RFC 3551")
	}
}

func distance(a, b int) int { return max(a-b, b-a) }
