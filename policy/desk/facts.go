package desk

import (
	"errors"
	"iter"
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
	// Blacklist says what lists say that were imported after a time.
	Blacklist(p policy.PrincipalID, n policy.Number, after time.Time) policy.BlacklistFact
	Registry(policy.AccountID, policy.Number) policy.RegistryFact
	Mandate(*policy.Attempt) policy.MandateFact
	CallCentre(policy.CallCentreID) policy.CallCentreFact
	Caller(*policy.Attempt) policy.CallerFact
	// Person says what is known of the number's holder. It reads one row at most;
	// kept says that a single change has made it.
	Person(r store.Reader, a *policy.Attempt, kept bool) (book.Person, error)
	// Others returns the other numbers of the person whom the number belongs to.
	Others(r store.Reader, p policy.PrincipalID, n policy.Number) (book.Others, error)
}

// Change is what the single changes so far have made of a number at a principal:
// in force at once and not part of a set. The newest says all that there is.
type Change struct {
	Principal policy.PrincipalID
	Number    policy.Number
	At        time.Time
	Listed    policy.BlacklistFact // Present: its single entry on the blacklist
	Removed   time.Time            // blacklists that were imported until then do not list it; zero: all do
	Row       bool                 // it has a row, see [View]
}

type changed struct {
	principal policy.PrincipalID
	number    policy.Number
}

// change puts a change in force at every desk, unless a newer one was quicker: it
// holds for all numbers of the person.
func (s *Shared) change(c Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k := changed{c.Principal, c.Number}
	if old, ok := s.changes[k]; !ok || !c.At.Before(old.At) {
		s.changes[k] = c
	}
}

// single returns what the single changes have made of a number.
func (s *Shared) single(p policy.PrincipalID, n policy.Number) Change {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.changes[changed{p, n}]
}

// blacklist says whether the holder of a number objected: singly, or as the
// imports have it.
func (c *Change) blacklist(p policy.PrincipalID, n policy.Number, v View) policy.BlacklistFact {
	f := v.Blacklist(p, n, c.Removed)
	if c.Listed.Known == policy.Present {
		synced := f.Synced
		f = c.Listed
		f.Synced = synced
	}
	return f
}

// gather collects what the policy may look at for an attempt: memory first,
// and at most two rows of the store, and one for each other number of the person,
// each of which is read only when a set in memory or a single change says that
// there is one. What could not be had stays Unknown, with a fault. It returns the
// other numbers of the person, or why they are not known.
func gather(f *policy.Facts, a *policy.Attempt, v View, rows store.Reader, own *Shared) (others book.Others, err error) {
	f.Generation, f.Rollout = v.Generation(), v.Rollout()
	if !counted(a) {
		return nil, nil
	}
	change := own.single(a.Principal, a.Called)
	f.Blacklist = change.blacklist(a.Principal, a.Called, v)
	f.List = v.List(a.Campaign, a.Called)
	f.Registry = v.Registry(a.Account, a.Called)
	f.Mandate, f.CallCentre, f.Caller = v.Mandate(a), v.CallCentre(a.CallCentre), v.Caller(a)
	p, err := v.Person(rows, a, change.Row)
	f.Consent, f.Contract, f.Request, f.Refusal, f.Hold = p.Consent, p.Contract, p.Request, p.Refusal, p.Hold
	if err != nil {
		f.Fault = faultOf(err)
	}
	others, err = v.Others(rows, a.Principal, a.Called)
	if err != nil {
		// What the person said at another number is not known then.
		f.Fault = faultOf(err)
		f.Blacklist = graver(f.Blacklist, policy.BlacklistFact{Synced: f.Blacklist.Synced})
		f.Hold, f.Refusal = graverHold(f.Hold, policy.HoldFact{}), graverRefusal(f.Refusal, policy.RefusalFact{})
	}
	for _, o := range others {
		if err := addVetoes(f, *a, o.Number, v, rows, own); err != nil {
			f.Fault = faultOf(err)
		}
	}
	known := min(f.List.Known, f.Blacklist.Known, f.Registry.Known, f.Mandate.Known, f.CallCentre.Known, f.Caller.Known)
	if f.Fault == policy.NoFault && known == policy.Unknown {
		f.Fault = policy.DataBroken
	}
	return others, err
}

// addVetoes adds what speaks against a call at another number of the person
// (compliance.md 3.2). What speaks for one holds for its number only.
func addVetoes(f *policy.Facts, a policy.Attempt, other policy.Number, v View, rows store.Reader, own *Shared) error {
	change := own.single(a.Principal, other)
	f.Blacklist = graver(f.Blacklist, change.blacklist(a.Principal, other, v))
	a.Called = other
	p, err := v.Person(rows, &a, change.Row)
	f.Hold, f.Refusal = graverHold(f.Hold, p.Hold), graverRefusal(f.Refusal, p.Refusal)
	return err
}

// graverHold returns the hold of two, or that there may be one.
func graverHold(x, y policy.HoldFact) policy.HoldFact {
	if x.Known == policy.Absent || y.Known == policy.Present {
		return y
	}
	return x
}

// graverRefusal returns the newer refusal of two, or that there may be one.
func graverRefusal(x, y policy.RefusalFact) policy.RefusalFact {
	if x.Known == policy.Absent || y.Known == policy.Present && y.At.After(x.At) {
		return y
	}
	return x
}

// graver returns what two facts of one person say against a call: what is not
// known may be an entry, and of two entries the newer one counts, which a
// request must be newer than, against service calls too if either says so.
func graver(x, y policy.BlacklistFact) policy.BlacklistFact {
	if y.Known == policy.Present && (x.Known != policy.Present || y.Since.After(x.Since)) || x.Known == policy.Absent {
		x, y = y, x
	}
	x.All = x.All || y.Known == policy.Present && y.All
	return x
}

// faultOf names why a row could not be had.
func faultOf(err error) policy.Fault {
	if errors.Is(err, book.ErrBroken) {
		return policy.DataBroken
	}
	return policy.StoreFailed
}

// unread is a store of which nothing may be read: it notes that something was to
// be.
type unread struct{ wanted bool }

var errUnread = errors.New("a row of the store is needed")

// Get reads nothing.
func (u *unread) Get([]byte) ([]byte, bool, error) {
	u.wanted = true
	return nil, false, errUnread
}

// Scan reads nothing.
func (u *unread) Scan(_, _ []byte) iter.Seq2[store.Row, error] {
	u.wanted = true
	return func(yield func(store.Row, error) bool) { yield(store.Row{}, errUnread) }
}

// counted reports whether an attempt is one at a person for a principal: of any
// other nothing is remembered.
func counted(a *policy.Attempt) bool { return a.Called != 0 && a.Mapping == policy.Mapped }
