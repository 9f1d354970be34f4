package rtp

import (
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
	Pauses  int           // the timestamp steps by more than a packet, and so much time went by
	Longest time.Duration // pause, by its timestamps
	Jumps   int           // the timestamp steps otherwise
	Gap     time.Duration // longest time between two packets
}

// slack is how far a step of the timestamp and the time that went by may lie
// apart: two packets, as on a line whose sender was late by one and caught up.
const slack = 2 * packetTime

// Shape measures s.
func (s Stream) Shape() Shape {
	out := Shape{Packets: len(s)}
	ssrcs := map[uint32]bool{}
	for i, a := range s {
		ssrcs[a.SSRC] = true
		if i == 0 {
			continue
		}
		last := s[i-1]
		gap := a.At.Sub(last.At)
		out.Gap = max(out.Gap, gap)
		if a.Sequence != last.Sequence+1 {
			out.Breaks++
		}
		step := time.Duration(int32(a.Timestamp-last.Timestamp)) * time.Second / sampleRate
		switch {
		case step == packetTime:
		case step > packetTime && step-gap <= slack && gap-step <= slack:
			out.Pauses++
			out.Longest = max(out.Longest, step)
		default:
			out.Jumps++
		}
	}
	out.SSRCs = len(ssrcs)
	return out
}
