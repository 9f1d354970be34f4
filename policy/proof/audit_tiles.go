package proof

import (
	"bytes"

	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/api/layout"
)

// tile is the tile of a level that was read last.
type tile struct {
	index uint64
	read  bool
	hash  [][]byte // nil: it cannot be read, which was told
}

// leaf returns a leaf as the log has it; false: it cannot be read, which was told.
func (a *audit) leaf(seq uint64) (leaf [32]byte, ok bool) {
	if seq >= a.report.Leaves {
		return leaf, false
	}
	index := seq / layout.EntryBundleWidth
	if a.leavesAt != index+1 {
		var err error
		if a.leaves, err = a.l.bundle(a.ctx, index, a.report.Leaves); err != nil {
			a.at(seq, "", "%v", err)
		}
		a.leavesAt = index + 1
	}
	if i := seq % layout.EntryBundleWidth; i < uint64(len(a.leaves)) {
		return a.leaves[i], true
	}
	return leaf, false
}

// node compares a node of the tree with the tile that holds it: every eighth level
// is written.
func (a *audit) node(seq uint64, id compact.NodeID, hash []byte) {
	if id.Level%layout.TileHeight != 0 {
		return
	}
	level := id.Level / layout.TileHeight
	for uint(len(a.tiles)) <= level {
		a.tiles = append(a.tiles, tile{})
	}
	t := &a.tiles[level]
	if index := id.Index / layout.TileWidth; !t.read || t.index != index {
		*t = tile{index: index, read: true}
		text, err := a.l.read.ReadTile(a.ctx, uint64(level), index, layout.PartialTileSize(uint64(level), index, a.report.Leaves))
		var nodes api.HashTile
		if err == nil {
			err = nodes.UnmarshalText(text)
		}
		if err != nil {
			a.at(seq, "", "tile %d of level %d: %v", index, level, err)
		}
		t.hash = nodes.Nodes
	}
	if t.hash == nil {
		return
	}
	if i := id.Index % layout.TileWidth; i >= uint64(len(t.hash)) || !bytes.Equal(t.hash[i], hash) {
		a.at(seq, "", "tile %d of level %d is not of the leaves", t.index, level)
		t.hash = nil // once is enough
	}
}
