package rtp

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// murmur is a sound of −34 dBFS.
func murmur(seed uint64) []float64 {
	random := rand.New(rand.NewPCG(seed, 34))
	out := make([]float64, 4*sampleRate)
	low := 0.0
	for i := range out {
		low += 0.3 * (random.NormFloat64() - low)
		out[i] = math.Pow(10, -34.0/20) * 2.4 * low
	}
	return out
}

// under adds a sound to the nth frame of a source.
func under(frame []byte, sound []float64, n int) []byte {
	out := make([]byte, 0, frameSize)
	for i, b := range frame {
		out = append(out, encode(decode(b)+int(sound[(n*frameSize+i)%len(sound)]*32768)))
	}
	return out
}

// TestDelivered: 200 frames of an operator after 50 of a line, over a line that
// mixes its sound under the first 60 of them.
func TestDelivered(t *testing.T) {
	t.Parallel()
	const onset, mixed, last = 50, 110, 250
	for seed := range uint64(5) {
		source := Then(Quiet(1), onset*packetTime, Speech(seed))
		sound := murmur(seed)
		ambience := Loop(sound)
		// heard is what comes when change says what becomes of a frame: true
		// leaves ambience in its place.
		heard := func(change func(n int) (replaced, gone bool)) Stream {
			return streamOf(last, func(n int, a *Arrival) {
				replaced, gone := change(n)
				switch {
				case gone:
					a.Timestamp = 0 // taken out below
				case replaced:
					a.Payload = ambience(n).Payload
				case n < mixed:
					a.Payload = under(source(n).Payload, sound, n)
				default:
					a.Payload = source(n).Payload
				}
			})
		}
		for name, c := range map[string]struct {
			change        func(n int) (replaced, gone bool)
			lost, missing int
		}{
			"all":                {func(int) (bool, bool) { return false, false }, 0, 0},
			"a first one":        {func(n int) (bool, bool) { return n <= onset, false }, 1, 0},
			"15 of a tone":       {func(n int) (bool, bool) { return n < onset+15, false }, 15, 0},
			"one in the middle":  {func(n int) (bool, bool) { return false, n == mixed+30 }, 1, 1},
			"three at the start": {func(n int) (bool, bool) { return false, n >= onset && n < onset+3 }, 3, 3},
		} {
			var came Stream
			for _, a := range heard(c.change) {
				if a.Payload != nil {
					came = append(came, a)
				}
			}
			d, err := Delivered(source, onset, came)
			// A frame that is not loud is not told from ambience; few are not.
			quiet := 0
			for n := onset; n < onset+15; n++ {
				if level(source(n).Payload) < loud {
					quiet++
				}
			}
			if err != nil || d.Missing != c.missing || len(d.Lost) > c.lost || len(d.Lost) < c.lost-quiet || d.Sent < 150 || d.Judged < d.Sent/3 || d.Exact < 50 {
				t.Errorf("person %d, %s: %+v, %v", seed, name, d, err)
			}
		}
	}
}

// TestDeliveredFirst: the first frame of all is missed, whatever comes long
// after the source.
func TestDeliveredFirst(t *testing.T) {
	t.Parallel()
	source, quiet := Speech(1), Quiet(1)
	heard := streamOf(60, func(n int, a *Arrival) {
		a.Payload = source(n).Payload
		if n >= 30 {
			a.Payload = quiet(n).Payload
		}
	})
	if d, err := Delivered(source, 0, heard[1:]); err != nil || d.Missing != 1 || !slices.Equal(d.Lost, []int{0}) {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestDeliveredNothing(t *testing.T) {
	t.Parallel()
	speech := Speech(1)
	if d, err := Delivered(speech, 0, streamOf(20, nil)); err == nil || !strings.Contains(err.Error(), "unchanged") {
		t.Errorf("a stream without it: %+v, %v", d, err)
	}
	if d, err := Delivered(Quiet(1), 0, streamOf(20, nil)); err == nil || !strings.Contains(err.Error(), "not loud") {
		t.Errorf("a source that is not loud: %+v, %v", d, err)
	}
}
