package numbers

import "tregua/policy"

// Sieve says quickly of most numbers that a set does not have them: it reads one
// word, and is wrong about two in a hundred. Who must ask a thousand sets asks
// their sieves first. It is a Bloom filter of one word a number, of 12 bits each.
// The zero value holds nothing back.
type Sieve struct{ words []uint64 }

// perWord is how many numbers share a word.
const perWord = 5

// NewSieve returns the sieve of a set.
func NewSieve(set Set) Sieve {
	s := Sieve{make([]uint64, set.Len()/perWord+1)}
	for n := range set.Each() {
		key := SieveKeyOf(n)
		s.words[key.word(len(s.words))] |= key.bits()
	}
	return s
}

// SieveKey is a number as sieves look for it.
type SieveKey uint64

// SieveKeyOf returns the key of a number (the finaliser of SplitMix64).
func SieveKeyOf(n policy.Number) SieveKey {
	h := uint64(n) + 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return SieveKey(h ^ h>>31)
}

// Passes reports whether the set may have the number; false: it does not.
func (s *Sieve) Passes(key SieveKey) bool {
	if len(s.words) == 0 {
		return true
	}
	bits := key.bits()
	return s.words[key.word(len(s.words))]&bits == bits
}

func (k SieveKey) word(of int) int { return int(uint64(k) >> 32 * uint64(of) >> 32) }

// bits are four of a word, from the half of the key that word does not use.
func (k SieveKey) bits() uint64 { return 1<<(k&63) | 1<<(k>>6&63) | 1<<(k>>12&63) | 1<<(k>>18&63) }
