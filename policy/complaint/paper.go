package complaint

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"tregua/policy/ledger"
)

// Paper is the answer to a complaint: the sheet of the calls that were made to the
// number, or the statement that there was none.
type Paper struct {
	Kind      string    `json:"kind" doc:"sheet or statement"`
	Says      string    `json:"says" doc:"of a statement: all of it in a sentence"`
	Complaint string    `json:"complaint"`
	Number    string    `json:"number"`
	Principal string    `json:"principal,omitempty"`
	Channel   string    `json:"channel"`
	Reference string    `json:"reference,omitempty"`
	CallerID  string    `json:"caller_id,omitempty" doc:"as the person saw it"`
	Received  time.Time `json:"received"`
	Deadline  time.Time `json:"deadline"`
	Held      []string  `json:"held" doc:"principals whose calls to the number are held back meanwhile"`
	Outcome   string    `json:"outcome,omitempty"`
	Answer    string    `json:"answer,omitempty"`

	Made     time.Time `json:"made"`
	Node     string    `json:"node"`
	Program  string    `json:"program"`
	Calls    []Call    `json:"calls" doc:"to the number in the time, the oldest first"`
	Asked    []Asked   `json:"asked" doc:"evidence that is to be asked of who sold the row"`
	Coverage Coverage  `json:"coverage"`

	Gone []ledger.Gone `json:"gone" doc:"records of the time, to all numbers, whose personal part was purged because their term is over"`

	Checkpoint string `json:"checkpoint" doc:"of the proof log, when the paper was made"`
	Anchored   uint64 `json:"anchored,omitzero" doc:"the first records that somebody outside holds us to; for who sees the whole node"`
}

// Call is what is told of one call.
type Call struct {
	Receipt    string    `json:"receipt" doc:"the attempt id: what a receipt is asked for by"`
	At         time.Time `json:"at"`
	Principal  string    `json:"principal,omitempty"`
	CallCentre string    `json:"call_centre,omitempty"`
	Campaign   string    `json:"campaign,omitempty"`
	CallerID   string    `json:"caller_id,omitempty"`
	Claimed    bool      `json:"claimed" doc:"the caller id is the one that the person saw"`
	Mode       string    `json:"mode" doc:"of the trunk: enforce, shadow or bypass"`
	Verdict    string    `json:"verdict"`
	Reason     string    `json:"reason"`
	Text       string    `json:"text" doc:"the reason in words"`
	Law        string    `json:"law"`
	Ground     string    `json:"ground"`
	Provenance []string  `json:"provenance" doc:"what the call rested on, and where each came from"`
	Outcome    string    `json:"outcome"`
	AnsweredAt time.Time `json:"answered_at,omitzero"`
	EndedAt    time.Time `json:"ended_at,omitzero"`
	OperatorMS *int64    `json:"operator_ms,omitempty" doc:"from the answer to the operator's first word"`
	Class      string    `json:"class,omitempty" doc:"A: silent, B: an operator spoke"`
}

// Asked is evidence that a provider has to show.
type Asked struct {
	Provider string `json:"provider"`
	Receipt  string `json:"receipt"`
	Of       string `json:"of" doc:"which row of which list or import"`
}

// ErrCalls is returned for a statement about a time in which there were calls.
var ErrCalls = errors.New("there were calls to the number in that time: tell of them with the sheet")

// ErrUncovered is returned for a statement about a time whose records are not whole.
var ErrUncovered = errors.New("the records of that time are not whole")

// State makes p the statement that no call passed.
func (p *Paper) State(l Language) error {
	if len(p.Calls) > 0 {
		return fmt.Errorf("%w; %d of them", ErrCalls, len(p.Calls))
	}
	if !p.Coverage.Complete {
		m := p.Coverage.Missing[0]
		return fmt.Errorf("%w: there is no summary of %s to %s; an hour is summed up when it is over", ErrUncovered,
			m.From.UTC().Format(time.RFC3339), m.Until.UTC().Format(time.RFC3339))
	}
	if len(p.Gone) > 0 {
		g := p.Gone[len(p.Gone)-1]
		return fmt.Errorf("%w: %s records of %s, up to %s, are over their term, and whom they called is gone", ErrUncovered,
			g.Class, g.Month, g.Until.UTC().Format(time.RFC3339))
	}
	p.Kind = "statement"
	p.Says = l.statement(p)
	return nil
}

// JSON is the form that is signed.
func (p *Paper) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(p, "", "  ")
	return append(text, '\n'), err
}

// Name is what a file of p is called, without its ending: no number is in it.
func (p *Paper) Name() string {
	return strings.ToLower("complaint-" + p.Complaint + "-" + p.Kind)
}
