package seal

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"

	"tregua/policy"
)

// Month is the key of one month of the ledger, made ready for many records. It is
// safe for concurrent use if the source of randomness of its [Keys] is.
type Month struct {
	macs   *macs
	sealer cipher.AEAD
	random io.Reader
}

// NewMonth draws the key of a month of the ledger and returns it with its
// wrapped form, which stands in that month's store and dies with it.
func (k *Keys) NewMonth(name string) (month *Month, wrapped []byte, err error) {
	var secret key
	if _, err := io.ReadFull(k.random, secret[:]); err != nil {
		return nil, nil, fmt.Errorf("draw the key of month %s: %w", name, err)
	}
	if wrapped, err = k.box(k.wrap, secret[:], "month "+name); err != nil {
		return nil, nil, err
	}
	month, err = newMonth(secret[:], k.random)
	return month, wrapped, err
}

// Month opens the wrapped key of a month.
func (k *Keys) Month(name string, wrapped []byte) (*Month, error) {
	secret, err := unbox(k.wrap, wrapped, "month "+name)
	if err != nil {
		return nil, fmt.Errorf("key of month %s: %w", name, err)
	}
	return newMonth(secret, k.random)
}

func newMonth(secret []byte, random io.Reader) (*Month, error) {
	derived, err := hkdf.Key(sha256.New, secret, nil, "tregua month seal", len(key{}))
	if err != nil {
		return nil, err
	}
	sealer, err := gcm(derived)
	return &Month{macs: newMACs(secret), sealer: sealer, random: random}, err
}

// Index returns the index of h in the month: two months cannot be joined by it.
func (m *Month) Index(h Index) Index {
	return m.macs.index(func(text []byte) []byte { return append(text, h[:]...) })
}

// Seal seals the index of a record's subject under the key of its month, with which
// it dies.
func (m *Month) Seal(id policy.AttemptID, h Index) ([]byte, error) {
	return box(m.sealer, m.random, h[:], "subject "+id.String())
}

// Open opens what [Month.Seal] sealed. To a nil Month all is gone.
func (m *Month) Open(id policy.AttemptID, sealed []byte) (h Index, err error) {
	if m == nil {
		return h, ErrGone
	}
	b, err := unbox(m.sealer, sealed, "subject "+id.String())
	copy(h[:], b)
	return h, err
}
