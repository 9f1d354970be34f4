package numbers

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"slices"

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

// AddMany puts every number of the list into the set. It sorts the list: a
// number that goes behind the last one of its container costs a tenth of one
// that goes between two.
func (b *Builder) AddMany(list []policy.Number) {
	if b.bitmap == nil {
		b.bitmap = roaring64.New()
	}
	slices.Sort(list)
	var plain [4096]uint64
	for piece := range slices.Chunk(list, len(plain)) {
		for i, n := range piece {
			plain[i] = uint64(n)
		}
		b.bitmap.AddMany(plain[:len(piece)])
	}
}

// Merge puts every number of other into the set.
func (b *Builder) Merge(other *Builder) {
	switch {
	case other.bitmap == nil:
	case b.bitmap == nil:
		b.bitmap = other.bitmap.Clone()
	default:
		b.bitmap.Or(other.bitmap)
	}
}

// Common returns how many numbers are in both.
func (b *Builder) Common(other *Builder) int {
	if b.bitmap == nil || other.bitmap == nil {
		return 0
	}
	return int(b.bitmap.AndCardinality(other.bitmap))
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

// Encoding is the smaller of the two encodings.
func (b *Builder) Encoding() Encoding {
	if b.Len() < densest*b.containers() {
		return Column
	}
	return Roaring
}

// Write writes the set down in an encoding. It holds no second copy of it.
func (b *Builder) Write(w io.Writer, e Encoding) error {
	buffered := bufio.NewWriterSize(w, 1<<20)
	switch e {
	case Column:
		writeColumn(buffered, b.Each())
	case Roaring:
		if b.bitmap == nil {
			b.bitmap = roaring64.New()
		}
		b.bitmap.RunOptimize()
		if _, err := b.bitmap.WriteTo(buffered); err != nil {
			return fmt.Errorf("writing a roaring64 set: %w", err)
		}
	default:
		return fmt.Errorf("set encoding %d does not exist", e)
	}
	return buffered.Flush()
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
