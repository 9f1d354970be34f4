package main

import (
	"math"
	"strings"

	"tregua/media/detect"
	"tregua/testbed/corpus"
)

// first is the number of the first case that is learnt from; eval plays those
// from 0.
const first = 1_000_000

// more says how many times the cases of a class are wanted whose name contains
// a word: the hard ones more often, those that are all alike less.
var more = []struct {
	word  string
	times float64
}{
	{"operator", 1},
	{"music on hold", 7},
	{"music", 5},
	{"babble -45", 3},
	{"ambience", 4},
	{"echo 15", 3},
	{"echo", 1.5},
	{"clicks", 1},
	{"babble", 1},
	{"no packets", 0},
	{"comfort noise", 0},
	{"ringback", 1.5},
	{"busy", 1.5},
	{"DTMF", 1},
	{"", 0.4},
}

// gather makes examples of some cases of each class, n of most.
func gather(lib *corpus.Library, n int) (out []example) {
	for k := range corpus.Classes {
		class := &corpus.Classes[k]
		for _, m := range more {
			if strings.Contains(class.Name, m.word) {
				n := int(float64(n) * m.times)
				for i := range n {
					out = frames(out, lib.Varied(corpus.Tuning, class, first+i))
				}
				break
			}
		}
	}
	return out
}

// frames plays a case into a detector that never decides, and adds what it
// weighs. What is under the level of speech teaches nothing.
func frames(out []example, c *corpus.Case) []example {
	spoken := levels(c.Voice)
	cfg := detect.DefaultConfig()
	cfg.Decide, cfg.DecideLate = 10000, 10000
	var p corpus.Packet
	cfg.Each = func(s detect.Step) {
		if s.Frame.Level < cfg.MinLevel {
			return
		}
		if e, ok := newExample(c, spoken, p.From+int(s.End-p.TS)); ok {
			e.x = s.Frame.Features
			out = append(out, e)
		}
	}
	var d detect.Detector
	d.Reset(&cfg, detect.Formats{Codec: c.Codec, Event: corpus.Event}, 0)
	for _, p = range c.Packets() {
		if p.Callee {
			d.Callee(p.At, p.PT, p.Payload)
		} else {
			d.PBX(p.At, p.PT, p.Seq, p.TS, p.Payload)
		}
	}
	return out
}

// newExample says what is known of the 20 ms before a sample; ok is false
// where it is not known whether the operator speaks.
func newExample(c *corpus.Case, spoken []float64, end int) (e example, ok bool) {
	speech, ok := label(c, spoken, end)
	e.label[0], e.weight[0], e.weight[1] = speech, 1, 1
	if c.Class.Group == corpus.Steady || c.Class.Group == corpus.Lively {
		e.weight[0] = 2.5
	}
	if strings.Contains(c.Class.Name, "music") && c.Onset < 0 {
		e.weight[0] = 3
	}
	music := strings.Contains(c.Class.Name, "music") || strings.Contains(c.Class.Name, "tone") ||
		strings.Contains(c.Class.Name, "ringback") || c.Class.Name == "DTMF"
	if music && c.Onset < 0 {
		e.label[1] = 1
	} else if music && speech == 0 {
		e.weight[1] = 0
	}
	return e, ok
}

// levels returns the mean square of each stretch of 10 ms.
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

// label says whether the operator speaks in the 20 ms before a sample; it is
// not known within his pauses.
func label(c *corpus.Case, spoken []float64, end int) (speech float32, known bool) {
	if c.Onset < 0 || end <= int(c.Onset.Seconds()*corpus.Rate) {
		return 0, true
	}
	var loudest float64
	for _, p := range spoken {
		loudest = max(loudest, p)
	}
	i := max(end-160, 0) / 80
	now := math.Max(spoken[min(i, len(spoken)-1)], spoken[min(i+1, len(spoken)-1)])
	return 1, now >= loudest/300
}
