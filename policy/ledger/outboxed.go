package ledger

import (
	"fmt"

	"tregua/policy/seal"
	"tregua/policy/store"
)

// outboxed is a record of the outbox.
type outboxed struct {
	head       head
	public     []byte // encoded
	sealed     []byte
	leaf       [32]byte
	commitment [32]byte
	index      seal.Index
}

// outboxed returns the record of o with the public part p.
func (o *opened) outboxed(p *public) outboxed {
	encoded := encode(p)
	return outboxed{
		head:   head{Version: p.Version, ID: p.ID, Seq: p.Seq, Attempt: headAttempt{At: p.Attempt.At}, Note: p.Note},
		public: encoded, sealed: o.sealed, leaf: leafOf(encoded, o.commitment), commitment: o.commitment, index: o.index,
	}
}

// size returns about how many bytes it takes.
func (o *outboxed) size() int { return len(o.public) + len(o.sealed) }

// row returns the value of its row in the outbox.
func (o *outboxed) row() []byte {
	return encode(&stored{
		Version: version, Public: o.public, Commitment: o.commitment[:], Leaf: o.leaf[:],
		Sealed: o.sealed, Index: o.index[:],
	})
}

// publicPart returns what its month keeps of it in clear.
func (o *outboxed) publicPart() *publicPart {
	return &publicPart{Version: version, Public: o.public, Commitment: o.commitment[:], Leaf: o.leaf[:]}
}

// readOutbox reads a row of the outbox.
func readOutbox(row store.Row) (r outboxed, err error) {
	var s stored
	if err := decode(row.Key, row.Value, &s); err != nil {
		return r, err
	}
	if err := decode(row.Key, s.Public, &r.head); err != nil {
		return r, err
	}
	for _, f := range []struct {
		to, from []byte
		what     string
	}{{r.leaf[:], s.Leaf, "leaf"}, {r.commitment[:], s.Commitment, "commitment"}, {r.index[:], s.Index, "index"}} {
		if err := fixed(f.to, f.from, f.what); err != nil {
			return r, fmt.Errorf("row %x: %w", row.Key, err)
		}
	}
	r.public, r.sealed = s.Public, s.Sealed
	return r, nil
}
