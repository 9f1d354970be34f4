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
	// Blacklist says what lists say that were imported after a time.
	Blacklist(p policy.PrincipalID, n policy.Number, after time.Time) policy.BlacklistFact
	Registry(policy.AccountID, policy.Number) policy.RegistryFact
	Mandate(*policy.Attempt) policy.MandateFact
	CallCentre(policy.CallCentreID) policy.CallCentreFact
	Caller(*policy.Attempt) policy.CallerFact
	// Person says what is known of the number's holder. It reads one row at most;
	// kept says that a single change has made it.
	Person(r store.Reader, a *policy.Attempt, kept bool) (book.Person, error)
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

type changes map[changed]Change

// add enters a change unless a newer one was quicker.
func (c changes) add(e Change) {
	k := changed{e.Principal, e.Number}
	if old, ok := c[k]; !ok || !e.At.Before(old.At) {
		c[k] = e
	}
}

func (c changes) of(a *policy.Attempt) Change { return c[changed{a.Principal, a.Called}] }

// gather collects what the policy may look at for an attempt: memory first,
// and at most one row of the store, which is read only when a set in memory or a
// single change says that there is one. What could not be had stays Unknown, with
// a fault.
func gather(a *policy.Attempt, v View, rows store.Reader, own Change) policy.Facts {
	f := policy.Facts{Generation: v.Generation(), Rollout: v.Rollout()}
	if a.Called == 0 || a.Mapping != policy.Mapped {
		return f
	}
	f.Blacklist = v.Blacklist(a.Principal, a.Called, own.Removed)
	if own.Listed.Known == policy.Present {
		synced := f.Blacklist.Synced
		f.Blacklist = own.Listed
		f.Blacklist.Synced = synced
	}
	f.List = v.List(a.Campaign, a.Called)
	f.Registry = v.Registry(a.Account, a.Called)
	f.Mandate, f.CallCentre, f.Caller = v.Mandate(a), v.CallCentre(a.CallCentre), v.Caller(a)
	p, err := v.Person(rows, a, own.Row)
	f.Consent, f.Contract, f.Request, f.Refusal, f.Hold = p.Consent, p.Contract, p.Request, p.Refusal, p.Hold
	if err != nil {
		f.Fault = policy.StoreFailed
		if errors.Is(err, book.ErrBroken) {
			f.Fault = policy.DataBroken
		}
	}
	known := min(f.List.Known, f.Blacklist.Known, f.Registry.Known, f.Mandate.Known, f.CallCentre.Known, f.Caller.Known)
	if f.Fault == policy.NoFault && known == policy.Unknown {
		f.Fault = policy.DataBroken
	}
	return f
}
