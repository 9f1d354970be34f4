package main

import (
	"fmt"
	"io"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/proof"
)

// proven is what a proof file shows.
type proven struct {
	Attempt  string    `json:"attempt"`
	Seq      uint64    `json:"seq"`
	Leaf     string    `json:"leaf"`
	Log      uint64    `json:"log_size"`
	At       time.Time `json:"at"`
	Trunk    string    `json:"trunk"`
	Campaign string    `json:"campaign,omitempty"`
	Decision string    `json:"decision"`
	Reason   string    `json:"reason"`
	Mode     string    `json:"mode"`
	Ground   string    `json:"ground"`
	Outcome  string    `json:"outcome"`
	Answered time.Time `json:"answered_at,omitzero"`
	Operator time.Time `json:"operator_at,omitzero"`
	Class    string    `json:"class,omitempty"`
	Called   string    `json:"called,omitempty"`
	CallID   string    `json:"call_id,omitempty"`
	CallerID string    `json:"caller_id,omitempty"`
}

func provenOf(p *proof.Proven) proven {
	r := &p.Record
	out := proven{
		Attempt: r.Attempt.ID.String(), Seq: p.Seq, Leaf: fmt.Sprintf("%x", p.Leaf), Log: p.Head.Size,
		At: r.Attempt.At, Trunk: r.Attempt.Trunk, Campaign: r.Attempt.CampaignName,
		Decision: r.Decision.Verdict.String(), Reason: r.Decision.Reason.String(), Outcome: r.Ending.Outcome.String(),
		Mode: r.Attempt.Mode.String(), Ground: r.Attempt.Ground.String(), Answered: r.Ending.AnsweredAt, Operator: r.Ending.OperatorAt,
	}
	if r.Ending.Ratio != policy.RatioNone {
		out.Class = r.Ending.Ratio.String()
	}
	if p.Personal {
		out.Called, out.CallID, out.CallerID = r.Attempt.Called.String(), r.Attempt.CallID, r.Attempt.CallerID
	}
	return out
}

func (p *proven) print(w io.Writer) {
	fmt.Fprintf(w, "holds\trecord %d of %d in the log\n", p.Seq, p.Log)
	for _, line := range []struct{ name, text string }{
		{"attempt", p.Attempt},
		{"at", when(p.At)},
		{"trunk", p.Trunk},
		{"campaign", p.Campaign},
		{"decision", p.Decision},
		{"reason", p.Reason},
		{"mode", p.Mode},
		{"ground", p.Ground},
		{"outcome", p.Outcome},
		{"answered", stampOf(p.Answered)},
		{"operator", stampOf(p.Operator)},
		{"class", p.Class},
		{"called", p.Called},
		{"caller id", p.CallerID},
		{"call id", p.CallID},
		{"leaf", p.Leaf},
	} {
		if line.text != "" {
			fmt.Fprintf(w, "%s\t%s\n", line.name, line.text)
		}
	}
}

// stampOf writes a time that there may be.
func stampOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return when(t)
}

// audited is what an audit found, with the time stamps of its anchors.
type audited struct {
	console.AuditAnswer
	Stamps []string `json:"time_stamps,omitempty"` // those that hold
}

// addStamps returns the time stamps that hold, and makes findings of the others.
func addStamps(r *audited, saved []stamped) (stamps []string) {
	for _, s := range saved {
		switch {
		case s.err != nil:
			r.Findings = append(r.Findings, console.AuditFinding{What: s.err.Error(), Text: s.err.Error()})
		case s.stamp != "":
			stamps = append(stamps, s.Name+": "+s.stamp)
		}
	}
	return stamps
}

func printAudit(w io.Writer, r *console.AuditAnswer, stamps []string) {
	fmt.Fprintf(w, "records\t%d\n", r.Records)
	if r.Removed > 0 {
		fmt.Fprintf(w, "removed\t%d, their term was over\n", r.Removed)
	}
	fmt.Fprintf(w, "in the log\t%d\n", r.Leaves)
	fmt.Fprintf(w, "anchored\t%d\n", r.Anchored)
	for _, s := range stamps {
		fmt.Fprintf(w, "time stamp\t%s\n", s)
	}
	if len(r.Findings) == 0 {
		fmt.Fprintln(w, "differences\tnone")
	}
	for _, f := range r.Findings {
		fmt.Fprintf(w, "difference\t%s\n", f.Text)
	}
}
