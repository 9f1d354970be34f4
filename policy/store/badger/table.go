package badger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"github.com/dgraph-io/badger/v4/fb"
	"github.com/dgraph-io/badger/v4/pb"
	"github.com/dgraph-io/badger/v4/y"
	"google.golang.org/protobuf/proto"
)

// errTable is returned for a table that is not as it was written.
var errTable = errors.New("it is cut off, or a byte of it is changed")

// table checks what Badger reads of a table when it opens it, in a goroutine whose
// panic nobody can catch: the index at its end, and the last block. The rest is
// checked by [Store.Check].
func table(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	end, err := signed(f, info.Size())
	if err != nil {
		return err
	}
	length, err := bytesBefore(f, end, 4)
	if err != nil {
		return err
	}
	text, err := bytesBefore(f, end-4, int64(binary.BigEndian.Uint32(length)))
	if err != nil {
		return err
	}
	if len(text) == 0 {
		return errTable // zeros are the checksum of nothing
	}
	if err := holds(f, text, end, info.Size()); err != nil {
		return err
	}
	index := fb.GetRootAsTableIndex(text, 0)
	var last fb.BlockOffset
	if n := index.OffsetsLength(); n == 0 || !index.Offsets(&last, n-1) {
		return errTable
	}
	from, to := int64(last.Offset()), int64(last.Offset())+int64(last.Len())
	if end, err = signed(f, to); err != nil {
		return err
	}
	if text, err = bytesBefore(f, end, end-from); err != nil {
		return err
	}
	return holds(f, text, end, to)
}

// signed returns where the checksum begins that ends at a place: its length is in the
// last four bytes.
func signed(f *os.File, to int64) (from int64, err error) {
	length, err := bytesBefore(f, to, 4)
	if err != nil {
		return 0, err
	}
	from = to - 4 - int64(binary.BigEndian.Uint32(length))
	if from < 0 {
		return 0, errTable
	}
	return from, nil
}

// holds compares bytes with the checksum that stands between two places.
func holds(f *os.File, text []byte, from, to int64) error {
	sum, err := bytesBefore(f, to-4, to-4-from)
	if err != nil {
		return err
	}
	var want pb.Checksum
	if err := proto.Unmarshal(sum, &want); err != nil {
		return errTable
	}
	if err := y.VerifyChecksum(text, &want); err != nil {
		return errTable
	}
	return nil
}

// bytesBefore reads the n bytes that end at a place.
func bytesBefore(f *os.File, to, n int64) ([]byte, error) {
	if n < 0 || n > to {
		return nil, errTable
	}
	b := make([]byte, n)
	if _, err := f.ReadAt(b, to-n); err != nil {
		return nil, fmt.Errorf("%w: %w", errTable, err)
	}
	return b, nil
}
