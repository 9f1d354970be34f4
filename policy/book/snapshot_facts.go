package book

import (
	"fmt"

	"tregua/policy"
	"tregua/policy/store"
)

// Blacklist returns what the imported blacklists of p say of n. Single entries
// are not in a snapshot: see [Book.Entries]. The fact is unknown when p is not
// known, or when no set holds n and one of p's could not be read.
func (s *Snapshot) Blacklist(p policy.PrincipalID, n policy.Number) policy.BlacklistFact {
	if !s.hasPrincipal(p) {
		return policy.BlacklistFact{}
	}
	scope := s.blacklist[p]
	if scope == nil {
		return policy.BlacklistFact{Known: policy.Absent}
	}
	for _, part := range scope.parts {
		if part.numbers.Contains(n) {
			return policy.BlacklistFact{Known: policy.Present, Since: part.At, Source: part.source()}
		}
	}
	if scope.broken != nil {
		return policy.BlacklistFact{}
	}
	return policy.BlacklistFact{Known: policy.Absent}
}

// Registry returns the newest answer that account a holds for n. The fact is
// unknown when a is not known or one of its submissions could not be read: an
// answer could hide in it.
func (s *Snapshot) Registry(a policy.AccountID, n policy.Number) policy.RegistryFact {
	if _, ok := s.entities.rows[kindAccount][uint32(a)]; !ok {
		return policy.RegistryFact{}
	}
	scope := s.registry[a]
	if scope == nil {
		return policy.RegistryFact{Known: policy.Absent}
	}
	if scope.broken != nil {
		return policy.RegistryFact{}
	}
	fact := policy.RegistryFact{Known: policy.Absent}
	for _, part := range scope.parts {
		if !part.numbers.Contains(n) {
			continue
		}
		opposed := part.opposed.Contains(n)
		if fact.Known == policy.Absent {
			fact = policy.RegistryFact{
				Known: policy.Present, Answer: policy.Clear,
				AnsweredAt: part.AnsweredAt, Submission: part.ID,
			}
			if opposed {
				fact.Answer = policy.Opposed
			}
		}
		if !opposed {
			break // the run of opposed answers began later, or there is none
		}
		fact.OpposedSince = part.AnsweredAt
	}
	return fact
}

// Answers returns every answer that account a holds for n, newest first.
func (s *Snapshot) Answers(a policy.AccountID, n policy.Number) []policy.RegistryFact {
	scope := s.registry[a]
	if scope == nil {
		return nil
	}
	var all []policy.RegistryFact
	for _, part := range scope.parts {
		if !part.numbers.Contains(n) {
			continue
		}
		fact := policy.RegistryFact{Known: policy.Present, Answer: policy.Clear, AnsweredAt: part.AnsweredAt, Submission: part.ID}
		if part.opposed.Contains(n) {
			fact.Answer = policy.Opposed
		}
		all = append(all, fact)
	}
	return all
}

// Consent returns the newest consent that n gave p for the purpose. It reads
// one row of r, and only when an import that is in force names n. RevokedAt is
// that of any consent for the purpose, if it is not older than the newest
// consent: who revokes, revokes what was given before.
//
// An error is [ErrBroken], or else one of the store.
func (s *Snapshot) Consent(r store.Reader, p policy.PrincipalID, n policy.Number, purpose string) (policy.ConsentFact, error) {
	scope := s.consents[p]
	if scope == nil {
		if !s.hasPrincipal(p) {
			return policy.ConsentFact{}, nil
		}
		return policy.ConsentFact{Known: policy.Absent}, nil
	}
	if scope.broken != nil {
		return policy.ConsentFact{}, scope.broken
	}
	if !scope.contains(n) {
		return policy.ConsentFact{Known: policy.Absent}, nil
	}
	var row personRow
	key := personKey(p, s.keys.Index(n))
	found, err := get(r, key, &row)
	if err != nil {
		return policy.ConsentFact{}, err
	}
	if !found {
		return policy.ConsentFact{}, fmt.Errorf("%w: row %x: an import names it and it is not there", ErrBroken, key)
	}
	return s.newest(row.Consents, purpose), nil
}

func (s *Snapshot) newest(consents []consentRow, purpose string) policy.ConsentFact {
	fact := policy.ConsentFact{Known: policy.Absent}
	var revoked instant
	for _, c := range consents {
		part := s.newestBelieved(c.Parts)
		if part == 0 || c.Purpose != purpose {
			continue
		}
		revoked = max(revoked, c.RevokedAt)
		given := c.GivenAt.time()
		if fact.Known == policy.Present && (given.Before(fact.GivenAt) || given.Equal(fact.GivenAt) && part < fact.Part) {
			continue
		}
		fact = policy.ConsentFact{Known: policy.Present, GivenAt: given, Channels: c.Channels, Evidence: c.Evidence, Part: part}
	}
	if fact.Known == policy.Present && revoked >= instantOf(fact.GivenAt) {
		fact.RevokedAt = revoked.time()
	}
	return fact
}

// newestBelieved returns the newest of the parts that is in force, 0 if none.
func (s *Snapshot) newestBelieved(parts []uint32) uint32 {
	var newest uint32
	for _, p := range parts {
		if s.believed[p] {
			newest = max(newest, p)
		}
	}
	return newest
}

func (s *Snapshot) hasPrincipal(p policy.PrincipalID) bool {
	_, ok := s.entities.rows[kindPrincipal][uint32(p)]
	return ok
}

func (p *scopeParts) contains(n policy.Number) bool {
	for _, part := range p.parts {
		if part.numbers.Contains(n) {
			return true
		}
	}
	return false
}
