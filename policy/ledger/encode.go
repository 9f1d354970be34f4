package ledger

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"

	"tregua/policy"
	"tregua/policy/seal"
)

// Every value is deterministic CBOR (RFC 8949 section 4.2.1): an array whose
// first element is the version of that value.
const version = 1

var (
	encoder = must(cbor.CoreDetEncOptions().EncMode())
	decoder = must(cbor.DecOptions{ExtraReturnErrors: cbor.ExtraDecErrorUnknownField}.DecMode())
)

// must is for options that are constants.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// encode writes one of the row types of this package, all of which can be
// written.
func encode(row any) []byte { return must(encoder.Marshal(row)) }

// decode reads a row written by encode and refuses a newer version.
func decode(key, value []byte, row interface{ version() uint8 }) error {
	if err := decoder.Unmarshal(value, row); err != nil {
		return fmt.Errorf("row %x: %w", key, err)
	}
	if v := row.version(); v != version {
		return fmt.Errorf("row %x: version %d, this program reads %d", key, v, version)
	}
	return nil
}

// number is the value of a cursor, of the schema version, the node and the
// boot counter.
type number struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	N       uint64
}

func (r *number) version() uint8 { return r.Version }

// text is the value of a fingerprint, as bytes that of a wrapped key.
type text struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Text    []byte
}

func (r *text) version() uint8 { return r.Version }

// stored is a whole record: the value of an open row and of an outbox row.
type stored struct {
	_          struct{} `cbor:",toarray"`
	Version    uint8
	Public     []byte // a public, encoded: what the leaf is of
	Commitment []byte
	Leaf       []byte // empty while open
	Sealed     []byte // a personal, encoded and sealed
	Index      []byte // whose subject key sealed it
}

func (r *stored) version() uint8 { return r.Version }

// publicPart is the value of an A0 row.
type publicPart struct {
	_          struct{} `cbor:",toarray"`
	Version    uint8
	Public     []byte
	Commitment []byte
	Leaf       []byte
}

func (r *publicPart) version() uint8 { return r.Version }

// personPart is the value of an A1 row. The index is sealed under the key of
// the month and dies with it. Of a record that was purged nothing is sealed, and the
// index is the note of the purge.
type personPart struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Sealed  []byte
	Index   []byte
}

func (r *personPart) version() uint8 { return r.Version }

// purged reports whether the personal part is gone because its term was over.
func (r *personPart) purged() bool { return len(r.Sealed) == 0 }

// leafOf returns the leaf of a record.
func leafOf(public []byte, commitment [32]byte) (leaf [32]byte) {
	digest := sha256.Sum256(public)
	h := sha256.New()
	h.Write([]byte("tregua/1"))
	h.Write(digest[:])
	h.Write(commitment[:])
	h.Sum(leaf[:0])
	return leaf
}

// stamp is a time as nanoseconds since 1970, 0 for the zero time.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func unstamp(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// fixed copies the bytes of an id or a hash; a wrong length is an error.
func fixed(to []byte, from []byte, what string) error {
	if len(from) != len(to) {
		return fmt.Errorf("%s: %d bytes, want %d", what, len(from), len(to))
	}
	copy(to, from)
	return nil
}

// clip bounds a text that the network chose: a batch of rows must fit into a
// transaction.
func clip(s string) []byte { return []byte(s[:min(len(s), 1024)]) }

// subject returns the index of the person an attempt is about: the called
// number or, when there is none, the user part that was dialled.
func subject(keys *seal.Keys, a *policy.Attempt) seal.Index {
	if a.Called != 0 {
		return keys.Index(a.Called)
	}
	return keys.IndexUser(string(clip(a.User)))
}
