// Command ambience writes the sound that a silent call hears, so that somebody
// can listen to it and look at it:
//
//	go run ./testbed/ambience [-seed N] [-wav FILE] [-codec PCMA|PCMU] [-out DIR]
//
// DIR/ambience.wav is the ring as whoever answers hears it, after its codec;
// DIR/ambience.png is its spectrogram, 0 to 4 kHz upwards, a minute and a half
// in rows of 12 seconds.
package main

import (
	"bufio"
	"encoding/binary"
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"time"

	"tregua/media/ambience"
	"tregua/media/codec"
)

func main() {
	seed := flag.Uint64("seed", 0, "of the synthesis")
	wav := flag.String("wav", "", "read this file instead")
	law := flag.String("codec", "PCMA", "PCMA or PCMU")
	out := flag.String("out", "out", "directory to write to")
	flag.Parse()
	if err := run(*seed, *wav, *law, *out); err != nil {
		fmt.Fprintln(os.Stderr, "ambience:", err)
		os.Exit(1)
	}
}

func run(seed uint64, wav, law, out string) error {
	began := time.Now()
	sound, err := read(wav, ambience.Config{Seed: seed})
	if err != nil {
		return err
	}
	fmt.Printf("%d s of sound in %v\n", sound.Len()/rate, time.Since(began).Round(time.Millisecond))
	c := codec.PCMA
	if law == codec.PCMU.String() {
		c = codec.PCMU
	}
	var samples []int16
	for _, b := range sound.Encoded(c) {
		samples = append(samples, c.Table()[b])
	}
	fmt.Printf("level after %v %.1f dBFS, peak %.1f dBFS\n", c, level(samples), peak(samples))
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	if err := write(filepath.Join(out, "ambience.wav"), samples); err != nil {
		return err
	}
	file, err := os.Create(filepath.Join(out, "ambience.png"))
	if err != nil {
		return err
	}
	if err := png.Encode(file, spectrogram(samples)); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}

func read(wav string, c ambience.Config) (*ambience.Sound, error) {
	if wav == "" {
		return ambience.New(c), nil
	}
	file, err := os.Open(wav)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	sound, err := ambience.FromWAV(file, c)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", wav, err)
	}
	return sound, nil
}

// write writes a WAV file: mono, 16 bits, 8 kHz.
func write(name string, samples []int16) error {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(file)
	size := uint32(2 * len(samples))
	put(w, []byte("RIFF"), 36+size, []byte("WAVEfmt "))
	put(w, uint32(16), uint16(1), uint16(1), uint32(rate), uint32(2*rate), uint16(2), uint16(16))
	put(w, []byte("data"), size, samples)
	if err := w.Flush(); err != nil { // the first error of all of the above
		file.Close()
		return err
	}
	return file.Close()
}

func put(w *bufio.Writer, values ...any) {
	for _, v := range values {
		_ = binary.Write(w, binary.LittleEndian, v) // kept by w until Flush
	}
}
