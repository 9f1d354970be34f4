package register

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/fxamacker/cbor/v2"

	"tregua/policy/access"
)

// The first byte of a key in the state store (compliance.md 2.4). Integers in
// keys are big-endian.
const (
	spaceToken    = 0x80 // 80 name: a token
	spaceRead     = 0x81 // 81 ^time: an access record, newest first
	spaceProposal = 0x82 // 82 id: an operation that waits for a second person, or did
)

// rowVersion is the first element of every value written here.
const rowVersion = 1

func tokenKey(name string) []byte { return append([]byte{spaceToken}, name...) }

func readKey(at time.Time) []byte {
	return binary.BigEndian.AppendUint64([]byte{spaceRead}, ^uint64(at.UnixNano()))
}

func proposalKey(id uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{spaceProposal}, id)
}

// instant is a time in a row: nanoseconds since 1970, 0 for none.
type instant int64

func instantOf(t time.Time) instant {
	if t.IsZero() {
		return 0
	}
	return instant(t.UnixNano())
}

func (i instant) time() time.Time {
	if i == 0 {
		return time.Time{}
	}
	return time.Unix(0, int64(i)).UTC()
}

type tokenRow struct {
	_          struct{} `cbor:",toarray"`
	Version    uint8
	Name       string
	Role       string // the word: the order of roles may change
	Principal  string
	CallCentre string
	Operations []string
	Digest     []byte
	Made       instant
	By         string
	Expires    instant
	Revoked    instant
	RevokedBy  string
	Why        string
}

func tokenRowOf(t *access.Token) tokenRow {
	return tokenRow{
		Version: rowVersion, Name: t.Name, Role: t.Role.String(), Principal: t.Principal, CallCentre: t.CallCentre,
		Operations: t.Operations, Digest: t.Digest[:], Made: instantOf(t.Made), By: t.By, Expires: instantOf(t.Expires),
		Revoked: instantOf(t.Revoked), RevokedBy: t.RevokedBy, Why: t.Why,
	}
}

func (r *tokenRow) token() (access.Token, error) {
	role, err := access.ParseRole(r.Role)
	if err == nil && len(r.Digest) != len(access.Digest{}) {
		err = fmt.Errorf("its digest has %d bytes", len(r.Digest))
	}
	if err != nil {
		return access.Token{}, fmt.Errorf("token %s: %w", r.Name, err)
	}
	return access.Token{
		Name: r.Name, Role: role, Principal: r.Principal, CallCentre: r.CallCentre, Operations: r.Operations,
		Digest: access.Digest(r.Digest), Made: r.Made.time(), By: r.By, Expires: r.Expires.time(),
		Revoked: r.Revoked.time(), RevokedBy: r.RevokedBy, Why: r.Why,
	}, nil
}

func newerToken(a, b access.Token) int {
	return cmp.Or(b.Made.Compare(a.Made), cmp.Compare(a.Name, b.Name))
}

type readRow struct {
	_          struct{} `cbor:",toarray"`
	Version    uint8
	Actor      string
	Role       string
	Principal  string
	CallCentre string
	Kind       string
	Numbers    []byte // indexes of 16 bytes, one after the other
	Rows       uint64
}

type proposalRow struct {
	_          struct{} `cbor:",toarray"`
	Version    uint8
	Kind       string
	Principal  string
	CallCentre string
	Digest     []byte
	Sealed     []byte // a sealedPart: what may tell of a person
	Actor      string
	At         instant
	Stage      string
	ClosedBy   string
	ClosedAt   instant
	Result     string
}

// sealedPart is what a proposal may not hold in clear: parameters and reason
// may name a number.
type sealedPart struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	Nonce   []byte
	Payload []byte
	Why     string
}

// encoding is deterministic: equal values are equal bytes (RFC 8949, 4.2.1).
var encoding = func() cbor.EncMode {
	mode, err := cbor.CoreDetEncOptions().EncMode()
	if err != nil {
		panic(err)
	}
	return mode
}()

// encode writes a row of this package; their types cannot fail to encode.
func encode(row any) []byte {
	value, err := encoding.Marshal(row)
	if err != nil {
		panic(fmt.Sprintf("register: encoding %T: %v", row, err))
	}
	return value
}

// decode reads a row. A version that this program does not know is an error.
func decode(key, value []byte, row any) error {
	// An array of less than 24 elements has one byte of head, a version below 24
	// is one byte (RFC 8949, 3.1).
	const array, small = 0x80, 24
	if len(value) < 2 || value[0] < array || value[0] >= array+small {
		return fmt.Errorf("row %x is not a row of this program", key)
	}
	if value[1] != rowVersion {
		return fmt.Errorf("row %x has version %d, this program reads %d: use the newer program", key, value[1], rowVersion)
	}
	if err := cbor.Unmarshal(value, row); err != nil {
		return fmt.Errorf("row %x: %w", key, err)
	}
	return nil
}
