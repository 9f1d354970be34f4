package access

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
)

// secretMark begins every token, so that a scanner for leaked secrets knows one.
const secretMark = "tregua_"

// SecretSize is how many random bytes are in a token. So many cannot be
// guessed, so that a plain hash of them is kept and no slow one.
const SecretSize = 32

// Secret writes random bytes as the token that its holder sends.
func Secret(random [SecretSize]byte) string {
	return secretMark + base64.RawURLEncoding.EncodeToString(random[:])
}

// Digest is what is kept of a token: SHA-256 of its text.
type Digest [sha256.Size]byte

// DigestOf returns the digest of a token. What has not the form of one is an
// error that does not repeat it.
func DigestOf(secret string) (Digest, error) {
	body, ok := strings.CutPrefix(secret, secretMark)
	random, err := base64.RawURLEncoding.Strict().DecodeString(body)
	if !ok || err != nil || len(random) != SecretSize {
		return Digest{}, fmt.Errorf("it has not the form of a token, which begins with %s", secretMark)
	}
	return sha256.Sum256([]byte(secret)), nil
}

// Token is a way in for a person or a program. It is never changed but by its
// one revocation, so that it is its own history; its name is never given again.
type Token struct {
	Name       string
	Role       Role
	Principal  string
	CallCentre string
	Operations []string // of System, sorted
	Digest     Digest
	Made       time.Time
	By         string // who made it
	Expires    time.Time
	Revoked    time.Time
	RevokedBy  string
	Why        string // why it was revoked
}

// Errors of tokens that are good no more.
var (
	ErrExpired = errors.New("the token has expired; ask for a new one")
	ErrRevoked = errors.New("the token was revoked; ask for a new one")
)

// State returns nil when the token is good at a time.
func (t *Token) State(at time.Time) error {
	switch {
	case !t.Revoked.IsZero():
		return ErrRevoked
	case !t.Expires.IsZero() && !at.Before(t.Expires):
		return ErrExpired
	}
	return nil
}

// Scope returns the scope of whoever holds the token.
func (t *Token) Scope() Scope {
	return Scope{
		Actor: "token:" + t.Name, Role: t.Role,
		Principal: t.Principal, CallCentre: t.CallCentre, Operations: t.Operations,
	}
}

// Check returns what is wrong with a token that is to be made: a role has its
// tenant, and no other.
func (t *Token) Check(at time.Time) error {
	switch {
	case !isName(t.Name):
		return fmt.Errorf("name %q: write small letters, digits, '-', '_' and '.', 64 at most, a letter or digit first", t.Name)
	case !t.Expires.IsZero() && !t.Expires.After(at):
		return fmt.Errorf("expires %s is past; give a time to come", t.Expires.Format(time.RFC3339))
	case t.Role == System && len(t.Operations) == 0:
		return errors.New("operations: a system token names what it may do; give at least one")
	case t.Role != System && len(t.Operations) > 0:
		return fmt.Errorf("operations: what the role %s may do is given; leave them out", t.Role)
	}
	return t.checkTenant()
}

func (t *Token) checkTenant() error {
	principal, callCentre := t.Principal != "", t.CallCentre != ""
	switch t.Role {
	case Admin:
		if principal || callCentre {
			return errors.New("an admin has no principal and no call centre; leave them out")
		}
	case Compliance:
		if !principal || callCentre {
			return errors.New("the role compliance has one principal and no call centre; name the principal")
		}
	case Supervisor:
		if principal || !callCentre {
			return errors.New("the role supervisor has one call centre and no principal; name the call centre")
		}
	case Auditor, System: // may have any, or see all
	default:
		return fmt.Errorf("role %s: a token is %s", t.Role, Of(Admin, Compliance, Supervisor, Auditor, System))
	}
	return nil
}

// isName reports whether s can be a name: it stands in keys, paths and logs.
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= '0' && c <= '9'
		if !letter && (i == 0 || c != '-' && c != '_' && c != '.') {
			return false
		}
	}
	return s != "" && len(s) <= 64
}
