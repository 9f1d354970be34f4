package detect

import "math/bits"

// byteStats looks at payload as bytes. Digital silence is one value for ever;
// an analogue line flickers between two at least, even at -85 dBFS.
type byteStats struct {
	seen     [4]uint64 // byte values of the first half second
	looked   int       // bytes of it
	hash     uint64    // of the last packet
	length   int
	repeated uint32 // packets that were the one before again
}

// firstLook is how many bytes make the histogram: 500 ms.
const firstLook = 4000

// faint is the sample up to which a payload that repeats is a buffer that
// somebody sends again and again and not a tone that happens to fit: -54 dBFS.
const faint = 64

// dead says whether the payload is a constant, or the last one again and
// hardly audible.
func (b *byteStats) dead(payload []byte, table *[256]int16) bool {
	constant := true
	var most int16
	hash := uint64(14695981039346656037) // FNV-1a
	for _, c := range payload {
		constant = constant && c == payload[0]
		hash = (hash ^ uint64(c)) * 1099511628211
		s := table[c]
		most = max(most, s, -s)
	}
	for _, c := range payload[:min(len(payload), max(firstLook-b.looked, 0))] {
		b.seen[c>>6] |= 1 << (c & 63)
	}
	b.looked = min(b.looked+len(payload), firstLook)
	again := hash == b.hash && len(payload) == b.length
	b.hash, b.length = hash, len(payload)
	if again {
		b.repeated++
	}
	return constant || again && most <= faint
}

// distinct returns how many byte values the first half second had.
func (b *byteStats) distinct() (n int) {
	for _, w := range b.seen {
		n += bits.OnesCount64(w)
	}
	return n
}
