package replay

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// Types of pcapng blocks (draft-ietf-opsawg-pcapng section 4) and the magic
// that tells their byte order.
const (
	sectionBlock  = 0x0a0d0d0a
	packetBlock   = 2
	simpleBlock   = 3
	enhancedBlock = 6
	orderMagic    = 0x1a2b3c4d
)

// blockMost is the longest block that is read: a record with its options, the
// secrets of a capture.
const blockMost = 16 << 20

// blocks passes the bytes of a pcapng file on up to one that says it is huge:
// the reader behind it believes that, and gathers the rest of the file.
type blocks struct {
	r     *bufio.Reader
	left  int // of the present block
	order binary.ByteOrder
}

// Read is that of io.Reader.
func (b *blocks) Read(p []byte) (int, error) {
	if b.left == 0 {
		if err := b.begin(); err != nil {
			return 0, err
		}
	}
	n, err := b.r.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// begin looks at the head of a block.
func (b *blocks) begin() error {
	head, err := b.r.Peek(24)
	if len(head) < 12 {
		if b.left = len(head); b.left == 0 {
			return err
		}
		return nil // cut short: who reads it says so
	}
	if binary.BigEndian.Uint32(head) == sectionBlock {
		b.order = binary.LittleEndian
		if binary.BigEndian.Uint32(head[8:]) == orderMagic {
			b.order = binary.BigEndian
		}
	}
	if b.order == nil {
		return io.ErrUnexpectedEOF // no section: it has been looked for before
	}
	size, record := b.order.Uint32(head[4:]), b.record(head)
	if size < 12 || size > blockMost || record > recordMost {
		return fmt.Errorf("a block of %d bytes with a record of %d; at most %d and %d are read", size, record, blockMost, recordMost)
	}
	b.left = int(size)
	return nil
}

// record is how long the record of a block says it is.
func (b *blocks) record(head []byte) uint32 {
	switch b.order.Uint32(head) {
	case simpleBlock:
		return b.order.Uint32(head[8:])
	case packetBlock, enhancedBlock:
		if len(head) == 24 {
			return b.order.Uint32(head[20:])
		}
	}
	return 0
}
