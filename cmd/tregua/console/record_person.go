package console

import (
	"strconv"
	"time"

	"tregua/policy"
)

// Contract is the contract of the number's holder, or that it is unknown.
type Contract struct {
	Known    string    `json:"known" doc:"present or unknown"`
	From     time.Time `json:"from,omitzero"`
	EndedAt  time.Time `json:"ended_at,omitzero"`
	Purpose  string    `json:"purpose,omitempty" doc:"that it covers; none: all"`
	Evidence string    `json:"evidence,omitempty"`
	Part     uint32    `json:"import,omitempty"`
}

// Request is a wish to be called once, or that it is unknown.
type Request struct {
	Known    string    `json:"known" doc:"present or unknown"`
	At       time.Time `json:"at,omitzero"`
	Until    time.Time `json:"until,omitzero"`
	AgreedAt time.Time `json:"agreed_at,omitzero"`
	Evidence string    `json:"evidence,omitempty"`
}

// Hold is a hold on the number.
type Hold struct {
	Since time.Time `json:"since"`
	Why   string    `json:"why"`
}

// personOf words what is known of the person, as far as there is something.
func personOf(out *Facts, f *policy.Facts) {
	out.Provenance, out.ListedAll, out.SyncedAt = provenanceWords(&f.Consent), f.Blacklist.All, f.Blacklist.Synced
	if c := f.Contract; c.Known == policy.Present || c.Known == policy.Unknown && f.Fault != policy.NoFault {
		out.Contract = &Contract{
			Known: c.Known.String(), From: c.From, EndedAt: c.EndedAt,
			Purpose: c.Purpose, Evidence: c.Evidence, Part: c.Part,
		}
	}
	if r := f.Request; r.Known == policy.Present || r.Known == policy.Unknown && f.Fault != policy.NoFault {
		out.Request = &Request{Known: r.Known.String(), At: r.At, Until: r.Until, AgreedAt: r.AgreedAt, Evidence: r.Evidence}
	}
	out.RefusedAt = f.Refusal.At
	if h := f.Hold; h.Known == policy.Present {
		out.Hold = &Hold{Since: h.Since, Why: h.Why}
	}
}

func provenanceWords(c *policy.ConsentFact) (words []string) {
	for _, w := range []struct {
		word string
		is   bool
	}{
		{"bundled", c.Bundled},
		{"conditional", c.Conditional},
		{"broken", c.Broken},
		{"other_operator", c.OtherOperator},
		{strconv.Itoa(int(c.Hops)) + " hops", c.Hops > 0},
	} {
		if w.is {
			words = append(words, w.word)
		}
	}
	return words
}
