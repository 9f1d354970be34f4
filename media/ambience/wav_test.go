package ambience

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
)

// wave is a WAV file to be.
type wave struct {
	tag, channels, bits uint16
	hz                  uint32
	seconds             float64
	before              string // chunks before fmt
	sound               func(t float64, channel int) float64
}

func murmurLike(t float64, _ int) float64 {
	return 0.1*math.Sin(2*math.Pi*301.7*t) + 0.1*math.Sin(2*math.Pi*77.3*t*t/60)
}

func (w wave) bytes() []byte {
	var data, out bytes.Buffer
	for i := range int(w.seconds * float64(w.hz)) {
		for c := range int(w.channels) {
			v := w.sound(float64(i)/float64(w.hz), c)
			put(&data, int16(32767*v))
		}
	}
	frame := w.channels * w.bits / 8
	format := []any{w.tag, w.channels, w.hz, w.hz * uint32(frame), frame, w.bits}
	if w.tag == formatExtensible {
		format = append(format, uint16(22), w.bits, uint32(0), uint16(formatPCM), [14]byte{})
	}
	out.WriteString("RIFF\x00\x00\x00\x00WAVE" + w.before + "fmt ")
	size := uint32(16)
	if w.tag == formatExtensible {
		size = 40
	}
	put(&out, size)
	put(&out, format...)
	out.WriteString("data")
	put(&out, uint32(data.Len()))
	out.Write(data.Bytes())
	return out.Bytes()
}

func put(b *bytes.Buffer, values ...any) {
	for _, v := range values {
		_ = binary.Write(b, binary.LittleEndian, v) // a buffer takes all
	}
}

func TestFromWAV(t *testing.T) {
	t.Parallel()
	list := "LIST\x03\x00\x00\x00abc\x00" // of odd size, filled up
	for name, w := range map[string]wave{
		"mono":       {tag: formatPCM, channels: 1, hz: 8000},
		"stereo":     {tag: formatPCM, channels: 2, hz: 16000, before: list},
		"extensible": {tag: formatExtensible, channels: 1, hz: 8000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w.bits, w.seconds, w.sound = 16, 62.5, murmurLike
			s, err := FromWAV(bytes.NewReader(w.bytes()), Config{Level: -40})
			if err != nil {
				t.Fatal(err)
			}
			if want := int(61.5 * rate); s.Len() != want {
				t.Errorf("%d samples, want %d", s.Len(), want)
			}
			for _, c := range laws {
				if got := db(rms(decoded(s, c))); math.Abs(got+40) > 2 {
					t.Errorf("%v: %.1f dBFS", c, got)
				}
			}
			x := s.Linear()
			step := math.Abs(float64(x[0]) - float64(x[len(x)-1]))
			if most := 2 * math.Pi * 302 / rate * 32768 * gain(-40) * 1.5 * 2; step > most {
				t.Errorf("a step of %.0f at the seam", step)
			}
			s, err = FromWAV(bytes.NewReader(w.bytes()), Config{Seconds: 61})
			if err != nil || s.Len() != 61*rate {
				t.Errorf("a minute of it: %v", err)
			}
		})
	}
}

// TestChannels: both channels are heard.
func TestChannels(t *testing.T) {
	t.Parallel()
	w := wave{tag: formatPCM, channels: 2, bits: 16, hz: 48000, seconds: 0.01, sound: func(_ float64, c int) float64 { return 0.5 - 0.75*float64(c) }}
	samples, hz, err := readWAV(bytes.NewReader(w.bytes()), 1)
	if err != nil || hz != 48000 || len(samples) != 480 {
		t.Fatalf("%d samples at %d Hz, %v", len(samples), hz, err)
	}
	for _, v := range samples {
		if math.Abs(v-0.125) > 1e-3 {
			t.Fatalf("a sample of %g", v)
		}
	}
}

func TestFromWAVRefuses(t *testing.T) {
	t.Parallel()
	good := wave{tag: formatPCM, channels: 1, bits: 16, hz: 8000, seconds: 0.1, sound: murmurLike}
	with := func(change func(*wave)) []byte {
		w := good
		change(&w)
		return w.bytes()
	}
	hushed := func(float64, int) float64 { return 0 }
	cases := map[string]struct {
		file []byte
		want string
	}{
		"empty":       {nil, "wav: read the head: EOF"},
		"other":       {[]byte(strings.Repeat("ID3 ", 9)), "wav: no RIFF/WAVE file"},
		"no data":     {good.bytes()[:36], "wav: no data chunk: EOF"},
		"data first":  {[]byte("RIFF\x00\x00\x00\x00WAVEdata\x00\x00\x00\x00"), "wav: no fmt chunk before the data"},
		"A-law":       {with(func(w *wave) { w.tag, w.bits = 6, 8 }), "wav: format 6 with 8 bits: give 16-bit PCM"},
		"24 bits":     {with(func(w *wave) { w.bits = 24 }), "wav: format 1 with 24 bits: give 16-bit PCM"},
		"5.1":         {with(func(w *wave) { w.channels = 6 }), "wav: 6 channels: give mono or stereo"},
		"rate":        {with(func(w *wave) { w.hz = 11025 }), "wav: 11025 Hz: give 8000, 16000, 44100 or 48000"},
		"short":       {good.bytes(), "wav: 0.1 s long: give at least 62 s, so that no repetition is heard"},
		"silent":      {with(func(w *wave) { w.seconds, w.sound = 62, hushed }), "wav: quieter than -70 dBFS: nothing to be heard"},
		"broken":      {[]byte("RIFF\x00\x00\x00\x00WAVEfmt \xff\xff\xff\xff"), `wav: chunk "fmt " of 4294967295 bytes: no format has this size`},
		"cut in fmt ": {good.bytes()[:22], `wav: chunk "fmt " of 16 bytes: unexpected EOF`},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := FromWAV(bytes.NewReader(c.file), Config{}); err == nil || err.Error() != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
	if _, err := FromWAV(nil, Config{Level: 1}); err == nil {
		t.Error("a level above full scale is taken")
	}
}

// TestResample: what is below 3.4 kHz stays as it was, what is above 4 kHz
// does not come back as something else.
func TestResample(t *testing.T) {
	t.Parallel()
	for _, hz := range []int{16000, 44100, 48000} {
		for _, tone := range []float64{200, 1000, 3000, 3400, 4300, 5000, 6000, 7900} {
			t.Run(fmt.Sprint(hz, " ", tone), func(t *testing.T) {
				t.Parallel()
				in := make([]float64, 2*hz)
				for i := range in {
					in[i] = math.Sin(2 * math.Pi * tone * float64(i) / float64(hz))
				}
				out := resample(in, hz)
				if len(out) != 2*rate {
					t.Errorf("%d samples", len(out))
				}
				inner := out[200 : len(out)-200]
				if tone > 4000 {
					if l := db(rms(inner)); l > -60 {
						t.Errorf("%.1f dB of it left", l)
					}
					return
				}
				worst := 0.0
				for i, v := range inner {
					worst = max(worst, math.Abs(v-math.Sin(2*math.Pi*tone*float64(i+200)/rate)))
				}
				if worst > 0.06 {
					t.Errorf("off by %.3f", worst)
				}
			})
		}
	}
}

func FuzzReadWAV(f *testing.F) {
	w := wave{tag: formatPCM, channels: 2, bits: 16, hz: 16000, seconds: 0.01, sound: murmurLike}
	f.Add(w.bytes())
	w.tag, w.before = formatExtensible, "LIST\x03\x00\x00\x00abc\x00"
	f.Add(w.bytes())
	f.Fuzz(func(t *testing.T, file []byte) {
		samples, hz, err := readWAV(bytes.NewReader(file), 1)
		if err != nil {
			if samples != nil {
				t.Error("samples and an error")
			}
			return
		}
		if len(samples) > hz || len(samples)*2 > len(file) {
			t.Errorf("%d samples of %d bytes at %d Hz", len(samples), len(file), hz)
		}
		for _, v := range samples {
			if v < -1 || v >= 1 {
				t.Fatalf("a sample of %g", v)
			}
		}
	})
}
