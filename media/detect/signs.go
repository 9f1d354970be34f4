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

// like returns how alike the end of line is to the callee at the best delay up
// to 380 ms: 0.5 by chance or so, 1 the same. What is compared is at most
// 128 ms, and only of the frames in a row that could be heard; of a shorter
// stretch chance makes more, which is allowed for. ok is false under 64 ms.
func (e *echo) like() (share float32, ok bool) {
	words := min(e.run*frameSigns, e.line.n, e.callee.n, 64*likeWords) / 64
	if words < likeWords/2 {
		return 0, false
	}
	line := e.line.word[:words]
	least := 32 * words
	for shift := range 64 {
		var callee [signWords - 1]uint64
		for i := range callee {
			callee[i] = e.callee.word[i]>>shift | e.callee.word[i+1]<<(64-shift)
		}
		for at := range len(callee) - likeWords {
			n := bits.OnesCount64(callee[at]^line[0]) + bits.OnesCount64(callee[at+1]^line[1])
			if n > hopeless {
				continue
			}
			for i, w := range callee[at+2 : at+words] {
				n += bits.OnesCount64(w ^ line[i+2])
			}
			least = min(least, n)
		}
	}
	return 0.5 + (0.5-float32(least)/float32(64*words))*chance[words], true
}

// hopeless is how many of the newest 128 signs differ where the rest is not
// looked at: of an echo a third do, by chance a half.
const hopeless = 58

// chance is the square root of the part of likeWords that is compared.
var chance = [likeWords + 1]float32{4: 0.707, 5: 0.791, 6: 0.866, 7: 0.935, 8: 1}

// judge says what a frame is that is loss dB weaker than the callee. The echo
// of a line has a loss that stays: what is clearly louder than anything that
// came while the callee spoke is none, and nothing is taken for an operator
// that is no louder than what certainly was echo.
func (e *echo) judge(c *Config, loss, like float32, ok bool) Gate {
	switch {
	case ok && like >= certainEcho:
		if e.certain++; e.certain == 1 || loss < e.loss {
			e.loss = loss
		}
		return Echoed
	case loss < c.EchoLoss, e.known >= knownFrames && loss < e.least-clearly:
		return Open
	case ok && like >= c.EchoLike, e.certain >= 3 && loss >= e.loss-3:
		return Echoed
	case !ok, like >= c.EchoDoubt:
		return Doubtful
	}
	return Unlikely
}

// learn takes the loss of a frame that is no operator, after the callee has
// been loud for so long that an echo would have come.
func (e *echo) learn(loss float32) {
	if e.known++; e.known == 1 || loss < e.least {
		e.least = loss
	}
}

const (
	certainEcho = 0.74 // likeness that no two people reach by chance
	knownFrames = 20   // from which the least loss is believed
	clearly     = 12   // dB
	frameSigns  = 80   // signs of 20 ms
	echoAtLeast = 4    // dB that an echo is fainter
)
