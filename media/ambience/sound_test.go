package ambience

import (
	"math"
	"slices"
	"testing"

	"tregua/media/codec"
)

var laws = []codec.Codec{codec.PCMA, codec.PCMU}

func TestLevel(t *testing.T) {
	t.Parallel()
	for _, want := range []float64{0, -28, -45} {
		s := New(Config{Level: want, Seconds: minSeconds})
		if want == 0 {
			want = -34
		}
		for _, c := range laws {
			if got := db(rms(decoded(s, c))); math.Abs(got-want) > 2 {
				t.Errorf("%v: %.1f dBFS, want %g", c, got, want)
			}
		}
	}
}

// TestSound: what is heard is no hiss, has no tone, no hole, and is not heard
// twice within a minute.
func TestSound(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		x := decoded(New(Config{Seed: seed}), codec.PCMA)

		p := power(x, 1024)
		if f := flatness(p[bin(250):bin(3400)]); f > 0.35 {
			t.Errorf("seed %d: flatness %.2f: hiss", seed, f)
		}
		if h := 10 * math.Log10(sum(p[bin(2400):])/sum(p)); h > -12 {
			t.Errorf("seed %d: %.1f dB above 2.4 kHz: hiss", seed, h)
		}
		if v := 10 * math.Log10(sum(p[bin(300):bin(2400)])/sum(p)); v < -2 {
			t.Errorf("seed %d: %.1f dB where voices are", seed, v)
		}
		for at := 0; at+2*rate <= len(x); at += rate / 2 {
			if line := lineAbove(power(x[at:at+2*rate], 1024), bin(200), bin(3400), 20); line > 15 {
				t.Errorf("seed %d: a tone %.1f dB above its neighbourhood at %.1f s", seed, line, float64(at)/rate)
			}
		}
		if l := 10 * math.Log10(sum(p[:bin(150)])/sum(p)); l > -18 {
			t.Errorf("seed %d: %.1f dB below what a telephone lets through", seed, l)
		}
		// In the voices' band steady noise moves by 1.6 dB.
		if v := restlessness(band(x, 600, 2400)); v < 2 {
			t.Errorf("seed %d: the voices move by %.2f dB within 200 ms: noise", seed, v)
		}
		for i, e := range envelope(x, rate) {
			if l := db(e); l < -34-2.2 || l > -34+2.2 {
				t.Errorf("seed %d: second %d has %.1f dBFS", seed, i, l)
			}
		}
		for i, e := range envelope(x, rate/10) {
			if l := db(e); l < -34-8 || l > -34+8 {
				t.Errorf("seed %d: %.1f dBFS at %.1f s", seed, l, float64(i)/10)
			}
		}
		// Its echo must not have the rhythm of one voice.
		if v := restlessness(envelope(x, rate/50)); v > 1.9 {
			t.Errorf("seed %d: the level moves by %.2f dB within 400 ms", seed, v)
		}

		if r := highest(autocorrelation(x)[rate : 60*rate+1]); r >= 0.3 {
			t.Errorf("seed %d: repeats itself: %.2f", seed, r)
		}
		if r := highest(autocorrelation(envelope(x, rate/50))[50 : 60*50+1]); r >= 0.3 {
			t.Errorf("seed %d: its rhythm repeats itself: %.2f", seed, r)
		}
	}
}

func bin(hz int) int { return hz * 1024 / rate }

func sum(x []float64) (s float64) {
	for _, v := range x {
		s += v
	}
	return s
}

func highest(x []float64) (top float64) {
	for _, v := range x {
		top = max(top, math.Abs(v))
	}
	return top
}

// flatness is the geometric mean beside the arithmetic one; 1 is white noise.
func flatness(p []float64) float64 {
	log := 0.0
	for _, v := range p {
		log += math.Log(v)
	}
	n := float64(len(p))
	return math.Exp(log/n) / (sum(p) / n)
}

// restlessness is the mean standard deviation of 20 levels in dB.
func restlessness(levels []float64) float64 {
	total, n := 0.0, 0
	for at := 0; at+20 <= len(levels); at += 10 {
		mean, dev := 0.0, 0.0
		for _, l := range levels[at : at+20] {
			mean += db(l) / 20
		}
		for _, l := range levels[at : at+20] {
			dev += (db(l) - mean) * (db(l) - mean) / 20
		}
		total += math.Sqrt(dev)
		n++
	}
	return total / float64(n)
}

// TestParts: telephones ring now and then, keys are struck in bursts, and both
// are as loud beside the murmur as they are said to be.
func TestParts(t *testing.T) {
	t.Parallel()
	const seconds = 96
	cases := map[string]struct {
		lay         func(*scene)
		level       float64
		least, most float64 // share of the time in which it is heard
	}{
		"keyboards": {(*scene).keyboards, keyboardLevel, 0.3, 0.95},
		"phones":    {(*scene).phones, phoneLevel, 0.05, 0.35},
	}
	for name, c := range cases {
		for seed := range uint64(5) {
			s := scene{random: random(seed), direct: make([]float64, seconds*rate), sent: make([]float64, seconds*rate)}
			c.lay(&s)
			if got := db(rms(s.direct) + rms(s.sent)); math.Abs(got-c.level) > 0.1 {
				t.Errorf("%s: %.1f dB beside the murmur", name, got)
			}
			heard := 0
			for _, e := range envelope(s.sent, rate/10) {
				if e > gain(c.level-12) {
					heard++
				}
			}
			if share := float64(heard) / (10 * seconds); share < c.least || share > c.most {
				t.Errorf("%s, seed %d: heard %.0f %% of the time", name, seed, 100*share)
			}
		}
	}
}

// TestCircular: a ring has no beginning: turned round first or filtered first
// is the same.
func TestCircular(t *testing.T) {
	t.Parallel()
	const turn = 12345
	r := random(3)
	ring := make([]float64, 5*rate)
	for i := range ring {
		ring[i] = r.noise()
	}
	turned := append(slices.Clone(ring[turn:]), ring[:turn]...)
	circular(ring, newRoom().pass)
	circular(turned, newRoom().pass)
	for i := range ring {
		if d := ring[i] - turned[(i-turn+len(ring))%len(ring)]; math.Abs(d) > 1e-6 {
			t.Fatalf("sample %d differs by %g", i, d)
		}
	}
}

func TestSeed(t *testing.T) {
	t.Parallel()
	c := Config{Seed: 7, Seconds: minSeconds}
	s := New(c)
	if !slices.Equal(s.Linear(), New(c).Linear()) {
		t.Error("the same seed makes another sound")
	}
	c.Seed++
	if slices.Equal(s.Linear(), New(c).Linear()) {
		t.Error("another seed makes the same sound")
	}
	if s.Len() != minSeconds*rate {
		t.Errorf("%d samples", s.Len())
	}
}

// TestSeam: where the ring closes it does not jump.
func TestSeam(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2) {
		x := New(Config{Seed: seed, Seconds: minSeconds}).Linear()
		steps := make([]int, len(x))
		for i := range x {
			steps[i] = int(math.Abs(float64(x[(i+1)%len(x)]) - float64(x[i])))
		}
		seam := steps[len(x)-1]
		slices.Sort(steps)
		if common := steps[len(steps)*999/1000]; seam > common {
			t.Errorf("seed %d: a step of %d at the seam; of all others 999 in 1000 are below %d", seed, seam, common)
		}
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	cases := []struct {
		c  Config
		ok bool
	}{
		{Config{}, true},
		{Config{Level: -16, Seconds: 61}, true},
		{Config{Level: -60, Seconds: 300}, true},
		{Config{Level: -15}, false},
		{Config{Level: -61}, false},
		{Config{Level: 3}, false},
		{Config{Seconds: 60}, false},
		{Config{Seconds: 301}, false},
		{Config{Seconds: -1}, false},
	}
	for _, c := range cases {
		if err := c.c.Validate(); (err == nil) != c.ok {
			t.Errorf("%+v: %v", c.c, err)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		New(Config{})
	}
}
