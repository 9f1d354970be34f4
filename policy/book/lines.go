package book

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"strings"
)

const (
	// maxLine bounds a line of a file, in bytes with its end.
	maxLine = 64 << 10
	// firstBlock and lastBlock bound what is read of a file at a time: a small
	// file takes little memory, and of a large one a block has enough numbers
	// to make it worth while to merge their set into that of the file.
	firstBlock, lastBlock = 2 * maxLine, 16 << 20
)

// block is a run of whole lines of a file.
type block struct {
	first int // number of its first line, from 1
	text  string
}

// lines reads a file block by block.
type lines struct {
	source *counted
	reader io.Reader // source, as UTF-8
	buffer []byte
	have   int // bytes of buffer that are a line begun
	line   int // lines given out
	end    bool
}

func newLines(r io.Reader, f Format) (*lines, error) {
	source := &counted{reader: r, hash: sha256.New()}
	decoded, err := f.decode(source)
	if err != nil {
		return nil, err
	}
	return &lines{source: source, reader: decoded, buffer: make([]byte, firstBlock)}, nil
}

// next returns the next block; ok is false behind the last one. A file that is
// cut off (an upload that breaks) is an error, not an end.
func (l *lines) next() (b block, ok bool, err error) {
	for !l.end {
		if err := l.fill(); err != nil {
			return block{}, false, err
		}
		whole := l.have
		if !l.end {
			whole = bytes.LastIndexByte(l.buffer[:l.have], '\n') + 1
		}
		if whole == 0 {
			// One line fills the buffer: enough of it stays to see that it is too long.
			l.have = min(l.have, maxLine+1)
			continue
		}
		b := block{first: l.line + 1, text: string(l.buffer[:whole])}
		l.have = copy(l.buffer, l.buffer[whole:l.have])
		l.line += strings.Count(b.text, "\n")
		if size := min(2*len(l.buffer), lastBlock); size > len(l.buffer) {
			l.buffer = append(make([]byte, 0, size), l.buffer...)[:size]
		}
		return b, true, nil
	}
	return block{}, false, nil
}

// fill reads until the buffer is full or the file ends.
func (l *lines) fill() error {
	for l.have < len(l.buffer) {
		n, err := l.reader.Read(l.buffer[l.have:])
		l.have += n
		if errors.Is(err, io.EOF) {
			l.end = true
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// counted is the file as it came.
type counted struct {
	reader io.Reader
	hash   hash.Hash
	bytes  int64
}

// Read reads, and counts and hashes what it read.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.reader.Read(p)
	c.bytes += int64(n)
	c.hash.Write(p[:n])
	return n, err
}

// sum is the SHA-256 of everything read.
func (c *counted) sum() string { return hex.EncodeToString(c.hash.Sum(nil)) }

// cutLine cuts the first line off a text. The line has no end, however it ended.
func cutLine(text string) (line, rest string) {
	line, rest, _ = strings.Cut(text, "\n")
	return strings.TrimRight(line, "\r"), rest
}
