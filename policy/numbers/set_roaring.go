package numbers

import (
	"encoding/binary"
	"fmt"
	"iter"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"tregua/policy"
)

// roaringSet is a set that lies in the bytes it was read from.
type roaringSet struct {
	bitmap *roaring64.Bitmap
	count  int
}

var _ Set = (*roaringSet)(nil)

func readRoaring(data []byte) (set Set, err error) {
	// The library indexes into what it is given: short or twisted bytes can
	// panic before it validates. Broken data is an error here, never a crash.
	defer func() {
		if r := recover(); r != nil {
			set, err = nil, fmt.Errorf("roaring64 set of %d bytes cannot be read: %v", len(data), r)
		}
	}()
	// It also makes room for as many parts as the first 8 bytes say; each has a
	// key of 4 bytes and a header of 8 at least.
	if len(data) < 8 || binary.LittleEndian.Uint64(data) > uint64(len(data))/12 {
		return nil, fmt.Errorf("roaring64 set of %d bytes is cut short", len(data))
	}
	bitmap := roaring64.New()
	n, err := bitmap.FromUnsafeBytes(data)
	if err != nil {
		return nil, fmt.Errorf("roaring64 set of %d bytes: %w", len(data), err)
	}
	if n != int64(len(data)) {
		return nil, fmt.Errorf("roaring64 set ends at byte %d of %d", n, len(data))
	}
	if err := bitmap.Validate(); err != nil {
		return nil, fmt.Errorf("roaring64 set of %d bytes: %w", len(data), err)
	}
	return &roaringSet{bitmap: bitmap, count: int(bitmap.GetCardinality())}, nil
}

func (s *roaringSet) Contains(n policy.Number) bool { return s.bitmap.Contains(uint64(n)) }

func (s *roaringSet) Find(n policy.Number) (place int, ok bool) {
	if !s.Contains(n) {
		return 0, false
	}
	return int(s.bitmap.Rank(uint64(n))) - 1, true
}

func (s *roaringSet) Len() int { return s.count }

func (s *roaringSet) Each() iter.Seq[policy.Number] {
	return func(yield func(policy.Number) bool) {
		for it := s.bitmap.Iterator(); it.HasNext(); {
			if !yield(policy.Number(it.Next())) {
				return
			}
		}
	}
}
