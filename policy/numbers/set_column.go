package numbers

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"

	"tregua/policy"
)

// columnSet is a set that lies in the bytes it was read from: ascending
// little-endian uint64, so that a position is a row.
//
// What a look-up costs is each line that the cache does not have, and halving
// 100,000 rows reads 17 of them; the fence is few enough to stay there.
type columnSet struct {
	rows  []byte
	fence []uint64 // every 32nd row
}

// fenced is how many rows lie between two of the fence: four lines of a cache.
const fenced = 32

var _ Set = (*columnSet)(nil)

func readColumn(data []byte) (Set, error) {
	if len(data)%8 != 0 {
		return nil, fmt.Errorf("column set of %d bytes is not a whole number of rows", len(data))
	}
	s := &columnSet{rows: data, fence: make([]uint64, 0, (len(data)/8+fenced-1)/fenced)}
	for i := range s.Len() {
		if i > 0 && s.at(i-1) >= s.at(i) {
			return nil, fmt.Errorf("column set is not in ascending order at row %d", i)
		}
		if i%fenced == 0 {
			s.fence = append(s.fence, s.at(i))
		}
	}
	return s, nil
}

// writeColumn writes numbers that come in ascending order. The writer keeps its
// first error for its Flush.
func writeColumn(w *bufio.Writer, list iter.Seq[policy.Number]) {
	var row [8]byte
	for n := range list {
		binary.LittleEndian.PutUint64(row[:], uint64(n))
		_, _ = w.Write(row[:]) // see above
	}
}

// EncodeColumn writes numbers, which must come in ascending order and each once, as
// a [Column]: for a set whose places other columns go by.
func EncodeColumn(ascending iter.Seq[policy.Number]) []byte {
	var data bytes.Buffer
	w := bufio.NewWriter(&data)
	writeColumn(w, ascending)
	_ = w.Flush() // a buffer takes everything
	return data.Bytes()
}

func (s *columnSet) at(row int) uint64 { return binary.LittleEndian.Uint64(s.rows[8*row:]) }

func (s *columnSet) Contains(n policy.Number) bool {
	_, ok := s.Find(n)
	return ok
}

func (s *columnSet) Find(n policy.Number) (place int, ok bool) {
	post, ok := slices.BinarySearch(s.fence, uint64(n))
	if ok || post == 0 {
		return post * fenced, ok
	}
	low, high := (post-1)*fenced, min(post*fenced, s.Len())
	for low < high {
		middle := int(uint(low+high) >> 1)
		if s.at(middle) < uint64(n) {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < s.Len() && s.at(low) == uint64(n)
}

func (s *columnSet) Len() int { return len(s.rows) / 8 }

func (s *columnSet) Each() iter.Seq[policy.Number] {
	return func(yield func(policy.Number) bool) {
		for i := range s.Len() {
			if !yield(policy.Number(s.at(i))) {
				return
			}
		}
	}
}
