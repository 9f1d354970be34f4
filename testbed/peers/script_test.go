package peers

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtp"
)

// score writes down what a script sends in so many steps: one letter for each,
// - for no packet, upper case for a marker, | before another source, and a dot
// for the end.
func score(t *testing.T, script Script, steps int) (line string, packets []*rtp.Packet) {
	t.Helper()
	play, out := newPlayer(script, 1), newStream(aLaw)
	start := out.header
	for n := range steps {
		s, ok := play.next()
		if !ok {
			return line + ".", packets
		}
		if s.newSSRC {
			line += "|"
		}
		source := out.header.SSRC
		p := out.packet(&s)
		if s.newSSRC == (source == out.header.SSRC) {
			t.Errorf("step %d: source %d follows %d", n, out.header.SSRC, source)
		}
		if p == nil {
			line += "-"
			continue
		}
		if p.SSRC == start.SSRC && p.Timestamp != start.Timestamp+uint32(n*samples) {
			t.Errorf("step %d has timestamp %d after %d", n, p.Timestamp, start.Timestamp)
		}
		letter := s.sound.String()[:1]
		if p.Marker {
			letter = strings.ToUpper(letter)
		}
		line, packets = line+letter, append(packets, p)
	}
	return line, packets
}

// TestScript: a script is sent as written, and its RTP goes on through gaps.
func TestScript(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	cases := map[string]struct {
		script Script
		want   string
	}{
		"none given":          {nil, "Sssssssssssss"},
		"empty":               {Script{}, "."},
		"dead, speech":        {Script{Dead.For(60 * ms), Speech.For(0)}, "Dddssssssssss"},
		"a step is whole":     {Script{Dead.For(41 * ms), Speech.For(1)}, "Ddds."},
		"a gap":               {Script{Speech.For(40 * ms), Nothing.For(60 * ms), Quiet.For(40 * ms)}, "Ss---Qq."},
		"nothing first":       {Script{Nothing.For(40 * ms), Tone.For(0)}, "--Ttttttttttt"},
		"comfort noise":       {Script{ComfortNoise.For(220 * ms), Music.For(0)}, "c---------cMm"},
		"speech after it":     {Script{Speech.For(20 * ms), ComfortNoise.For(40 * ms), Ringback.For(0)}, "Sc-Rrrrrrrrrr"},
		"at once after it":    {Script{Speech.For(20 * ms), ComfortNoise.For(20 * ms), Tone.For(0)}, "ScTtttttttttt"},
		"another source":      {Script{Ringback.For(60 * ms), {Sound: Speech, NewSSRC: true}}, "Rrr|Sssssssss"},
		"another, and silent": {Script{Tone.For(20 * ms), {Sound: Nothing, Length: 20 * ms, NewSSRC: true}, Speech.For(40 * ms)}, "T|-Ss."},
	}
	for name, c := range cases {
		got, packets := score(t, c.script, len(strings.ReplaceAll(c.want, "|", "")))
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		for i, p := range packets {
			if i > 0 && p.SSRC == packets[i-1].SSRC && p.SequenceNumber != packets[i-1].SequenceNumber+1 {
				t.Errorf("%s: packet %d has number %d after %d", name, i, p.SequenceNumber, packets[i-1].SequenceNumber)
			}
			if form := fmt.Sprint(p.PayloadType, len(p.Payload)); form != "8 160" && form != "13 1" {
				t.Errorf("%s: packet %d has payload type %d and %d bytes", name, i, p.PayloadType, len(p.Payload))
			}
		}
	}
}

// TestSounds: every sound has the level that it promises, in both laws, and can
// go round.
func TestSounds(t *testing.T) {
	t.Parallel()
	cases := []struct {
		sound     Sound
		low, high float64 // dBFS
	}{
		{Speech, -24, -19}, {Quiet, -66, -64}, {Ringback, -27.1, -26.9}, {Tone, -20.1, -19.9}, {Music, -21, -19},
	}
	for _, c := range cases {
		ring := recording(c.sound, 3)
		if len(ring)%samples != 0 || len(ring) == 0 {
			t.Errorf("%v: %d samples", c.sound, len(ring))
		}
		for _, l := range []law{aLaw, muLaw} {
			energy := 0.0
			for _, v := range ring {
				energy += l.energy([]byte{l.encode(int(v))})
			}
			if got := float64(decibel(energy / float64(len(ring)))); got < c.low || got > c.high {
				t.Errorf("%v: %.2f dBFS, want %v to %v", c.sound, got, c.low, c.high)
			}
		}
	}
	for _, s := range []Sound{Nothing, ComfortNoise, Dead} {
		if recording(s, 3) != nil {
			t.Errorf("%v is recorded", s)
		}
	}
}
