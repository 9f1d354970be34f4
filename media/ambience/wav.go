package ambience

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// The WAVE formats that are read: PCM by its own tag and by the extensible one.
const (
	formatPCM        = 1
	formatExtensible = 0xfffe
)

// silence is a level in dBFS below which a file has nothing to be heard.
const silence = -70

// FromWAV reads a recording: a RIFF/WAVE file of 16-bit PCM, mono or stereo,
// at 8, 16, 44.1 or 48 kHz and of at least 62 s, of which Config.Seconds are
// used. It is brought to 8 kHz and to the level, and its end is blended into
// its beginning. The error says what is wrong with the file.
func FromWAV(r io.Reader, c Config) (*Sound, error) {
	if err := c.Validate(); err != nil {
		return nil, err
	}
	samples, hz, err := readWAV(r, c.seconds(defaultOfFile)+1)
	if err != nil {
		return nil, err
	}
	ring := resample(samples, hz)
	if len(ring) < (minSeconds+1)*rate {
		return nil, fmt.Errorf("wav: %.1f s long: give at least %d s, so that no repetition is heard", float64(len(ring))/rate, minSeconds+1)
	}
	ring = loop(ring)
	if rms(ring) < gain(silence) {
		return nil, fmt.Errorf("wav: quieter than %d dBFS: nothing to be heard", silence)
	}
	return newSound(ring, c.level()), nil
}

// format is what a fmt chunk says.
type format struct {
	tag, channels uint16
	hz            uint32
	bits          uint16
}

func (f *format) check() error {
	switch {
	case f.channels == 0:
		return errors.New("wav: no fmt chunk before the data")
	case f.tag != formatPCM || f.bits != 16:
		return fmt.Errorf("wav: format %d with %d bits: give 16-bit PCM", f.tag, f.bits)
	case f.channels > 2:
		return fmt.Errorf("wav: %d channels: give mono or stereo", f.channels)
	}
	if f.hz != 8000 && f.hz != 16000 && f.hz != 44100 && f.hz != 48000 {
		return fmt.Errorf("wav: %d Hz: give 8000, 16000, 44100 or 48000", f.hz)
	}
	return nil
}

// readWAV returns up to so many seconds of the file, its channels averaged, 1
// being full scale.
func readWAV(r io.Reader, seconds int) (samples []float64, hz int, err error) {
	var head [12]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, 0, fmt.Errorf("wav: read the head: %w", err)
	}
	if string(head[:4]) != "RIFF" || string(head[8:]) != "WAVE" {
		return nil, 0, errors.New("wav: no RIFF/WAVE file")
	}
	var f format
	for {
		var chunk [8]byte
		if _, err := io.ReadFull(r, chunk[:]); err != nil {
			return nil, 0, fmt.Errorf("wav: no data chunk: %w", err)
		}
		name, size := string(chunk[:4]), int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch name {
		case "data":
			if err := f.check(); err != nil {
				return nil, 0, err
			}
			most := int64(seconds) * int64(f.hz) * 2 * int64(f.channels)
			samples, err := readPCM(io.LimitReader(r, min(size, most)), int(f.channels))
			return samples, int(f.hz), err
		case "fmt ":
			f, err = readFormat(r, size)
		default:
			_, err = io.CopyN(io.Discard, r, size+size%2)
		}
		if err != nil {
			return nil, 0, fmt.Errorf("wav: chunk %q of %d bytes: %w", name, size, err)
		}
	}
}

// readFormat reads a fmt chunk. The tag of an extensible one is the beginning
// of its GUID.
func readFormat(r io.Reader, size int64) (f format, err error) {
	if size < 16 || size > 1024 {
		return f, errors.New("no format has this size")
	}
	b := make([]byte, size+size%2)
	if _, err := io.ReadFull(r, b); err != nil {
		return f, err
	}
	f = format{tag: binary.LittleEndian.Uint16(b), channels: binary.LittleEndian.Uint16(b[2:]), hz: binary.LittleEndian.Uint32(b[4:]), bits: binary.LittleEndian.Uint16(b[14:])}
	if f.tag == formatExtensible && size >= 40 {
		f.tag = binary.LittleEndian.Uint16(b[24:])
	}
	return f, nil
}

func readPCM(r io.Reader, channels int) ([]float64, error) {
	raw, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("wav: read the data: %w", err)
	}
	samples := make([]float64, len(raw)/2/channels)
	for i := range samples {
		for c := range channels {
			v := int16(binary.LittleEndian.Uint16(raw[2*(i*channels+c):]))
			samples[i] += float64(v) / float64(32768*channels)
		}
	}
	return samples, nil
}

// resample brings samples to 8 kHz: a windowed sinc that lets pass what is
// below 3.4 kHz and stops what would be folded down.
func resample(in []float64, hz int) []float64 {
	if hz == rate {
		return in
	}
	const cutoff, lobes = 3650.0, 40
	ratio := float64(hz) / rate
	width := lobes * float64(hz) / (2 * cutoff) // half of the filter, in samples of in
	// The ratio is a fraction of small numbers: the same few filters come
	// again and again. 80 is the denominator of 44100/8000, and that of no
	// other is larger.
	var filters [80][]float64
	out := make([]float64, int(float64(len(in))/ratio))
	for i := range out {
		from := int(math.Ceil(float64(i)*ratio - width))
		taps := &filters[i%len(filters)]
		if *taps == nil {
			*taps = sinc(float64(from)-float64(i)*ratio, width, 2*cutoff/float64(hz))
		}
		for k, t := range *taps {
			if j := from + k; j >= 0 && j < len(in) {
				out[i] += t * in[j]
			}
		}
	}
	return out
}

// sinc returns the taps of a low-pass from a place to width, with a Blackman
// window; bandwidth is its cutoff beside half the rate.
func sinc(from, width, bandwidth float64) []float64 {
	var taps []float64
	sum := 0.0
	for x := from; x <= width; x++ {
		v := bandwidth
		if a := math.Pi * x * bandwidth; math.Abs(a) > 1e-9 {
			v = math.Sin(a) / (math.Pi * x)
		}
		p := math.Pi * x / width
		v *= 0.42 + 0.5*math.Cos(p) + 0.08*math.Cos(2*p)
		taps = append(taps, v)
		sum += v
	}
	for i := range taps {
		taps[i] /= sum
	}
	return taps
}

// loop blends the last second into the first, at constant power.
func loop(samples []float64) []float64 {
	n := len(samples) - rate
	for i := range rate {
		p := math.Pi / 2 * float64(i) / rate
		samples[i] = samples[i]*math.Sin(p) + samples[n+i]*math.Cos(p)
	}
	return samples[:n]
}
