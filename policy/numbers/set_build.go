package numbers

import (
	"fmt"
	"iter"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"tregua/policy"
)

// Builder collects the numbers of a set. The zero value is an empty set. It
// belongs to one goroutine.
type Builder struct {
	bitmap *roaring64.Bitmap
}

// Add puts n into the set and reports whether it was new.
func (b *Builder) Add(n policy.Number) bool {
	if b.bitmap == nil {
		b.bitmap = roaring64.New()
	}
	return b.bitmap.CheckedAdd(uint64(n))
}

// Contains reports whether n was added.
func (b *Builder) Contains(n policy.Number) bool {
	return b.bitmap != nil && b.bitmap.Contains(uint64(n))
}

// Len returns how many different numbers were added.
func (b *Builder) Len() int {
	if b.bitmap == nil {
		return 0
	}
	return int(b.bitmap.GetCardinality())
}

// Each yields every number once, in ascending order.
func (b *Builder) Each() iter.Seq[policy.Number] {
	if b.bitmap == nil {
		return func(func(policy.Number) bool) {}
	}
	return (&roaringSet{bitmap: b.bitmap}).Each()
}

// Encode writes the set down in the smaller of the two encodings.
func (b *Builder) Encode() (Encoding, []byte, error) {
	if b.Len() < densest*b.containers() {
		return Column, b.column(), nil
	}
	b.bitmap.RunOptimize()
	data, err := b.bitmap.ToBytes()
	if err != nil {
		return 0, nil, fmt.Errorf("writing a roaring64 set: %w", err)
	}
	return Roaring, data, nil
}

// containers counts the ranges of 65,536 that hold a member; 1 when there are
// none, so that an empty set is an empty column.
func (b *Builder) containers() int {
	if b.Len() == 0 {
		return 1
	}
	count, it := 0, b.bitmap.Iterator()
	for it.HasNext() {
		last := it.Next() | 0xffff
		count++
		if last == ^uint64(0) {
			break
		}
		it.AdvanceIfNeeded(last + 1)
	}
	return count
}
