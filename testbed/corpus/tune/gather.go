package main

import (
	"math"
	"strings"

	"tregua/media/codec"
	"tregua/media/detect/voice"
	"tregua/testbed/corpus"
)

// first is the number of the first case that is learnt from; eval plays those
// from 0.
const first = 1_000_000

// gather makes examples of n cases of each class whose line has sound.
func gather(lib *corpus.Library, n int) (out []example) {
	for k := range corpus.Classes {
		class := &corpus.Classes[k]
		weight, ok := worth(class)
		if !ok {
			continue
		}
		cases := n
		if class.Name == "synthetic music" { // no two are alike
			cases *= 3
		}
		for i := range cases {
			c := lib.Case(corpus.Tuning, class, first+i)
			out = frames(out, c, weight, c.Silence())
			if c.Onset >= 0 { // and as if the line had just been opened
				out = frames(out, c, weight, max(0, int(c.Onset.Seconds()*corpus.Rate)-(i%10)*voice.Hop))
			}
			if strings.HasPrefix(class.Name, "music") { // few pieces: play them faster and slower too
				for _, speed := range []float64{0.8, 0.9, 1.12, 1.25} {
					out = frames(out, c.Faster(speed), weight, 0)
				}
			}
		}
	}
	return out
}

// worth says how much the frames of a class count; false: they teach nothing,
// for lack of sound or because the echo guard is what holds them.
func worth(class *corpus.Class) (float32, bool) {
	if strings.HasPrefix(class.Name, "echo") || class.Name == "no packets" || class.Name == "comfort noise" {
		return 0, false
	}
	if class.Group == corpus.Lawful || class.Group == corpus.Hard {
		return 1, true
	}
	return 2.5, true
}

// frames adds the frames of one case from a sample on.
func frames(out []example, c *corpus.Case, weight float32, at int) []example {
	var a voice.Analyser
	var f voice.Frame
	var window [voice.Window]int16
	spoken := levels(c.Voice)
	music := strings.Contains(c.Class.Name, "music") || strings.Contains(c.Class.Name, "tone") ||
		strings.Contains(c.Class.Name, "ringback") || c.Class.Name == "DTMF"
	for ; at+voice.Window <= len(c.Line); at += voice.Hop {
		for i := range window {
			window[i] = through(c.Codec, c.Line[at+i])
		}
		a.Frame(&window, &f)
		e := example{x: f.Features}
		speech, known := label(c, spoken, at)
		if !known {
			continue
		}
		e.label[0], e.weight[0] = speech, weight
		e.weight[1] = 1
		if music && c.Onset < 0 {
			if f.Level > -52 {
				e.label[1] = 1
			} else {
				e.weight[1] = 0
			}
		} else if music && speech == 0 {
			e.weight[1] = 0
		}
		out = append(out, e)
	}
	return out
}

// levels returns the mean square of each stretch of voice.Hop/2.
func levels(line []float32) (out []float64) {
	for at := 0; at+80 <= len(line); at += 80 {
		var sum float64
		for _, s := range line[at : at+80] {
			sum += float64(s) * float64(s)
		}
		out = append(out, sum/80)
	}
	return out
}

// label says whether the operator speaks in the newest 20 ms of a window; it
// is not known within his pauses.
func label(c *corpus.Case, spoken []float64, at int) (speech float32, known bool) {
	if c.Onset < 0 {
		return 0, true
	}
	end, onset := at+voice.Window, int(c.Onset.Seconds()*corpus.Rate)
	if strings.Contains(c.Class.Name, "echo") && end <= onset {
		return 0, false
	}
	if end <= onset {
		return 0, true
	}
	var loudest float64
	for _, p := range spoken {
		loudest = max(loudest, p)
	}
	i := (end - voice.Hop) / 80
	now := math.Max(spoken[min(i, len(spoken)-1)], spoken[min(i+1, len(spoken)-1)])
	return 1, now >= loudest/300
}

func through(law codec.Codec, s float32) int16 {
	return law.Table()[law.Encode(int16(max(-32768, min(32767, s*32768))))]
}
