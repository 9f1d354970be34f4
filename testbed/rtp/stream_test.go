package rtp

import (
	"testing"
	"time"
)

// streamOf is packets 20 ms apart, each changed by edit.
func streamOf(n int, edit func(i int, a *Arrival)) Stream {
	var s Stream
	for i := range n {
		a := Arrival{At: at(20 * i), SSRC: 1, Timestamp: ^uint32(0) - 300 + uint32(i*frameSize), Sequence: uint16(65534 + i), Type: typePCMA}
		if edit != nil {
			edit(i, &a)
		}
		s = append(s, a)
	}
	return s
}

func TestShape(t *testing.T) {
	t.Parallel()
	const gap = 20 * time.Millisecond
	for name, c := range map[string]struct {
		edit func(i int, a *Arrival)
		want Shape
	}{
		"whole, round the end of numbers": {nil, Shape{Packets: 60, SSRCs: 1, Gap: gap}},
		"another SSRC":                    {func(i int, a *Arrival) { a.SSRC += uint32(i / 30) }, Shape{Packets: 60, SSRCs: 2, Gap: gap}},
		"a lost packet": {func(i int, a *Arrival) {
			if i >= 5 {
				a.Sequence++
			}
		}, Shape{Packets: 60, SSRCs: 1, Breaks: 1, Gap: gap}},
		"a pause, told after a packet that came late": {func(i int, a *Arrival) {
			if i >= 5 {
				a.At = a.At.Add(100 * time.Millisecond)
			}
			if i >= 6 {
				a.Timestamp += 640
			}
		}, Shape{Packets: 60, SSRCs: 1, Pauses: 1, Longest: 100 * time.Millisecond, Drift: 20 * time.Millisecond, Gap: 120 * time.Millisecond}},
		"held up on the way": {func(i int, a *Arrival) {
			if i >= 30 && i < 35 {
				a.At = at(20 * 35)
			}
			if i == 59 {
				a.At = at(20*59 + 100)
			}
		}, Shape{Packets: 60, SSRCs: 1, Gap: 120 * time.Millisecond}},
		"a pause after a first packet that came late": {func(i int, a *Arrival) {
			if i == 0 {
				a.At = at(60)
			}
			if i >= 30 {
				a.Timestamp, a.At = a.Timestamp+320, a.At.Add(40*time.Millisecond)
			}
		}, Shape{Packets: 60, SSRCs: 1, Pauses: 1, Longest: 60 * time.Millisecond, Gap: 60 * time.Millisecond}},
		"a pause": {func(i int, a *Arrival) {
			if i >= 5 {
				a.Timestamp, a.At = a.Timestamp+320, a.At.Add(45*time.Millisecond)
			}
		}, Shape{Packets: 60, SSRCs: 1, Pauses: 1, Longest: 60 * time.Millisecond, Drift: 5 * time.Millisecond, Gap: 65 * time.Millisecond}},
		"a jump ahead": {func(i int, a *Arrival) {
			if i >= 5 {
				a.Timestamp += 640
			}
		}, Shape{Packets: 60, SSRCs: 1, Jumps: 1, Gap: gap}},
		"a pause that is not told": {func(i int, a *Arrival) {
			if i >= 5 {
				a.Timestamp, a.At = a.Timestamp+320, a.At.Add(time.Second)
			}
		}, Shape{Packets: 60, SSRCs: 1, Pauses: 1, Longest: 60 * time.Millisecond, Drift: 960 * time.Millisecond, Gap: time.Second + gap}},
		"a jump back": {func(i int, a *Arrival) {
			if i >= 5 {
				a.Timestamp -= 160
			}
		}, Shape{Packets: 60, SSRCs: 1, Jumps: 1, Drift: 20 * time.Millisecond, Gap: gap}},
	} {
		if got := streamOf(60, c.edit).Shape(); got != c.want {
			t.Errorf("%s: %+v", name, got)
		}
	}
	s := streamOf(3, nil)
	if len(s.From(at(20))) != 2 || len(s.From(at(21))) != 1 || len(s.From(at(41))) != 0 {
		t.Error("from a time")
	}
}

func TestSummarise(t *testing.T) {
	t.Parallel()
	var d []time.Duration
	for i := range 200 {
		d = append(d, time.Duration(200-i)*time.Millisecond)
	}
	ms := time.Millisecond
	if got, want := Summarise(d), (Figures{200, ms, 100 * ms, 198 * ms, 200 * ms}); got != want {
		t.Errorf("%v", got)
	}
	if got, want := Summarise(d[:1]), (Figures{1, ms, ms, ms, ms}); got != want {
		t.Errorf("%v", got)
	}
	if Summarise(nil) != (Figures{}) {
		t.Error("none")
	}
	if got := Summarise(d[:1]).String(); got != "n 1 min 1.00 p50 1.00 p99 1.00 max 1.00 ms" {
		t.Error(got)
	}
}
