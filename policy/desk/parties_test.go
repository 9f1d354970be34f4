package desk

import (
	"testing"

	"tregua/policy"
)

// TestDeskParties: who calls is looked up for every call of a campaign, and what
// the book does not know is a fault of the data.
func TestDeskParties(t *testing.T) {
	t.Parallel()
	q := ask(1, 393330000003, "")
	f := gathered(&q, view{generation: 1}, nil, NewShared(1))
	if f.Fault != policy.NoFault || f.Mandate.Known != policy.Present || f.CallCentre.Known != policy.Present || f.Caller.Known != policy.Absent {
		t.Errorf("fault %v: %+v, %+v, %+v", f.Fault, f.Mandate, f.CallCentre, f.Caller)
	}
	for lost := range 3 {
		if f := gathered(&q, forgetful{lost: lost}, nil, NewShared(1)); f.Fault != policy.DataBroken {
			t.Errorf("without fact %d: fault %v", lost, f.Fault)
		}
	}
	q.Attempt.Mapping = policy.Unmapped
	if f := gathered(&q, view{generation: 1}, nil, NewShared(1)); f.Mandate.Known != policy.Unknown || f.Fault != policy.NoFault {
		t.Errorf("of no campaign: %+v", f)
	}
}

// forgetful is business data in which one of the parties is not found.
type forgetful struct {
	view
	lost int
}

func (v forgetful) known(fact int) policy.Known {
	if v.lost == fact {
		return policy.Unknown
	}
	return policy.Present
}

func (v forgetful) Mandate(*policy.Attempt) policy.MandateFact {
	return policy.MandateFact{Known: v.known(0)}
}

func (v forgetful) CallCentre(policy.CallCentreID) policy.CallCentreFact {
	return policy.CallCentreFact{Known: v.known(1)}
}

func (v forgetful) Caller(*policy.Attempt) policy.CallerFact {
	return policy.CallerFact{Known: v.known(2)}
}
