package book

import (
	"context"

	"tregua/policy"
	"tregua/policy/store"
)

// Consent returns the consent that [Snapshot.Person] finds of a number that no
// single change concerns.
func (s *Snapshot) Consent(r store.Reader, p policy.PrincipalID, n policy.Number, purpose string) (policy.ConsentFact, error) {
	person, err := s.Person(r, &policy.Attempt{Principal: p, Called: n, Purpose: purpose}, false)
	return person.Consent, err
}

// AddBlacklist is [Book.Object] of what tests mostly say.
func (b *Book) AddBlacklist(ctx context.Context, actor, principal, number, reason string) (Entry, error) {
	return b.Object(ctx, Objection{Actor: actor, Principal: principal, Number: number, Reason: reason})
}

// Encoded writes a row as this package does.
func Encoded(row any) []byte { return encode(row) }
