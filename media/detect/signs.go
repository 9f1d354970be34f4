package detect

import "math/bits"

const (
	signWords = 32 // 64 signs each: 512 ms
	likeWords = 8  // 128 ms are compared
)

// signs keeps of a signal only whether it rises or falls, 4000 times a second.
// Two signals of which one is a delayed, filtered, fainter copy of the other
// rise and fall together, whatever the gain; and 64 moments are compared in one
// instruction (a polarity coincidence correlator).
type signs struct {
	word  [signWords]uint64 // the newest is the lowest bit of word 0
	n     int               // how many came
	last  int32             // sum of the last pair of samples
	first int32             // half a pair
	odd   bool              // first waits for its other half
}

func (s *signs) push(payload []byte, table *[256]int16) {
	var bits uint64
	n := 0
	for _, b := range payload {
		x := int32(table[b])
		if s.odd = !s.odd; s.odd {
			s.first = x
			continue
		}
		sum := s.first + x
		bits <<= 1
		if sum > s.last {
			bits |= 1
		}
		s.last = sum
		if n++; n == 64 {
			s.shift(bits, n)
			bits, n = 0, 0
		}
	}
	s.shift(bits, n)
}

// shift moves n new signs in.
func (s *signs) shift(bits uint64, n int) {
	if n == 0 {
		return
	}
	w := &s.word
	for i := signWords - 1; i > 0; i-- {
		w[i] = w[i]<<n | w[i-1]>>(64-n)
	}
	w[0] = w[0]<<n | bits
	s.n += n
}

// like returns how alike the last 128 ms of line are to the callee at the best
// delay up to 380 ms: 0 as little as can be, 1 the same. ok is false when too
// little of either has been heard.
func (e *echo) like() (share float32, ok bool) {
	if e.line.n < 64*likeWords || e.callee.n < 64*likeWords {
		return 0, false
	}
	line := (*[likeWords]uint64)(e.line.word[:])
	least := 64 * likeWords
	for shift := range 64 {
		var callee [signWords - 1]uint64
		for i := range callee {
			callee[i] = e.callee.word[i]>>shift | e.callee.word[i+1]<<(64-shift)
		}
		for at := range len(callee) - likeWords {
			n := 0
			for i, w := range line {
				n += bits.OnesCount64(w ^ callee[at+i])
			}
			least = min(least, n)
		}
	}
	return 1 - float32(least)/(64*likeWords), true
}
