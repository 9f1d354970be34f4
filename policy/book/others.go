package book

import (
	"encoding/binary"
	"fmt"
	"slices"

	"tregua/policy"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// Member is one number of a person, and the index that stands for it.
type Member struct {
	Number policy.Number
	Index  seal.Index
}

// Others are the other numbers of the person whom a number belongs to; none when
// the number is the only one that is known.
type Others []Member

// contactRow is what the imports say of one number: the newest that is in force
// counts.
type contactRow struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Told    []toldContact // by part
}

// toldContact is the other numbers of a person as one import has them, sealed
// under the number key.
type toldContact struct {
	_      struct{} `cbor:",toarray"`
	Part   uint32
	Others [][]byte
}

func contactKey(p policy.PrincipalID, h seal.Index) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{spaceContact}, uint32(p)), h[:]...)
}

// Others returns the other numbers that p knows of the person whom n belongs to:
// those of the newest import in force that names n. It reads one row of r, and
// only when an import says that there is one.
//
// An error is [ErrBroken], or else one of the store.
func (s *Snapshot) Others(r store.Reader, p policy.PrincipalID, n policy.Number) (Others, error) {
	scope := s.together[p]
	switch {
	case scope == nil:
		return nil, nil
	case scope.broken != nil:
		return nil, scope.broken
	case !scope.contains(n):
		return nil, nil
	}
	var row contactRow
	key := contactKey(p, s.keys.Index(n))
	found, err := get(r, key, &row)
	if err != nil {
		return nil, err
	}
	for _, one := range slices.Backward(row.Told) {
		if s.believed[one.Part] {
			return s.openOthers(key, one)
		}
	}
	if len(row.Told) > 0 {
		// An old generation is in force again, and of the files of its time the row
		// tells no more: the oldest that it tells of is nearest.
		return s.openOthers(key, row.Told[0])
	}
	return nil, fmt.Errorf("%w: row %x: an import names it and it is not there (found: %t)", ErrBroken, key, found)
}

func (s *Snapshot) openOthers(key []byte, told toldContact) (Others, error) {
	others := make(Others, len(told.Others))
	for i, sealed := range told.Others {
		n, err := s.keys.OpenNumber(sealed)
		if err != nil {
			return nil, fmt.Errorf("%w: row %x: %w", ErrBroken, key, err)
		}
		others[i] = Member{n, s.keys.Index(n)}
	}
	return others, nil
}
