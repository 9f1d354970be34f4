package rings

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"tregua/policy"
)

// The value of a row is a byte of version and eight bytes for each ring, by
// time: the store has one for every number that was called in a month.
const (
	version  = 1
	ringSize = 8
)

// Space is the first byte of the keys (compliance.md 2.4).
const Space = 0x33

// Key returns the key of what reached a number at a principal; index is the
// keyed hash that stands for the number.
func Key(p policy.PrincipalID, index [16]byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{Space}, uint32(p)), index[:]...)
}

// ReadKey reads what [Key] wrote.
func ReadKey(key []byte) (p policy.PrincipalID, index [16]byte, err error) {
	if len(key) != 1+4+len(index) || key[0] != Space {
		return 0, index, fmt.Errorf("row %x is none of rings", key)
	}
	copy(index[:], key[5:])
	return policy.PrincipalID(binary.BigEndian.Uint32(key[1:])), index, nil
}

// Encode writes the rings of a number as the value of its row.
func Encode(r Rings) []byte {
	b := append(make([]byte, 0, 1+len(r)*ringSize), version)
	for _, one := range r {
		b = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(b, one.at), one.mark)
	}
	return b
}

// Decode reads what [Encode] wrote and nothing else: a ring that is lost is one
// that rings again. A version that it does not know is refused by its number.
func Decode(value []byte) (Rings, error) {
	switch {
	case len(value) == 0:
		return nil, errors.New("rings: no value")
	case value[0] != version:
		return nil, fmt.Errorf("rings: version %d, this program reads %d", value[0], version)
	case (len(value)-1)%ringSize != 0 || len(value)-1 > most*ringSize:
		return nil, fmt.Errorf("rings: %d bytes", len(value))
	}
	r := make(Rings, 0, len(value)/ringSize)
	for b := range slices.Chunk(value[1:], ringSize) {
		one := Ring{binary.BigEndian.Uint32(b), binary.BigEndian.Uint32(b[4:])}
		if n := len(r); n > 0 && r[n-1].at > one.at {
			return nil, errors.New("rings: not by time")
		}
		r = append(r, one)
	}
	return r, nil
}
