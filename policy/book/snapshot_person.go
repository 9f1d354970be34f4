package book

import (
	"errors"
	"fmt"

	"tregua/policy"
	"tregua/policy/store"
)

// Person is what a principal knows of the holder of a number, for one attempt.
// A fact is unknown when what it rests on could not be read.
type Person struct {
	Consent  policy.ConsentFact
	Contract policy.ContractFact
	Request  policy.RequestFact
	Refusal  policy.RefusalFact
	Hold     policy.HoldFact
}

// Person returns what the principal of a knows of its number. It reads one row
// of r, and only when an import that is in force names the number or kept says
// that a single change has made one ([Change.Row]).
//
// An error is [ErrBroken], or else one of the store; what it does not touch is
// known all the same.
func (s *Snapshot) Person(r store.Reader, a *policy.Attempt, kept bool) (p Person, err error) {
	if !s.hasPrincipal(a.Principal) {
		return p, nil
	}
	named, broken := s.named(a.Principal, a.Called)
	var row personRow
	if named || kept {
		if row, err = s.row(r, a, named); err != nil {
			return p, err
		}
	}
	b := believer{s, row.passedAt(s)}
	p.Hold, p.Refusal = row.holdFact(), row.refusalFact()
	// Whose number it is now is not known when an import that tells of it is
	// broken: then nothing that only its former holder may have said holds.
	whole := func(k Kind) bool { return broken[k] == nil && broken[Reassigned] == nil }
	if whole(Consents) {
		p.Consent = b.consent(&row, a.Purpose)
	}
	if whole(Contracts) {
		p.Contract = b.contract(&row, a.Purpose)
	}
	if whole(Requests) {
		p.Request = b.request(&row, a)
	}
	return p, errors.Join(broken[:]...)
}

// row reads the row of the number of an attempt. One that an import names must
// be there.
func (s *Snapshot) row(r store.Reader, a *policy.Attempt, named bool) (personRow, error) {
	key := personKey(a.Principal, s.keys.Index(a.Called))
	row, found, err := getPerson(r, key)
	if err == nil && !found && named {
		err = fmt.Errorf("%w: row %x: an import names it and it is not there", ErrBroken, key)
	}
	return row, err
}

// named reports whether an import that is in force names the number, and of each
// kind which could not be read.
func (s *Snapshot) named(p policy.PrincipalID, n policy.Number) (named bool, broken [Reassigned + 1]error) {
	for k := range s.people {
		scope := s.people[k][p]
		if scope == nil {
			continue
		}
		broken[k] = scope.broken
		named = named || scope.contains(n)
	}
	return named, broken
}

// believer says what of a row holds: what an import in force or a person said,
// of the present holder of the number.
type believer struct {
	*Snapshot
	passed instant // when the number became the present holder's; 0: it always was
}

// passedAt is when the number was passed on last.
func (p *personRow) passedAt(s *Snapshot) (at instant) {
	for _, t := range p.Passings {
		if s.believes(t.Parts, t.At) {
			at = max(at, t.Is.At)
		}
	}
	return at
}

// believes reports whether something holds that these imports told, or a person
// who entered it at a time.
func (s *Snapshot) believes(parts []uint32, entered instant) bool {
	return entered != 0 || s.newestBelieved(parts) != 0
}

// consent is the newest consent for the purpose. RevokedAt is that of any
// revocation for the purpose that is not older: who revokes, revokes what was
// given before. A consent of a former holder counts as revoked when the number
// was passed on.
func (b believer) consent(row *personRow, purpose string) policy.ConsentFact {
	fact, revoked := policy.ConsentFact{Known: policy.Absent}, b.revoked(row, purpose)
	for _, t := range row.Consents {
		c, part := t.Is, b.newestBelieved(t.Parts)
		if t.At == 0 && part == 0 || c.Purpose != purpose {
			continue
		}
		revoked = max(revoked, c.RevokedAt)
		given := c.GivenAt.time()
		if fact.Known == policy.Present && (given.Before(fact.GivenAt) || given.Equal(fact.GivenAt) && part < fact.Part) {
			continue
		}
		fact = c.fact(part)
		fact.SuspendedSince = b.SuspendedSince(c.Provider)
	}
	if fact.Known == policy.Present && revoked >= instantOf(fact.GivenAt) {
		fact.RevokedAt = revoked.time()
	}
	return fact
}

// revoked is when what was given for the purpose ended last, by a revocation or
// because the number was passed on.
func (b believer) revoked(row *personRow, purpose string) instant {
	last := b.passed
	for _, t := range row.Revocations {
		if t.Is.Purpose == "" || t.Is.Purpose == purpose {
			last = max(last, t.Is.At)
		}
	}
	return last
}

func (c *consent) fact(part uint32) policy.ConsentFact {
	return policy.ConsentFact{
		Known: policy.Present, GivenAt: c.GivenAt.time(), Channels: c.Channels, Evidence: c.Evidence, Part: part,
		Bundled: c.Bundled, Conditional: c.Conditional, Hops: c.Hops, Broken: c.Broken,
		Provider: c.Provider, OtherOperator: c.OtherOperator,
	}
}

// contract is the contract that says most for a call for the purpose: one that
// covers it before one that does not, one in force before one that has ended,
// then the newest. Of a contract that several imports tell of, the newest counts.
func (b believer) contract(row *personRow, purpose string) policy.ContractFact {
	fact := policy.ContractFact{Known: policy.Absent}
	for i, t := range row.Contracts {
		c, part := t.Is, b.newestBelieved(t.Parts)
		if part == 0 || b.retold(row.Contracts[:i], row.Contracts[i+1:], c, part) || b.passed != 0 && c.From <= b.passed {
			continue
		}
		one := policy.ContractFact{
			Known: policy.Present, From: c.From.time(), EndedAt: c.EndedAt.time(),
			Purpose: c.Purpose, Evidence: c.Evidence, Part: part,
		}
		if fact.Known == policy.Absent || better(&one, &fact, purpose) {
			fact = one
		}
	}
	return fact
}

// retold reports whether a newer import, or a later row of the same one, tells
// of the same contract.
func (b believer) retold(before, after []told[contract], c contract, part uint32) bool {
	same := func(t told[contract]) bool { return t.Is.Evidence == c.Evidence && t.Is.Purpose == c.Purpose }
	for _, t := range before {
		if same(t) && b.newestBelieved(t.Parts) > part {
			return true
		}
	}
	for _, t := range after {
		if same(t) && b.newestBelieved(t.Parts) >= part {
			return true
		}
	}
	return false
}

// better reports whether x says more for a call than y.
func better(x, y *policy.ContractFact, purpose string) bool {
	covers := func(f *policy.ContractFact) bool { return f.Purpose == "" || f.Purpose == purpose }
	switch {
	case covers(x) != covers(y):
		return covers(x)
	case x.EndedAt.IsZero() != y.EndedAt.IsZero():
		return x.EndedAt.IsZero()
	case !x.EndedAt.Equal(y.EndedAt):
		return x.EndedAt.After(y.EndedAt)
	}
	return x.From.After(y.From)
}

// request is the newest request, one that holds now before one that does not.
// What the person asked for before objecting, or a former holder of the number
// did, is over.
func (b believer) request(row *personRow, a *policy.Attempt) policy.RequestFact {
	over, now := b.passed, instantOf(a.At)
	if o := row.Objection; o != nil {
		over = max(over, o.Since, o.Again)
	}
	var best *request
	for i := range row.Requests {
		t := &row.Requests[i]
		if !b.believes(t.Parts, t.At) || t.Is.At <= over {
			continue
		}
		if best == nil || t.Is.holds(now) && !best.holds(now) || t.Is.holds(now) == best.holds(now) && t.Is.At >= best.At {
			best = &t.Is
		}
	}
	if best == nil {
		return policy.RequestFact{Known: policy.Absent}
	}
	return policy.RequestFact{
		Known: policy.Present, At: best.At.time(), Until: best.Until.time(),
		AgreedAt: best.AgreedAt.time(), Evidence: best.Evidence,
	}
}

func (r *request) holds(now instant) bool { return r.At <= now && now < r.Until }

func (p *personRow) holdFact() policy.HoldFact {
	if p.Hold == nil {
		return policy.HoldFact{Known: policy.Absent}
	}
	return policy.HoldFact{Known: policy.Present, Since: p.Hold.Since.time(), Why: p.Hold.Why}
}

func (p *personRow) refusalFact() policy.RefusalFact {
	if p.RefusedAt == 0 {
		return policy.RefusalFact{Known: policy.Absent}
	}
	return policy.RefusalFact{Known: policy.Present, At: p.RefusedAt.time()}
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
