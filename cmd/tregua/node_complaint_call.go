package main

import (
	"fmt"
	"time"

	"tregua/policy"
	"tregua/policy/complaint"
)

// tell says of a call what an answer to a complaint has: what was decided and why,
// what it rested on, what became of it; and what a provider has to show for it.
func (n *node) tell(r *policy.Record) (c complaint.Call, asked []complaint.Asked) {
	s, a, e := n.book.Current(), &r.Attempt, &r.Ending
	c = complaint.Call{
		Receipt: a.ID.String(), At: a.At, Principal: s.PrincipalName(a.Principal), CallCentre: s.CallCentreName(a.CallCentre),
		Campaign: a.CampaignName, CallerID: a.CallerID, Mode: a.Mode.String(), Ground: a.Ground.String(), Provenance: []string{},
		Verdict: r.Decision.Verdict.String(), Reason: r.Decision.Reason.String(), Text: r.Decision.Reason.Text(), Law: r.Decision.Reason.Law(),
		Outcome: e.Outcome.String(), AnsweredAt: e.AnsweredAt, EndedAt: e.EndedAt,
	}
	if e.Ratio != policy.RatioNone {
		c.Class = e.Ratio.String()
	}
	if !e.OperatorAt.IsZero() {
		ms := e.OperatorAt.Sub(e.AnsweredAt).Milliseconds()
		c.OperatorMS = &ms
	}
	add := func(format string, args ...any) { c.Provenance = append(c.Provenance, fmt.Sprintf(format, args...)) }
	ask := func(provider policy.ProviderID, of string) {
		if name := s.ProviderName(provider); name != "" {
			asked = append(asked, complaint.Asked{Provider: name, Receipt: c.Receipt, Of: of})
		}
	}
	f := &r.Facts
	if f.List.Known == policy.Present {
		row := fmt.Sprintf("row %d of %s", f.List.Row, n.sourceOf(f.List.Part))
		add("list: %s, origin %s", row, f.List.Origin)
		ask(f.List.Provider, row)
	}
	if f.Consent.Known == policy.Present {
		from := n.sourceOf(f.Consent.Part)
		add("consent of %s, evidence %s, %s", dayOf(f.Consent.GivenAt), f.Consent.Evidence, from)
		ask(f.Consent.Provider, "consent of "+dayOf(f.Consent.GivenAt)+", "+from)
	}
	if f.Contract.Known == policy.Present {
		add("contract from %s, evidence %s", dayOf(f.Contract.From), f.Contract.Evidence)
	}
	if f.Request.Known == policy.Present {
		add("request of %s, evidence %s", dayOf(f.Request.At), f.Request.Evidence)
	}
	if f.Registry.Known != policy.Unknown && !f.Registry.AnsweredAt.IsZero() {
		add("registry: %s, answer of %s", f.Registry.Answer, dayOf(f.Registry.AnsweredAt))
	}
	return c, asked
}

// sourceOf says where a part came from, also one that is in force no more.
func (n *node) sourceOf(part uint32) string {
	switch text := n.book.Current().Source(part); {
	case text != "":
		return text
	case part != 0:
		return fmt.Sprintf("import %d", part)
	}
	return "entered singly"
}

func dayOf(t time.Time) string {
	if t.IsZero() {
		return "an unknown day"
	}
	return t.Format(time.DateOnly)
}
