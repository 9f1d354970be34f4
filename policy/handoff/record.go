package handoff

import (
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
)

// Names says how ids are called by people.
type Names interface {
	PrincipalName(id policy.PrincipalID) string
	CallCentreName(id policy.CallCentreID) string
}

// Record is one attempt as other systems are told of it. Times are UTC, words are
// those of the admin API.
type Record struct {
	Seq         uint64    `json:"seq"`     // gapless in the ledger; a scope leaves some out
	Attempt     string    `json:"attempt"` // UUIDv7
	ReceivedAt  time.Time `json:"received_at"`
	ForwardedAt time.Time `json:"forwarded_at,omitzero"`
	RingingAt   time.Time `json:"ringing_at,omitzero"`
	AnsweredAt  time.Time `json:"answered_at,omitzero"`
	OperatorAt  time.Time `json:"operator_at,omitzero"`
	EndedAt     time.Time `json:"ended_at,omitzero"`
	Trunk       string    `json:"trunk"`
	CallCentre  string    `json:"call_centre,omitempty"`
	Principal   string    `json:"principal,omitempty"`
	Campaign    string    `json:"campaign,omitempty"` // principal/campaign
	Called      string    `json:"called,omitempty"`   // masked, or E.164; left out when the person was erased
	Caller      string    `json:"caller,omitempty"`   // masked, or as it was sent
	CallID      string    `json:"call_id,omitempty"`
	Mode        string    `json:"mode"`     // enforce, shadow, bypass
	Decision    string    `json:"decision"` // allow, refuse
	Rule        string    `json:"rule,omitempty"`
	Reason      string    `json:"reason,omitempty"` // of the decision
	Outcome     string    `json:"outcome"`
	Ending      string    `json:"ending,omitempty"`      // a fault or peer reason
	Status      int       `json:"status,omitempty"`      // final SIP status towards the dialer
	Class       string    `json:"ratio_class,omitempty"` // A, B
	Repeat      *Repeat   `json:"repeat,omitempty"`
}

// Repeat is what a record tells of re-dials that were answered from memory. They
// are no attempts.
type Repeat struct {
	Of    string    `json:"of"` // attempt
	Count uint32    `json:"count"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

// shown is what of a person is told.
type shown struct{ numbers, callID bool }

func (s shown) record(v *ledger.View, names Names) Record {
	a, d, e := &v.Record.Attempt, &v.Record.Decision, &v.Record.Ending
	r := Record{
		Seq: v.Seq, Attempt: a.ID.String(),
		ReceivedAt: a.At.UTC(), ForwardedAt: e.ForwardedAt.UTC(), RingingAt: e.RingingAt.UTC(),
		AnsweredAt: e.AnsweredAt.UTC(), OperatorAt: e.OperatorAt.UTC(), EndedAt: e.EndedAt.UTC(),
		Trunk: a.Trunk, CallCentre: names.CallCentreName(a.CallCentre), Principal: names.PrincipalName(a.Principal),
		Campaign: a.CampaignName, Mode: a.Mode.String(),
		Decision: d.Verdict.String(), Rule: d.Rule, Reason: slug(d.Reason),
		Outcome: e.Outcome.String(), Ending: slug(e.Reason), Status: e.Status,
	}
	if e.Ratio != policy.RatioNone {
		r.Class = e.Ratio.String()
	}
	if v.Personal {
		s.person(&r, a)
	}
	if p := v.Record.Repeat; p.Count > 0 {
		r.Repeat = &Repeat{p.Of.String(), p.Count, p.First.UTC(), p.Last.UTC()}
	}
	return r
}

func (s shown) person(r *Record, a *policy.Attempt) {
	r.Called, r.Caller = a.Called.String(), a.CallerID
	if !s.numbers {
		r.Caller = masked(a.CallerID)
		if a.Called != 0 {
			r.Called = a.Called.Masked()
		}
	}
	if s.callID {
		r.CallID = a.CallID
	}
}

func slug(r policy.Reason) string {
	if r == policy.OK {
		return ""
	}
	return r.String()
}

// masked hides the last four characters of a caller id, and one that is no number
// whole: it may be a person's name.
func masked(id string) string {
	switch digits := strings.TrimPrefix(id, "+"); {
	case id == "":
		return ""
	case len(digits) <= 6 || strings.Trim(digits, "0123456789") != "":
		return "…"
	}
	return id[:len(id)-4] + "····"
}
