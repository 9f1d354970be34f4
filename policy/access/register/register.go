// Package register keeps the rows of policy/access: tokens, access records and
// proposals. [Register] is the one writer of them; what it returns has been
// committed.
package register

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/seal"
	"tregua/policy/store"
)

var _ Keys = (*seal.Keys)(nil)

// Keys hides numbers, and what a person may have written of one.
type Keys interface {
	Index(n policy.Number) seal.Index
	SealNote(note []byte, purpose string) ([]byte, error)
	OpenNote(sealed []byte, purpose string) ([]byte, error)
}

// Config is what a register is opened with.
type Config struct {
	Store  store.Store
	Keys   Keys
	Random io.Reader        // of secrets: crypto/rand
	Now    func() time.Time // nil: time.Now
}

// Errors of this package that a person can mend; any other is one of the store.
var (
	// ErrInput is what is wrong with the input; the text says how to mend it.
	ErrInput = errors.New("wrong input")
	// ErrUnknown is a name or id that there is not. Such an error is ErrInput too.
	ErrUnknown = errors.New("unknown")
	// ErrRefused is a token that lets nobody in.
	ErrRefused = errors.New("refused")
	// ErrConflict is a proposal that may not be confirmed or withdrawn. Such an
	// error is ErrInput too.
	ErrConflict = errors.New("conflict")
)

// fault is an error with what it is.
type fault struct {
	kind error
	text error
}

func (e *fault) Error() string { return e.text.Error() }

func (e *fault) Unwrap() error { return e.text }

// Is says what the error is.
func (e *fault) Is(target error) bool {
	return target == e.kind || target == ErrInput && (e.kind == ErrUnknown || e.kind == ErrConflict)
}

func wrong(kind error, format string, args ...any) error {
	return &fault{kind, fmt.Errorf(format, args...)}
}

// Register is safe for concurrent use.
type Register struct {
	config Config

	mu       sync.Mutex // protects the fields below; held for every commit
	tokens   map[string]*access.Token
	digests  map[access.Digest]*access.Token
	proposal uint64    // the last id given
	stamped  time.Time // the newest time of an access record, so that keys differ
}

// Open reads the register of a store.
func Open(c Config) (*Register, error) {
	if c.Store == nil || c.Keys == nil || c.Random == nil {
		return nil, errors.New("register: it needs a store, keys and a source of randomness")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	r := &Register{config: c, tokens: map[string]*access.Token{}, digests: map[access.Digest]*access.Token{}}
	for _, load := range []func() error{r.loadTokens, r.loadReads, r.loadProposals} {
		if err := load(); err != nil {
			return nil, fmt.Errorf("register: %w", err)
		}
	}
	return r, nil
}

// Now returns the time by which tokens and proposals end.
func (r *Register) Now() time.Time { return r.config.Now() }

// Enter returns the scope of whoever holds the secret. The error is
// [ErrRefused].
func (r *Register) Enter(secret string) (access.Scope, error) {
	digest, err := access.DigestOf(secret)
	if err != nil {
		return access.Scope{}, wrong(ErrRefused, "the token was refused: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	t := r.digests[digest]
	if t == nil {
		return access.Scope{}, wrong(ErrRefused, "the token was refused: there is none like it")
	}
	if err := t.State(r.config.Now()); err != nil {
		return access.Scope{}, wrong(ErrRefused, "%w", err)
	}
	return t.Scope(), nil
}

// AddToken makes a token as t says (its name, role, tenant, operations and
// expiry) and returns it with the secret, which is kept nowhere. A name is
// given once: two persons of one name would be one in every history.
func (r *Register) AddToken(scope access.Scope, t access.Token) (access.Token, string, error) {
	var random [access.SecretSize]byte
	if _, err := io.ReadFull(r.config.Random, random[:]); err != nil {
		return t, "", fmt.Errorf("drawing a token: %w", err)
	}
	secret := access.Secret(random)
	digest, err := access.DigestOf(secret)
	if err != nil {
		return t, "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	t.Digest, t.Made, t.By = digest, r.config.Now().UTC(), scope.Actor
	t.Revoked, t.RevokedBy, t.Why = time.Time{}, "", ""
	slices.Sort(t.Operations)
	if err := t.Check(t.Made); err != nil {
		return t, "", wrong(ErrInput, "token: %w", err)
	}
	if r.tokens[t.Name] != nil {
		return t, "", wrong(ErrConflict, "token: the name %q was given already, and names are given once: take another", t.Name)
	}
	if err := r.put(tokenKey(t.Name), tokenRowOf(&t)); err != nil {
		return t, "", fmt.Errorf("writing token %s: %w", t.Name, err)
	}
	r.keep(t)
	return t, secret, nil
}

// RevokeToken ends a token at once. One that is revoked already stays as it is.
func (r *Register) RevokeToken(scope access.Scope, name, why string) (access.Token, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.tokens[name]
	if old == nil {
		return access.Token{}, wrong(ErrUnknown, "there is no token %q", name)
	}
	if !old.Revoked.IsZero() {
		return *old, nil
	}
	t := *old
	t.Revoked, t.RevokedBy, t.Why = r.config.Now().UTC(), scope.Actor, why
	if err := r.put(tokenKey(t.Name), tokenRowOf(&t)); err != nil {
		return *old, fmt.Errorf("revoking token %s: %w", name, err)
	}
	r.keep(t)
	return t, nil
}

// Tokens returns every token there ever was, the newest first: those that see
// no more than scope does.
func (r *Register) Tokens(scope access.Scope) []access.Token {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]access.Token, 0, len(r.tokens))
	for _, t := range r.tokens {
		if scope.Takes(t.Principal, t.CallCentre) {
			list = append(list, *t)
		}
	}
	slices.SortFunc(list, newerToken)
	return list
}

// keep puts a token in force. mu must be held.
func (r *Register) keep(t access.Token) {
	r.tokens[t.Name], r.digests[t.Digest] = &t, &t
}

func (r *Register) put(key []byte, row any) error {
	return r.config.Store.Commit(store.Batch{Put: []store.Row{{Key: key, Value: encode(row)}}})
}
