package corpus

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
)

// Rate is the samples per second of everything in a Case.
const Rate = 8000

// readWAV returns the first channel of the first seconds of a 16-bit PCM file
// at Rate.
func readWAV(path string, most int) ([]float32, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	samples, rate, err := parseWAV(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return resample(samples[:min(len(samples), most*rate)], rate), nil
}

func parseWAV(data []byte) (samples []float32, rate int, err error) {
	if len(data) < 12 || string(data[:4]) != "RIFF" || string(data[8:12]) != "WAVE" {
		return nil, 0, errors.New("not a RIFF WAVE file")
	}
	channels := 0
	for chunk := data[12:]; len(chunk) >= 8; {
		name, size := string(chunk[:4]), int(binary.LittleEndian.Uint32(chunk[4:]))
		body := chunk[8:]
		size = min(size, len(body))
		switch {
		case name == "fmt " && size >= 16:
			channels, rate = int(binary.LittleEndian.Uint16(body[2:])), int(binary.LittleEndian.Uint32(body[4:]))
			if format, depth := binary.LittleEndian.Uint16(body), binary.LittleEndian.Uint16(body[14:]); format != 1 || depth != 16 {
				return nil, 0, fmt.Errorf("format %d with %d bits, want PCM with 16", format, depth)
			}
		case name == "data" && channels > 0:
			for i := 0; i+2*channels <= size; i += 2 * channels {
				samples = append(samples, float32(int16(binary.LittleEndian.Uint16(body[i:])))/32768)
			}
			return samples, rate, nil
		}
		chunk = body[min(size+size&1, len(body)):]
	}
	return nil, 0, errors.New("no data chunk after a fmt chunk")
}

// resample brings samples to Rate with a windowed sinc that passes 3.6 kHz. The
// outputs fall on few phases of the input, so the filters are made once.
func resample(in []float32, rate int) []float32 {
	if rate == Rate {
		return in
	}
	g := gcd(rate, Rate)
	up, down := Rate/g, rate/g // output i lies at input i*down/up
	wide := 12*max(down/up, 1) + 1
	filters := make([][]float32, up)
	for phase := range filters {
		filters[phase] = sinc(float64(phase)/float64(up), wide, 0.45*min(1, float64(Rate)/float64(rate)))
	}
	out := make([]float32, len(in)*up/down)
	for i := range out {
		at, filter := i*down/up-wide, filters[i*down%up]
		var sum float32
		for j := max(0, -at); j < len(filter) && at+j < len(in); j++ {
			sum += in[at+j] * filter[j]
		}
		out[i] = sum
	}
	return out
}

// sinc is a low-pass filter of 2*wide+2 taps with unit gain, its middle at
// wide+phase; cut is in cycles per sample.
func sinc(phase float64, wide int, cut float64) []float32 {
	taps := make([]float32, 2*wide+2)
	var total float64
	for j := range taps {
		d := float64(j-wide) - phase
		s := 2 * cut
		if d != 0 {
			s = math.Sin(2*math.Pi*cut*d) / (math.Pi * d)
		}
		s *= 0.5 + 0.5*math.Cos(math.Pi*d/float64(wide+1))
		taps[j] = float32(s)
		total += s
	}
	for j := range taps {
		taps[j] /= float32(total)
	}
	return taps
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
