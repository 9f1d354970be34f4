package peers

import "testing"

// TestLaws compares with the values of ITU-T G.711 tables 1a and 2a: middles and
// ends of intervals, and silence.
func TestLaws(t *testing.T) {
	t.Parallel()
	cases := []struct {
		sample int
		a, mu  byte
	}{
		{0, 0xD5, 0xFF},
		{-1, 0x55, 0x7F},
		{3, 0xD5, 0xFF},
		{4, 0xD5, 0xFE},
		{8, 0xD5, 0xFE},
		{12, 0xD5, 0xFD},
		{15, 0xD5, 0xFD},
		{16, 0xD4, 0xFD},
		{24, 0xD4, 0xFC},
		{1000, 0xFA, 0xCE},
		{-1000, 0x7A, 0x4E},
		{32767, 0xAA, 0x80},
		{-32768, 0x2A, 0x00},
	}
	for _, c := range cases {
		if got := aLaw.encode(c.sample); got != c.a {
			t.Errorf("A-law of %d is %#x, want %#x", c.sample, got, c.a)
		}
		if got := muLaw.encode(c.sample); got != c.mu {
			t.Errorf("mu-law of %d is %#x, want %#x", c.sample, got, c.mu)
		}
	}
}

// TestLawsAgree: every byte stands for a sample that is encoded as that byte,
// but mu-law's second zero.
func TestLawsAgree(t *testing.T) {
	t.Parallel()
	for b := range 256 {
		if got := aLaw.encode(alawSample(byte(b))); got != byte(b) {
			t.Errorf("A-law %#x becomes %#x", b, got)
		}
		if got := muLaw.encode(mulawSample(byte(b))); got != byte(b) && b != 0x7F {
			t.Errorf("mu-law %#x becomes %#x", b, got)
		}
	}
}

// TestLevels: a square wave of full scale has 0 dBFS, as far as a law reaches;
// silence has that of its byte.
func TestLevels(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		law  law
		of   byte
		want float64 // sample
	}{
		"A-law, full":     {aLaw, 0xAA, 32256},
		"mu-law, full":    {muLaw, 0x80, 32124},
		"A-law, silence":  {aLaw, aLaw.silence(), 8},
		"mu-law, silence": {muLaw, muLaw.silence(), 0},
	}
	for name, c := range cases {
		if got := c.law.energy([]byte{c.of, c.of}) / 2; got != c.want*c.want/(1<<30) {
			t.Errorf("%s: mean square %v, want that of %v", name, got, c.want)
		}
	}
}
