package main

import (
	"encoding/gob"
	"fmt"
	"os"
	"time"

	"tregua/media/detect"
	"tregua/testbed/corpus"
)

// cut is when a call without an operator ends.
const cut = 2900 * time.Millisecond

// trace is what a detector that never decides made of a case.
type trace struct {
	Class   int // of corpus.Classes
	Number  int
	Speaker string
	Onset   time.Duration
	Steps   []detect.Step
}

// traces plays n cases of each class of the tuning half.
func traces(lib *corpus.Library, n int) (out []trace) {
	for k := range corpus.Classes {
		for i := range n {
			t := newTrace(lib.Case(corpus.Tuning, &corpus.Classes[k], i))
			t.Class, t.Number = k, i
			out = append(out, t)
		}
	}
	return out
}

func newTrace(c *corpus.Case) trace {
	t := trace{Speaker: c.Speaker, Onset: c.Onset}
	cfg := detect.DefaultConfig()
	cfg.Decide, cfg.DecideLate = 10000, 10000
	cfg.Each = func(s detect.Step) {
		s.Frame = nil
		t.Steps = append(t.Steps, s)
	}
	var d detect.Detector
	d.Reset(&cfg, detect.Formats{Codec: c.Codec, Event: corpus.Event}, 0)
	for _, p := range c.Packets() {
		switch {
		case p.At > cut:
			return t
		case p.Callee:
			d.Callee(p.At, p.PT, p.Payload)
		default:
			d.PBX(p.At, p.PT, p.Seq, p.TS, p.Payload)
		}
	}
	return t
}

// decided returns when there would have been an operator, -1: never.
func (t *trace) decided(c *detect.Config) time.Duration {
	var score float32
	for i := range t.Steps {
		s := &t.Steps[i]
		if s.Hole > 0 {
			score = c.Lost(score, s.Hole)
		}
		sum, up := c.Sum(score, s)
		if score = sum; up && score >= c.Enough(s.At) {
			return s.At
		}
	}
	return -1
}

// save writes traces to a file.
func save(to string, all []trace) error {
	f, err := os.Create(to)
	if err != nil {
		return err
	}
	if err := gob.NewEncoder(f).Encode(all); err != nil {
		return fmt.Errorf("%s: %w", to, err)
	}
	return f.Close()
}

// read returns the traces of all files.
func read(from []string) (all []trace, err error) {
	for _, path := range from {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		var some []trace
		err = gob.NewDecoder(f).Decode(&some)
		_ = f.Close() // only read
		if err != nil {
			return nil, fmt.Errorf("%s: %w; is it of this version of calibrate?", path, err)
		}
		all = append(all, some...)
	}
	return all, nil
}
