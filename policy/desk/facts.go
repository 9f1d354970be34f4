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
}

// Objection is one entry of a principal's blacklist made singly, in force at
// once and not yet part of a set.
type Objection struct {
	Principal policy.PrincipalID
	Number    policy.Number
	Since     time.Time
	Source    string
}

type objected struct {
	principal policy.PrincipalID
	number    policy.Number
}

type objections map[objected]Objection

func (o objections) add(e Objection) {
	k := objected{e.Principal, e.Number}
	if old, ok := o[k]; !ok || e.Since.Before(old.Since) {
		o[k] = e
	}
}

// gather collects what the policy may look at for an attempt: memory first,
// and at most one row of the store, which is read only when a set in memory
// says that there is one. What could not be had stays Unknown, with a fault.
func gather(a *policy.Attempt, v View, rows store.Reader, own objections) policy.Facts {
	f := policy.Facts{Generation: v.Generation(), Rollout: v.Rollout()}
	if a.Called == 0 || a.Mapping != policy.Mapped {
		return f
	}
	if e, ok := own[objected{a.Principal, a.Called}]; ok {
		f.Blacklist = policy.BlacklistFact{Known: policy.Present, Since: e.Since, Source: e.Source}
	} else {
		f.Blacklist = v.Blacklist(a.Principal, a.Called)
	}
	f.Blacklist.Synced = a.At
	f.List = v.List(a.Campaign, a.Called)
	f.Hold = policy.HoldFact{Known: policy.Absent}
	f.Contract = policy.ContractFact{Known: policy.Absent}
	f.Request = policy.RequestFact{Known: policy.Absent}
	f.Refusal = policy.RefusalFact{Known: policy.Absent}
	f.Registry = v.Registry(a.Account, a.Called)
	f.Mandate, f.CallCentre, f.Caller = v.Mandate(a), v.CallCentre(a.CallCentre), v.Caller(a)
	if claimed, _ := f.List.Claims(a.Ground); claimed == policy.GroundConsent {
		c, err := v.Consent(rows, a.Principal, a.Called, a.Purpose)
		if err != nil {
			f.Fault = policy.StoreFailed
			if errors.Is(err, book.ErrBroken) {
				f.Fault = policy.DataBroken
			}
			c = policy.ConsentFact{}
		}
		f.Consent = c
	}
	known := min(f.List.Known, f.Blacklist.Known, f.Registry.Known, f.Mandate.Known, f.CallCentre.Known, f.Caller.Known)
	if f.Fault == policy.NoFault && known == policy.Unknown {
		f.Fault = policy.DataBroken
	}
	return f
}
