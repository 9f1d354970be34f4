// Package seal keeps numbers and what belongs to persons out of the rows. It
// has the keys of a node: the number key gives each number an index and seals
// the numbers of suppression rows, the master key wraps one subject key for
// each person, from which the key and the salt of each record are derived.
// Overwriting a subject key erases the person in every row, old version and
// backup at once.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"

	"tregua/policy"
)

// ErrGone is returned for what cannot be opened any more: the subject key was
// erased, or the row was sealed under another key.
var ErrGone = errors.New("the key is gone")

// Index stands for a number in keys of rows: the first 16 bytes of HMAC-SHA256
// under the number key over the E.164 form.
type Index [16]byte

// key is a 256-bit key.
type key [32]byte

// Keys are the two keys of a node. They live outside the store and never in a
// backup of it. Keys is safe for concurrent use if its source of randomness is.
type Keys struct {
	number key
	master key
	sealer cipher.AEAD // of numbers
	wrap   cipher.AEAD // of keys
	random io.Reader
	macs   *macs // under the number key
}

// NewKeys draws new keys that are kept in memory only: for the simulation and
// tests. A node uses [LoadKeys].
func NewKeys(random io.Reader) (*Keys, error) {
	var number, master key
	for _, k := range []*key{&number, &master} {
		if _, err := io.ReadFull(random, k[:]); err != nil {
			return nil, fmt.Errorf("draw a key: %w", err)
		}
	}
	return newKeys(number, master, random)
}

func newKeys(number, master key, random io.Reader) (*Keys, error) {
	k := &Keys{number: number, master: master, random: random, macs: newMACs(number[:])}
	for _, u := range []struct {
		from  key
		label string
		to    *cipher.AEAD
	}{{number, "tregua number seal", &k.sealer}, {master, "tregua key wrap", &k.wrap}} {
		derived, err := hkdf.Key(sha256.New, u.from[:], nil, u.label, len(key{}))
		if err != nil {
			return nil, err
		}
		if *u.to, err = gcm(derived); err != nil {
			return nil, err
		}
	}
	return k, nil
}

func gcm(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// Index returns the index of n.
func (k *Keys) Index(n policy.Number) Index {
	return k.macs.index(func(text []byte) []byte { return strconv.AppendUint(append(text, '+'), uint64(n), 10) })
}

// IndexUser returns the index of a user part of which no number can be made;
// it is never that of a number.
func (k *Keys) IndexUser(user string) Index {
	return k.macs.index(func(text []byte) []byte { return append(append(text, "user:"...), user...) })
}

// SealNumber seals n under the number key, for rows that outlive an erasure:
// those of a suppression list.
func (k *Keys) SealNumber(n policy.Number) ([]byte, error) {
	return k.box(k.sealer, binary.BigEndian.AppendUint64(nil, uint64(n)), "number")
}

// OpenNumber opens what [Keys.SealNumber] sealed.
func (k *Keys) OpenNumber(sealed []byte) (policy.Number, error) {
	b, err := unbox(k.sealer, sealed, "number")
	if err != nil {
		return 0, fmt.Errorf("sealed number: %w", err)
	}
	if len(b) != 8 {
		return 0, fmt.Errorf("sealed number: %d bytes, want 8", len(b))
	}
	return policy.Number(binary.BigEndian.Uint64(b)), nil
}

// SealNote seals a text that a row may not hold in clear, bound to a purpose.
func (k *Keys) SealNote(note []byte, purpose string) ([]byte, error) {
	return k.box(k.sealer, note, "note "+purpose)
}

// OpenNote opens what [Keys.SealNote] sealed for the same purpose.
func (k *Keys) OpenNote(sealed []byte, purpose string) ([]byte, error) {
	note, err := unbox(k.sealer, sealed, "note "+purpose)
	if err != nil {
		return nil, fmt.Errorf("sealed note: %w", err)
	}
	return note, nil
}

// Fingerprint names the two keys without telling anything of them. A store
// keeps it, so that it is never used with keys that are not its own.
func (k *Keys) Fingerprint() string {
	h := sha256.New()
	h.Write([]byte("tregua keys"))
	h.Write(k.number[:])
	h.Write(k.master[:])
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// Derive returns a secret of 32 bytes for a purpose outside the store, from the
// master key: the same at every start, and on every node with the same keys.
func (k *Keys) Derive(purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, k.master[:], nil, "tregua derive "+purpose, len(key{}))
}

// box seals text under a, bound to the purpose: nonce, then ciphertext and tag.
func (k *Keys) box(a cipher.AEAD, text []byte, purpose string) ([]byte, error) {
	return box(a, k.random, text, purpose)
}

func box(a cipher.AEAD, random io.Reader, text []byte, purpose string) ([]byte, error) {
	out := make([]byte, a.NonceSize(), a.NonceSize()+len(text)+a.Overhead())
	if _, err := io.ReadFull(random, out); err != nil {
		return nil, fmt.Errorf("draw a nonce: %w", err)
	}
	return a.Seal(out, out, text, []byte(purpose)), nil
}

func unbox(a cipher.AEAD, sealed []byte, purpose string) ([]byte, error) {
	if len(sealed) < a.NonceSize() {
		return nil, ErrGone
	}
	text, err := a.Open(nil, sealed[:a.NonceSize()], sealed[a.NonceSize():], []byte(purpose))
	if err != nil {
		return nil, ErrGone
	}
	return text, nil
}
