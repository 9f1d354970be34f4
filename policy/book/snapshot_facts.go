package book

import (
	"time"

	"tregua/policy"
)

// Blacklist returns what the blacklists of p that were imported after a time say
// of n; the zero time is before all. Single entries are not in a snapshot: see
// [Book.Changes]. The fact is unknown when p is not known, or when no set holds n
// and one of p's could not be read; when the blacklist was synchronised it says
// all the same.
func (s *Snapshot) Blacklist(p policy.PrincipalID, n policy.Number, after time.Time) policy.BlacklistFact {
	if !s.hasPrincipal(p) {
		return policy.BlacklistFact{}
	}
	fact := policy.BlacklistFact{Known: policy.Absent, Synced: s.synced[p].time()}
	scope := s.blacklist[p]
	if scope == nil {
		return fact
	}
	if scope.broken != nil {
		fact.Known = policy.Unknown
	}
	for _, part := range scope.parts {
		if part.At.After(fact.Synced) { // a list that is imported is one that was synchronised
			fact.Synced = part.At
		}
		if fact.Known != policy.Present && part.At.After(after) && part.numbers.Contains(n) {
			fact.Known, fact.Since, fact.Source = policy.Present, part.At, part.source()
		}
	}
	return fact
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
