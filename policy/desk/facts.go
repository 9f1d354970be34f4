package desk

import (
	"errors"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/store"
)

// View is the business data in force, immutable for as long as it is held.
type View interface {
	Generation() uint64
	Rollout() *policy.Rollout // which rules are enforced
	List(policy.CampaignID, policy.Number) policy.ListFact
	Blacklist(policy.PrincipalID, policy.Number) policy.BlacklistFact
	Registry(policy.AccountID, policy.Number) policy.RegistryFact
	Mandate(*policy.Attempt) policy.MandateFact
	CallCentre(policy.CallCentreID) policy.CallCentreFact
	Caller(*policy.Attempt) policy.CallerFact
	Consent(r store.Reader, p policy.PrincipalID, n policy.Number, purpose string) (policy.ConsentFact, error)
	// Person returns the other numbers of the person whom the number belongs to.
	Person(r store.Reader, p policy.PrincipalID, n policy.Number) (book.Person, error)
}

// Objection is one entry of a principal's blacklist made singly, in force at
// once and not yet part of a set.
type Objection struct {
	Principal policy.PrincipalID
	Number    policy.Number
	Since     time.Time
	Source    string
}

// Withdrawal takes an objection back, in force at once.
type Withdrawal struct {
	Principal policy.PrincipalID
	Number    policy.Number
}

type objected struct {
	principal policy.PrincipalID
	number    policy.Number
}

type objections map[objected]Objection

// object puts an objection in force at every desk: it holds for all numbers of
// the person.
func (s *Shared) object(e Objection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := objected{e.Principal, e.Number}
	if old, ok := s.objections[k]; !ok || e.Since.Before(old.Since) {
		s.objections[k] = e
	}
}

// withdraw takes an objection back, at every desk.
func (s *Shared) withdraw(w Withdrawal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objections, objected{w.Principal, w.Number})
}

// blacklist says whether the holder of a number objected: singly, or as the
// imports have it.
func (s *Shared) blacklist(p policy.PrincipalID, n policy.Number, v View) policy.BlacklistFact {
	s.mu.RLock()
	e, ok := s.objections[objected{p, n}]
	s.mu.RUnlock()
	if ok {
		return policy.BlacklistFact{Known: policy.Present, Since: e.Since, Source: e.Source}
	}
	return v.Blacklist(p, n)
}

// gather collects what the policy may look at for an attempt: memory first,
// and at most two rows of the store, each of which is read only when a set in
// memory says that there is one. What could not be had stays Unknown, with a
// fault. It returns the other numbers of the person, too, or why they are not
// known.
func gather(a *policy.Attempt, v View, rows store.Reader, own *Shared) (f policy.Facts, others book.Person, err error) {
	f.Generation, f.Rollout = v.Generation(), v.Rollout()
	if !counted(a) {
		return f, nil, nil
	}
	f.Blacklist = own.blacklist(a.Principal, a.Called, v)
	f.List = v.List(a.Campaign, a.Called)
	f.Hold = policy.HoldFact{Known: policy.Absent}
	f.Contract = policy.ContractFact{Known: policy.Absent}
	f.Request = policy.RequestFact{Known: policy.Absent}
	f.Refusal = policy.RefusalFact{Known: policy.Absent} // nothing yet tells of one
	f.Registry = v.Registry(a.Account, a.Called)
	f.Mandate, f.CallCentre, f.Caller = v.Mandate(a), v.CallCentre(a.CallCentre), v.Caller(a)
	if claimed, _ := f.List.Claims(a.Ground); claimed == policy.GroundConsent {
		c, err := v.Consent(rows, a.Principal, a.Called, a.Purpose)
		if err != nil {
			f.Fault, c = faultOf(err), policy.ConsentFact{}
		}
		f.Consent = c
	}
	others, err = v.Person(rows, a.Principal, a.Called)
	if err != nil {
		// What the person said at another number is not known then.
		f.Fault = faultOf(err)
		f.Blacklist = graver(f.Blacklist, policy.BlacklistFact{})
	}
	for _, o := range others {
		f.Blacklist = graver(f.Blacklist, own.blacklist(a.Principal, o.Number, v))
	}
	f.Blacklist.Synced = a.At
	known := min(f.List.Known, f.Blacklist.Known, f.Registry.Known, f.Mandate.Known, f.CallCentre.Known, f.Caller.Known)
	if f.Fault == policy.NoFault && known == policy.Unknown {
		f.Fault = policy.DataBroken
	}
	return f, others, err
}

// graver returns the one of two facts that speaks more against a call: what is
// not known may be an entry.
func graver(x, y policy.BlacklistFact) policy.BlacklistFact {
	if x.Known == policy.Absent || x.Known == policy.Unknown && y.Known == policy.Present {
		return y
	}
	return x
}

// faultOf names why a row could not be had.
func faultOf(err error) policy.Fault {
	if errors.Is(err, book.ErrBroken) {
		return policy.DataBroken
	}
	return policy.StoreFailed
}

// counted reports whether an attempt is one at a person for a principal: of any
// other nothing is remembered.
func counted(a *policy.Attempt) bool { return a.Called != 0 && a.Mapping == policy.Mapped }
