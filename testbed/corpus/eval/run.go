package main

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tregua/media"
	"tregua/media/detect"
	"tregua/testbed/corpus"
)

// cut is when a call without an operator ends.
const cut = 2900 * time.Millisecond

// tally is what a detector did with the cases of one class.
type tally struct {
	cases  int
	found  int             // an operator by the cut
	early  int             // of a lawful call: before he began
	tone   int             // tone at the cut
	dead   int             // none, cn or dead at the cut
	delays []time.Duration // after the onset
	wrong  []int           // numbers of the cases that went wrong
}

func (t *tally) count(c *corpus.Case, i int, decided time.Duration) {
	t.cases++
	found := decided >= 0 && decided <= cut
	if found {
		t.found++
		if c.Onset >= 0 && decided < c.Onset {
			t.early++
		} else if c.Onset >= 0 {
			t.delays = append(t.delays, decided-c.Onset)
		}
	}
	if found != (c.Onset >= 0) {
		t.wrong = append(t.wrong, i)
	}
}

// delay returns the quantile q of the delays.
func (t *tally) delay(q float64) time.Duration {
	if len(t.delays) == 0 {
		return 0
	}
	slices.Sort(t.delays)
	return t.delays[min(int(q*float64(len(t.delays))), len(t.delays)-1)]
}

// result is what both detectors did with one half.
type result struct {
	ours, plain []tally // by class
	cpu         time.Duration
	audio       time.Duration
	allocs      float64 // a packet
	slack       int     // how many times the bars may be missed
}

// run plays n cases of every class that want lets through.
func run(lib *corpus.Library, half corpus.Half, n int, cfg *detect.Config, want func(*corpus.Class) bool) result {
	res := result{ours: make([]tally, len(corpus.Classes)), plain: make([]tally, len(corpus.Classes))}
	runtime.LockOSThread() // for its clock
	defer runtime.UnlockOSThread()
	for k := range corpus.Classes {
		class := &corpus.Classes[k]
		for i := range n {
			if !want(class) {
				break
			}
			c := lib.Case(half, class, i)
			packets := c.Packets()
			decided, state := res.play(c, packets, cfg)
			res.ours[k].count(c, i, decided)
			switch state {
			case media.Tone:
				res.ours[k].tone++
			case media.None, media.CN, media.Dead:
				res.ours[k].dead++
			case media.Quiet, media.Operator:
			}
			plain := energy{decided: -1}
			for _, p := range packets {
				if !p.Callee && p.PT != corpus.CN {
					plain.packet(p.At, p.Payload, c.Codec.Table())
				}
			}
			res.plain[k].count(c, i, plain.decided)
		}
	}
	res.allocs = allocations(lib.Case(half, &corpus.Classes[0], 0), cfg)
	return res
}

// play gives the packets to a detector until the cut.
func (res *result) play(c *corpus.Case, packets []corpus.Packet, cfg *detect.Config) (decided time.Duration, state media.State) {
	var d detect.Detector
	begin := threadTime()
	decided = feed(&d, c, packets, cfg)
	res.cpu += threadTime() - begin
	end := cut
	if decided >= 0 {
		end = decided
	}
	res.audio += end
	return decided, d.State(end)
}

// feed returns when the detector found an operator, -1: never.
func feed(d *detect.Detector, c *corpus.Case, packets []corpus.Packet, cfg *detect.Config) time.Duration {
	d.Reset(cfg, detect.Formats{Codec: c.Codec, Event: corpus.Event}, 0)
	for i := range packets {
		p := &packets[i]
		if p.At > cut {
			break
		}
		if p.Callee {
			d.Callee(p.At, p.PT, p.Payload)
		} else if d.PBX(p.At, p.PT, p.Seq, p.TS, p.Payload) == media.Operator {
			return p.At
		}
	}
	return -1
}

// threadTime is the CPU time of this thread: others on the machine do not
// count.
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		panic(err) // no such clock: not Linux
	}
	return time.Duration(t.Nano())
}

// allocations returns how many there are for each packet of a case.
func allocations(c *corpus.Case, cfg *detect.Config) float64 {
	packets := c.Packets()
	d := new(detect.Detector)
	return testing.AllocsPerRun(5, func() { feed(d, c, packets, cfg) }) / float64(len(packets))
}
