package console

import (
	"time"

	"tregua/policy"
)

// Ending is how an attempt ended. The fields from Watch on are of answered
// calls; milliseconds are counted from the answer and rounded up.
type Ending struct {
	Outcome     string    `json:"outcome"`
	Reason      string    `json:"reason"`
	Status      int       `json:"status,omitempty" doc:"final SIP status to the dialer"`
	Forwarded   bool      `json:"forwarded"`
	Rang        bool      `json:"rang,omitempty" doc:"it reached the person, or may have: it counts for the caps"`
	EndedBy     string    `json:"ended_by"`
	ForwardedAt time.Time `json:"forwarded_at,omitzero"`
	RingingAt   time.Time `json:"ringing_at,omitzero"`
	AnsweredAt  time.Time `json:"answered_at,omitzero"`
	EndedAt     time.Time `json:"ended_at,omitzero"`
	Heard       Heard     `json:"heard"`

	Watch      string    `json:"watch,omitempty" doc:"what was done about silence: enforce, shadow or off"`
	Class      string    `json:"class,omitempty" doc:"in the ratio of silent calls: A (silent), B (operator) or none"`
	Line       string    `json:"line,omitempty" doc:"what came from the dialer's side last: none, cn, dead, tone, quiet, operator"`
	Deaf       bool      `json:"deaf,omitempty" doc:"it came in no codec that can be heard"`
	Machine    string    `json:"machine,omitempty" doc:"who said that a machine answered: carrier or dialer"`
	Due        bool      `json:"due,omitempty" doc:"the time was over and no operator had been heard"`
	AmbienceAt time.Time `json:"ambience_at,omitzero" doc:"first packet of ambience to the callee"`
	AmbienceMS *int64    `json:"ambience_ms,omitempty"`
	OperatorAt time.Time `json:"operator_at,omitzero" doc:"the operator began to speak"`
	OperatorMS *int64    `json:"operator_ms,omitempty"`
	DecidedAt  time.Time `json:"decided_at,omitzero" doc:"the operator was recognised"`
	DecidedMS  *int64    `json:"decided_ms,omitempty"`
	OptedOut   bool      `json:"opted_out,omitempty" doc:"the callee pressed the key that says: no such calls"`
	CutAt      time.Time `json:"cut_at,omitzero" doc:"our BYE of a silent call"`
	CutMS      *int64    `json:"cut_ms,omitempty"`
}

// Heard is the RTP received from each side.
type Heard struct {
	CallerPackets uint64 `json:"caller_packets"`
	CallerBytes   uint64 `json:"caller_bytes"`
	CalleePackets uint64 `json:"callee_packets"`
	CalleeBytes   uint64 `json:"callee_bytes"`
}

func endingOf(e *policy.Ending) Ending {
	out := Ending{
		Outcome: e.Outcome.String(), Reason: e.Reason.String(), Status: e.Status, Forwarded: e.Forwarded,
		Rang: e.Rang, EndedBy: e.EndedBy.String(), ForwardedAt: e.ForwardedAt, RingingAt: e.RingingAt,
		AnsweredAt: e.AnsweredAt, EndedAt: e.EndedAt,
		Heard: Heard{e.Heard[0].Count, e.Heard[0].Bytes, e.Heard[1].Count, e.Heard[1].Bytes},
	}
	if e.AnsweredAt.IsZero() {
		return out
	}
	out.Watch, out.Class, out.Line, out.Deaf, out.Due = e.Watch.String(), e.Ratio.String(), e.Line.String(), e.Deaf, e.Due
	if e.Machine != policy.NoMachine {
		out.Machine = e.Machine.String()
	}
	out.OptedOut = e.OptedOut
	since := func(at time.Time) (time.Time, *int64) {
		if at.IsZero() {
			return at, nil
		}
		d := at.Sub(e.AnsweredAt)
		ms := int64(d / time.Millisecond)
		if d%time.Millisecond > 0 {
			ms++ // what came too late must not read as in time
		}
		return at, &ms
	}
	out.AmbienceAt, out.AmbienceMS = since(e.AmbienceAt)
	out.OperatorAt, out.OperatorMS = since(e.OperatorAt)
	out.DecidedAt, out.DecidedMS = since(e.DecidedAt)
	out.CutAt, out.CutMS = since(e.CutAt)
	return out
}
