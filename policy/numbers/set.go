package numbers

import (
	"fmt"
	"iter"

	"tregua/policy"
)

// Set is an immutable set of numbers. It is safe for any number of readers.
type Set interface {
	Contains(n policy.Number) bool
	// Find returns the place of n among the members in ascending order, from 0.
	// In a column it is the row and costs no more than Contains; a roaring set
	// has to count (compliance.md 2.2: 135 µs).
	Find(n policy.Number) (place int, ok bool)
	Len() int
	// Each yields every number once, in ascending order.
	Each() iter.Seq[policy.Number]
}

// Encoding is how a set is written down. As text, and so in manifests, it is
// its [Encoding.Ext].
type Encoding uint8

// The encodings.
const (
	Roaring Encoding = iota + 1 // roaring64, portable format: small where dense
	Column                      // ascending uint64, little-endian: 8 bytes a number
)

// densest is the average number of members per container of 65,536 from which
// on roaring64 is the smaller of the two (compliance.md 2.2, measured).
const densest = 8

// Ext returns the file name extension of the encoding, without a dot, or ""
// for an encoding that does not exist.
func (e Encoding) Ext() string {
	switch e {
	case Roaring:
		return "r64"
	case Column:
		return "u64"
	}
	return ""
}

// MarshalText returns the Ext of the encoding.
func (e Encoding) MarshalText() ([]byte, error) {
	if e.Ext() == "" {
		return nil, fmt.Errorf("set encoding %d does not exist", e)
	}
	return []byte(e.Ext()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (e *Encoding) UnmarshalText(text []byte) error {
	for _, known := range [...]Encoding{Roaring, Column} {
		if known.Ext() == string(text) {
			*e = known
			return nil
		}
	}
	return fmt.Errorf("set encoding %q does not exist", text)
}

// ReadSet reads what [Builder.Write] wrote. The set keeps data, which must
// not change any more. An error means that data is not such a set; a change
// that leaves a well-formed set is for the caller's checksum to find.
func ReadSet(e Encoding, data []byte) (Set, error) {
	switch e {
	case Roaring:
		return readRoaring(data)
	case Column:
		return readColumn(data)
	}
	return nil, fmt.Errorf("set encoding %d does not exist", e)
}
