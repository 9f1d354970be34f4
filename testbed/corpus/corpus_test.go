package corpus

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestHalves pins who is in which half: a name must never move.
func TestHalves(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, name string
		want       Half
	}{
		{"voice", "allison", Tuning},
		{"voice", "ivrvoice", Tuning},
		{"voice", "carlo", HeldOut},
		{"voice", "june", HeldOut},
		{"voice", "menardi", HeldOut},
		{"voice", "fillets/cs/m", Tuning},
		{"voice", "fillets/nl/v", HeldOut},
		{"voice", "games/hedgewars/Data/Sounds/voices/British", Tuning},
		{"music", "games/hedgewars/Data/Music/Nature.wav", Tuning},
		{"music", "scummvm/drascula/audio/track9.wav", HeldOut},
		{"music", "hyperrogue/music/hr3-rlyeh.wav", Tuning},
		{"music", "games/supertux2/music/forest/wisphunt.wav", Tuning},
		{"music", "reno_project-system.wav", Tuning},
		{"music", "macroform-cold_day.wav", HeldOut},
	} {
		if got := halfOf(c.kind, c.name); got != c.want {
			t.Errorf("%s %s is in the %s half, want %s", c.kind, c.name, got, c.want)
		}
	}
	n := 0
	for _, c := range countries {
		n += int(halfOf("country", c.name))
	}
	if n != 5 {
		t.Errorf("%d of ten countries are held out", n)
	}
}

func TestWAV(t *testing.T) {
	t.Parallel()
	chunk := func(name string, body []byte) []byte {
		out := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(body)))
		return append(append(out, body...), make([]byte, len(body)&1)...)
	}
	format := []byte{1, 0, 2, 0, 0x40, 0x1f, 0, 0, 0, 0, 0, 0, 4, 0, 16, 0}
	file := func(chunks ...[]byte) []byte {
		return append([]byte("RIFF\x00\x00\x00\x00WAVE"), slices.Concat(chunks...)...)
	}
	odd := chunk("LIST", []byte{1, 2, 3})
	samples, rate, err := parseWAV(file(odd, chunk("fmt ", format), chunk("data", []byte{0, 0x40, 9, 9, 0, 0xc0, 9, 9})))
	if err != nil || rate != 8000 || !slices.Equal(samples, []float32{0.5, -0.5}) {
		t.Errorf("%v at %d, %v", samples, rate, err)
	}
	format[14] = 24
	for name, data := range map[string][]byte{
		"no RIFF": []byte("OggS"), "no data": file(odd), "24 bits": file(chunk("fmt ", format)), "cut off": file(odd)[:15],
	} {
		if _, _, err := parseWAV(data); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// TestResample: 1 kHz stays, 6 kHz goes.
func TestResample(t *testing.T) {
	t.Parallel()
	for _, rate := range []int{11025, 16000, 44100, 48000} {
		for _, c := range []struct{ hz, want float64 }{{1000, 0.5}, {6000, 0}} {
			if c.hz*2 > float64(rate) {
				continue
			}
			in := make([]float32, rate)
			for i := range in {
				in[i] = float32(math.Sin(2 * math.Pi * c.hz * float64(i) / float64(rate)))
			}
			out := resample(in, rate)
			if got := meanSquare(out[1000:7000]); len(out) != Rate || math.Abs(got-c.want) > 0.01 {
				t.Errorf("%v Hz at %d: mean square %.3f of %d samples, want %v", c.hz, rate, got, len(out), c.want)
			}
		}
	}
}

// TestTrim: what is heard stays, at 0 dB; noise and clicks are no speech.
func TestTrim(t *testing.T) {
	t.Parallel()
	line := make([]float32, 2*Rate)
	line[100] = 0.9 // a click
	for i := Rate; i < Rate*3/2; i++ {
		line[i] = 0.1 * float32(math.Sin(2*math.Pi*500*float64(i)/Rate))
	}
	out := trim(line)
	if d := len(out) - Rate/2; d < 0 || d > 3*frame {
		t.Errorf("half a second became %d samples", len(out))
	}
	if got := meanSquare(out[frame : Rate/2-frame]); math.Abs(got-1) > 0.1 {
		t.Errorf("mean square %v", got)
	}
	r := random("test")
	for i := range line {
		line[i] = float32(r.NormFloat64() / 50)
	}
	for i := Rate; i < Rate*5/4; i++ {
		line[i] *= 12.6
	}
	if len(trim(line)) != 0 {
		t.Error("a recording with its noise at -22 dB is taken")
	}
}

// TestWho: of a package of files with both fish's words, each has his.
func TestWho(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		source    source
		dir, path string
		want      string
	}{
		{source{speaker: "carlo"}, "asterisk/sounds/it_IT_m_Carlo", "it_IT_m_Carlo/digits/1.wav", "carlo"},
		{source{}, "ktuberling/sounds/da", "da/hat.wav", "ktuberling/da"},
		{source{speaker: "fillets/cs", inName: true}, "sound/gods/cs", "gods/cs/pot-m-where.wav", "fillets/cs/m"},
		{source{speaker: "fillets/cs", inName: true}, "sound/gods/cs", "gods/cs/pot-v-there.wav", "fillets/cs/v"},
		{source{speaker: "fillets/cs", inName: true}, "sound/gods/cs", "gods/cs/b1-0.wav", ""},
		{source{speaker: "fillets/cs", inName: true}, "sound/gods/cs", "gods/cs/b1-hs-x.wav", ""},
	} {
		if got := c.source.name(c.dir, c.path); got != c.want {
			t.Errorf("%s: %q speaks, want %q", c.path, got, c.want)
		}
	}
}

// TestManner: a tenth faster is a tenth shorter and higher; as recorded is as
// recorded.
func TestManner(t *testing.T) {
	t.Parallel()
	in := make([]float32, Rate)
	for i := range in {
		in[i] = float32(math.Sin(2 * math.Pi * 500 * float64(i) / Rate))
	}
	if out := (manner{speed: 1}).of(in); !slices.Equal(out, in) {
		t.Error("a voice as recorded is changed")
	}
	out := manner{speed: 1.1}.of(in)
	crossings := 0
	for i := range out[1:] {
		if out[i] < 0 && out[i+1] >= 0 {
			crossings++
		}
	}
	if n := Rate * 10 / 11; len(out) != n && len(out) != n-1 || crossings < 498 || crossings > 500 {
		t.Errorf("%d samples with %d waves, want %d with 499", len(out), crossings, n)
	}
	if out := (manner{1, 0.4}).of(in); math.Abs(meanSquare(out)-0.5) > 0.1 {
		t.Errorf("tilted, the mean square is %v", meanSquare(out))
	}
}

// TestFold: everybody of the tuning half is in one part of three, and nobody of
// the other half in any.
func TestFold(t *testing.T) {
	t.Parallel()
	var lib Library
	for i := range 7 {
		lib.voices[Tuning] = append(lib.voices[Tuning], Voice{Name: string(rune('a' + i))})
		lib.music[Tuning] = append(lib.music[Tuning], Clip{Name: string(rune('a' + i))})
	}
	lib.voices[HeldOut] = []Voice{{Name: "x"}}
	people := 0
	for k := range Folds {
		rest, part := lib.Fold(k)
		people += len(part.Voices(Tuning))
		if len(rest.Voices(Tuning))+len(part.Voices(Tuning)) != 7 || len(part.Music(Tuning)) != len(part.Voices(Tuning)) {
			t.Errorf("fold %d: %d and %d of 7", k, len(rest.Voices(Tuning)), len(part.Voices(Tuning)))
		}
		if len(rest.Voices(HeldOut))+len(part.Voices(HeldOut)) != 0 {
			t.Errorf("fold %d has somebody who is held out", k)
		}
		for _, v := range part.Voices(Tuning) {
			for _, w := range rest.Voices(Tuning) {
				if v.Name == w.Name {
					t.Errorf("fold %d: %s is in both", k, v.Name)
				}
			}
		}
	}
	if people != 7 {
		t.Errorf("%d people in all parts, want 7", people)
	}
}

// TestFoldDirectories: pieces of one directory are in one part.
func TestFoldDirectories(t *testing.T) {
	t.Parallel()
	var lib Library
	for _, name := range []string{"a", "b", "x/1", "x/2", "x/3", "x/4", "y/1", "y/2"} {
		lib.music[Tuning] = append(lib.music[Tuning], Clip{Name: name})
	}
	for k, want := range []string{"a y/1 y/2", "b", "x/1 x/2 x/3 x/4"} {
		_, part := lib.Fold(k)
		var names []string
		for _, c := range part.Music(Tuning) {
			names = append(names, c.Name)
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("fold %d has %s, want %s", k, got, want)
		}
	}
}
