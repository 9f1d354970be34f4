package seal

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"io"

	"tregua/policy"
)

// Subject is the key of one person. What is sealed under it can be opened and
// proved until the person is erased.
type Subject struct{ secret key }

// Seal seals the personal part of a record and returns it with the commitment
// SHA-256(salt ‖ personal) that stands for it in the leaf. Key and salt are
// derived from the subject key, the attempt and a label.
func (s Subject) Seal(id policy.AttemptID, personal []byte, random io.Reader) (sealed []byte, commitment [32]byte, err error) {
	k, salt, err := s.derive(id)
	if err != nil {
		return nil, commitment, err
	}
	a, err := gcm(k)
	if err != nil {
		return nil, commitment, err
	}
	if sealed, err = box(a, random, personal, sealPurpose); err != nil {
		return nil, commitment, err
	}
	return sealed, Commit(salt, personal), nil
}

// Open opens the personal part of a record and checks that it is the one
// committed to. [ErrGone]: sealed under another key.
func (s Subject) Open(id policy.AttemptID, sealed []byte, commitment [32]byte) ([]byte, error) {
	_, personal, err := s.Reveal(id, sealed, commitment)
	return personal, err
}

// Reveal is Open for a proof: with the salt, by which anybody can see that the
// personal part is the one that the record commits to.
func (s Subject) Reveal(id policy.AttemptID, sealed []byte, commitment [32]byte) (salt, personal []byte, err error) {
	k, salt, err := s.derive(id)
	if err != nil {
		return nil, nil, err
	}
	a, err := gcm(k)
	if err != nil {
		return nil, nil, err
	}
	if personal, err = unbox(a, sealed, sealPurpose); err != nil {
		return nil, nil, err
	}
	if Commit(salt, personal) != commitment {
		return nil, nil, errors.New("the personal part is not the one that the record commits to")
	}
	return salt, personal, nil
}

// SealCall seals what a call needs to go on after a restart. It is kept while
// the call lasts and is part of no record: nothing commits to it.
func (s Subject) SealCall(id policy.AttemptID, call []byte, random io.Reader) ([]byte, error) {
	a, err := s.callSealer(id)
	if err != nil {
		return nil, err
	}
	return box(a, random, call, callPurpose)
}

// OpenCall opens what SealCall sealed. [ErrGone]: sealed under another key.
func (s Subject) OpenCall(id policy.AttemptID, sealed []byte) ([]byte, error) {
	a, err := s.callSealer(id)
	if err != nil {
		return nil, err
	}
	return unbox(a, sealed, callPurpose)
}

func (s Subject) callSealer(id policy.AttemptID) (cipher.AEAD, error) {
	k, err := hkdf.Key(sha256.New, s.secret[:], id[:], callPurpose, len(key{}))
	if err != nil {
		return nil, err
	}
	return gcm(k)
}

// callPurpose is bound into each sealed call.
const callPurpose = "tregua call"

// sealPurpose is bound into each sealed personal part.
const sealPurpose = "tregua record"

// derive returns the sealing key and the salt of one record.
func (s Subject) derive(id policy.AttemptID) (k, salt []byte, err error) {
	prk, err := hkdf.Extract(sha256.New, s.secret[:], id[:])
	if err != nil {
		return nil, nil, err
	}
	if k, err = hkdf.Expand(sha256.New, prk, "tregua record key", len(key{})); err != nil {
		return nil, nil, err
	}
	salt, err = hkdf.Expand(sha256.New, prk, "tregua record salt", len(key{}))
	return k, salt, err
}

// Commit returns what stands for a personal part in the leaf of its record,
// SHA-256(salt ‖ personal).
func Commit(salt, personal []byte) (c [32]byte) {
	h := sha256.New()
	h.Write(salt)
	h.Write(personal)
	h.Sum(c[:0])
	return c
}
