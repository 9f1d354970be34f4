package ledger

import (
	"tregua/policy"
	"tregua/policy/seal"
)

// opened is an attempt that has an open row: all of its record but the ending.
type opened struct {
	public     public
	commitment [32]byte
	sealed     []byte
	index      seal.Index
	up         *policy.Up // nil: not answered yet; what it points to never changes
}

func (o *opened) row(leaf []byte, p public) []byte { return o.encoded(encode(&p), leaf) }

func (o *opened) encoded(public, leaf []byte) []byte {
	return encode(&stored{
		Version: version, Public: public, Commitment: o.commitment[:],
		Leaf: leaf, Sealed: o.sealed, Index: o.index[:],
	})
}
