package rtp

import (
	"slices"
	"time"
)

// Stream is what arrived at one port, in order of arrival.
type Stream []Arrival

// From returns what arrived at a time or later.
func (s Stream) From(at time.Time) Stream {
	for i, a := range s {
		if !a.At.Before(at) {
			return s[i:]
		}
	}
	return nil
}

// Shape is whether a stream is one and whole.
type Shape struct {
	Packets int
	SSRCs   int
	Breaks  int           // packets whose sequence number is not the next
	Pauses  int           // the timestamp steps by more than a packet, and so much time has gone by
	Longest time.Duration // pause, by its timestamps
	Jumps   int           // the timestamp steps otherwise
	Drift   time.Duration // how much later than the first the last packets came, by their timestamps
	Gap     time.Duration // longest time between two packets
}

const (
	// slack is how far a timestamp may be ahead of the time that has gone by:
	// two packets.
	slack = 2 * packetTime
	// window is of how many packets the quickest tells where a stream is in
	// time: the others were held up on the way.
	window = 25
)

// Shape measures s.
func (s Stream) Shape() Shape {
	out := Shape{Packets: len(s)}
	ssrcs := map[uint32]bool{}
	for _, a := range s {
		ssrcs[a.SSRC] = true
	}
	out.SSRCs = len(ssrcs)
	if len(s) == 0 {
		return out
	}
	lags := s.lags()
	quickest := lags[0]
	for i := 1; i < len(s); i++ {
		out.step(s[i-1], s[i], lags[i] >= quickest-slack)
		quickest = min(quickest, lags[i])
	}
	out.Drift = slices.Min(lags[max(0, len(lags)-window):]) - slices.Min(lags[:min(window, len(lags))])
	return out
}

// step takes a packet after the first. onTime: its timestamp is not ahead of
// time.
func (s *Shape) step(last, a Arrival, onTime bool) {
	s.Gap = max(s.Gap, a.At.Sub(last.At))
	if a.Sequence != last.Sequence+1 {
		s.Breaks++
	}
	switch step := ticks(a.Timestamp - last.Timestamp); {
	case step == packetTime:
	case step > packetTime && onTime:
		s.Pauses++
		s.Longest = max(s.Longest, step)
	default:
		s.Jumps++
	}
}

// lags returns by how much more time has gone by than timestamps, since the
// first packet.
func (s Stream) lags() []time.Duration {
	out := make([]time.Duration, 0, len(s))
	for _, a := range s {
		out = append(out, a.At.Sub(s[0].At)-ticks(a.Timestamp-s[0].Timestamp))
	}
	return out
}

// ticks is a difference of timestamps in time.
func ticks(d uint32) time.Duration { return time.Duration(int32(d)) * time.Second / sampleRate }
