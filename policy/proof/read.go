package proof

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"
	"github.com/transparency-dev/tessera/client"
	"golang.org/x/mod/sumdb/note"
)

// Head is a checkpoint whose signature was verified.
type Head struct {
	Size uint64
	Root [32]byte
	Text []byte // the signed note
}

// ReadHead reads a checkpoint and verifies that the log of the key signed it.
// Signatures of others, those of witnesses, may stand under it.
func ReadHead(text []byte, key note.Verifier) (Head, error) {
	c, rest, _, err := log.ParseCheckpoint(text, key.Name(), key)
	if err != nil {
		return Head{}, fmt.Errorf("checkpoint: %w", err)
	}
	h := Head{Size: c.Size, Text: text}
	if len(rest) > 0 || len(c.Hash) != len(h.Root) {
		return Head{}, errors.New("checkpoint: more or less than name, size and a root of 32 bytes")
	}
	copy(h.Root[:], c.Hash)
	return h, nil
}

// ErrEmpty is returned while nothing has been logged yet.
var ErrEmpty = errors.New("nothing is in the proof log yet")

// Head returns the present checkpoint of the log.
func (l *Log) Head(ctx context.Context) (Head, error) {
	text, err := l.read.ReadCheckpoint(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return Head{}, ErrEmpty
	}
	if err != nil {
		return Head{}, fmt.Errorf("proof log: %w", err)
	}
	return ReadHead(text, l.c.Key.verifier)
}

// Key returns what the log signs with.
func (l *Log) Key() *Key { return l.c.Key }

// leaves returns the leaves from one to before another, at a size of the log that
// has them.
func (l *Log) leaves(ctx context.Context, from, to uint64) ([][32]byte, error) {
	out := make([][32]byte, 0, to-from)
	for i := from / layout.EntryBundleWidth; i*layout.EntryBundleWidth < to; i++ {
		bundle, err := l.bundle(ctx, i, to)
		if err != nil {
			return nil, err
		}
		first := i * layout.EntryBundleWidth
		for j, leaf := range bundle {
			if n := first + uint64(j); n >= from && n < to {
				out = append(out, leaf)
			}
		}
	}
	return out, nil
}

// bundle returns a bundle of leaves whole, as far as the log has a size.
func (l *Log) bundle(ctx context.Context, index, size uint64) ([][32]byte, error) {
	text, err := l.read.ReadEntryBundle(ctx, index, layout.PartialTileSize(0, index, size))
	if err != nil {
		return nil, fmt.Errorf("proof log: leaves from %d: %w", index*layout.EntryBundleWidth, err)
	}
	var b api.EntryBundle
	if err := b.UnmarshalText(text); err != nil {
		return nil, fmt.Errorf("proof log: leaves from %d: %w", index*layout.EntryBundleWidth, err)
	}
	want := min(size-index*layout.EntryBundleWidth, layout.EntryBundleWidth)
	if uint64(len(b.Entries)) < want {
		return nil, fmt.Errorf("proof log: leaves from %d: there are %d, want %d", index*layout.EntryBundleWidth, len(b.Entries), want)
	}
	leaves := make([][32]byte, want)
	for i := range leaves {
		if len(b.Entries[i]) != len(leaves[i]) {
			return nil, fmt.Errorf("proof log: leaf %d: %d bytes, want 32", index*layout.EntryBundleWidth+uint64(i), len(b.Entries[i]))
		}
		copy(leaves[i][:], b.Entries[i])
	}
	return leaves, nil
}

// inclusion returns the hashes that lead from a leaf to the root of a head.
func (l *Log) inclusion(ctx context.Context, seq, size uint64) ([][]byte, error) {
	b, err := client.NewProofBuilder(ctx, size, l.read.ReadTile)
	if err != nil {
		return nil, fmt.Errorf("proof log: %w", err)
	}
	hashes, err := b.InclusionProof(ctx, seq)
	if err != nil {
		return nil, fmt.Errorf("proof log: %w", err)
	}
	return hashes, nil
}

// Consistency returns the hashes that lead from the root of the first records to
// that of more (RFC 6962 section 2.1.2).
func (l *Log) Consistency(ctx context.Context, from, to uint64) ([][]byte, error) {
	b, err := client.NewProofBuilder(ctx, to, l.read.ReadTile)
	if err != nil {
		return nil, fmt.Errorf("proof log: %w", err)
	}
	hashes, err := b.ConsistencyProof(ctx, from, to)
	if err != nil {
		return nil, fmt.Errorf("proof log: %w", err)
	}
	return hashes, nil
}

// ErrNoTile is returned for a tile that is not there, or whose path is none.
var ErrNoTile = errors.New("there is no such tile; see c2sp.org/tlog-tiles")

// Tile returns a tile by its path after "tile/": "0/x001/067", "entries/000.p/5".
func (l *Log) Tile(ctx context.Context, name string) ([]byte, error) {
	level, rest, _ := strings.Cut(name, "/")
	index, part, err := layout.ParseTileIndexPartial(rest)
	if err != nil {
		return nil, ErrNoTile
	}
	var text []byte
	if level == "entries" {
		text, err = l.read.ReadEntryBundle(ctx, index, part)
	} else {
		n, bad := strconv.ParseUint(level, 10, 6)
		if bad != nil || path.Join(level, rest) != name {
			return nil, ErrNoTile
		}
		text, err = l.read.ReadTile(ctx, n, index, part)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoTile
	}
	if err != nil {
		return nil, fmt.Errorf("proof log: tile %s: %w", name, err)
	}
	return text, nil
}
