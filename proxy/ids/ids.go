// Package ids hides the identifiers of dialogs from a trunk. A Key has one
// operation for each kind of identifier, and it is its own inverse: what it has
// sealed it opens, all else it seals. So one function serves both directions,
// whichever side chose an identifier, and nothing is remembered: a call goes on
// after a restart and on every node that has the key.
//
// The cipher is AES-SIV (RFC 5297): deterministic, so that an identifier is
// sealed alike in every message, and authenticated, so that nobody without the
// key can make up a value that opens. It tells equal identifiers apart from
// others, which is what a peer must be able to do, and how long they are.
//
// A sealed identifier is the prefix and base64url without padding, whose
// characters are legal in a Call-ID and in a tag (RFC 3261 section 25.1:
// token): 4/3 of the length and 24 characters more. What a peer has cut short
// or changed does not open; it is sealed like a stranger's and fits no call.
// What makes a message too large is the message's trouble, not the Key's.
//
// The package is pure.
package ids

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"github.com/tink-crypto/tink-go/v2/daead/subtle"
)

// prefix begins what is sealed, so that the identifiers of others, which are
// most, cost no try to open them.
const prefix = "t-"

// encoding has one text for each value, or an identifier would not come back
// as it went.
var encoding = base64.RawURLEncoding.Strict()

// Associated data keeps the kinds apart: a Call-ID does not open as a tag.
var (
	asCallID = []byte("Call-ID")
	asTag    = []byte("tag")
)

// Key hides the identifiers of one trunk. It is safe for concurrent use. The
// zero Key is not usable.
type Key struct{ siv *subtle.AESSIV }

// NewKey derives the key of the trunk of that name. Each trunk has its own: two
// that hide would otherwise undo each other. secret must be the same after a
// restart and on every node that may get the trunk's messages, and has 32
// bytes or more.
func NewKey(secret []byte, trunk string) (*Key, error) {
	if len(secret) < sha256.Size {
		return nil, errors.New("the secret for hidden identifiers has less than 32 bytes")
	}
	derived, err := hkdf.Key(sha256.New, secret, nil, "tregua ids: hide "+trunk, subtle.AESSIVKeySize)
	if err != nil {
		return nil, fmt.Errorf("key of trunk %q: %w", trunk, err)
	}
	siv, err := subtle.NewAESSIV(derived)
	if err != nil {
		return nil, fmt.Errorf("key of trunk %q: %w", trunk, err)
	}
	return &Key{siv}, nil
}

// CallID opens a Call-ID that it has sealed, and seals any other; "" stays.
func (k *Key) CallID(id string) string { return k.swap(id, asCallID) }

// Tag opens a tag that it has sealed, and seals any other. "" stays, and so
// does "0", which in a Replaces means no tag as well (RFC 3891 section 3).
func (k *Key) Tag(tag string) string {
	if tag == "0" {
		return tag
	}
	return k.swap(tag, asTag)
}

func (k *Key) swap(id string, kind []byte) string {
	if id == "" {
		return ""
	}
	if text, ok := k.open(id, kind); ok {
		return text
	}
	sealed, err := k.siv.EncryptDeterministically([]byte(id), kind)
	if err != nil { // it is longer than memory
		return id
	}
	return prefix + encoding.EncodeToString(sealed)
}

func (k *Key) open(id string, kind []byte) (text string, ok bool) {
	rest, ok := strings.CutPrefix(id, prefix)
	if !ok || strings.ContainsAny(rest, "\r\n") {
		return "", false // the decoder passes over line ends
	}
	sealed, err := encoding.DecodeString(rest)
	if err != nil {
		return "", false
	}
	opened, err := k.siv.DecryptDeterministically(sealed, kind)
	return string(opened), err == nil
}
