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

// row returns the value of its open row.
func (o *opened) row() []byte {
	return encode(&stored{
		Version: version, Public: encode(&o.public), Commitment: o.commitment[:], Sealed: o.sealed, Index: o.index[:],
	})
}
