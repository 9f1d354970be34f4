package detect

import "tregua/media/detect/voice"

// stream puts the samples of packets of any size into windows, and sees what
// is missing.
type stream struct {
	started bool
	audible bool // an audio packet has come: next is known
	ssrc    uint32
	seq     uint16
	next    uint32 // timestamp after the last audio packet
	fill    int    // samples in window
	window  [voice.Window]int16
}

// lateMost is how far back a sequence number may be to be late and not a
// stream that begins anew (RFC 3550 appendix A.1, MAX_MISORDER).
const lateMost = 100

// holeMost is the longest hole in samples that is taken for one (4 s);
// anything else is a new timestamp base.
const holeMost = 4 * 8000

// accept returns how many samples are missing before an audio packet of that
// length, or that the packet comes too late.
func (s *stream) accept(seq uint16, ts uint32, length int, audio bool) (missing int, late bool) {
	ahead := int16(seq - s.seq)
	if s.started && ahead <= 0 && ahead > -lateMost {
		return 0, true
	}
	fresh := !s.started || ahead <= 0
	s.started, s.seq = true, seq
	if !audio {
		return 0, false
	}
	if gap := int32(ts - s.next); s.audible && !fresh && gap > 0 && gap <= holeMost {
		missing = int(gap)
	}
	if !s.audible || ts != s.next {
		s.fill = len(s.window) - voice.Hop // what is before does not belong to what comes
		clear(s.window[:s.fill])
	}
	s.audible, s.next = true, ts+uint32(length)
	return missing, false
}

// push adds as many samples of the payload as the window takes and returns the
// rest; the window is full when full says so.
func (s *stream) push(payload []byte, table *[256]int16) (rest []byte, full bool) {
	n := min(len(payload), len(s.window)-s.fill)
	to := s.window[s.fill : s.fill+n]
	for i, b := range payload[:n] {
		to[i] = table[b]
	}
	s.fill += n
	return payload[n:], s.fill == len(s.window)
}

// slide makes room for the next hop.
func (s *stream) slide() {
	s.fill = copy(s.window[:], s.window[voice.Hop:])
}
