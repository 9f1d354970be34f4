package policy

import (
	"fmt"
	"time"
)

// GateParams are the figures of the ratio gate, which holds the silent calls of a
// campaign to a share of its connected ones (compliance.md 1.12 and 3.5). Rule gate
// speaks for it.
type GateParams struct {
	Basis   `yaml:",inline"`
	Enforce bool `yaml:"enforce"`
	Zone    Zone `yaml:"zone"` // whose midnight ends the day
	// Limit is how many silent calls there may be to a hundred connected ones, over
	// the life of a campaign and of its ratio group; DayLimit the same on one day.
	Limit    CountParam `yaml:"limit"`
	DayLimit CountParam `yaml:"day_limit"`
	// StartCredit is how many silent calls a beginning may cost, before there are
	// enough connected ones to allow one.
	StartCredit CountParam `yaml:"start_credit"`
	// Hold is how long an INVITE may wait for a place before it is turned away: a
	// number that is refused is spent for the dialer's pass.
	Hold Span `yaml:"hold"`
	// Probe lets single calls go to find out whether anybody is there.
	Probe SwitchParam `yaml:"probe"`
}

func (p GateParams) idle() bool { return !p.Enforce }

// maxHold is the longest wait: our 100 stops retransmissions, but a person who dials
// by hand gives up, and a dialer's ring time runs.
const maxHold = 30 * time.Second

func (p GateParams) senses() (errs []error) {
	if p.Zone == (Zone{}) {
		errs = append(errs, wrong("zone", "missing; use a zone like Europe/Rome"))
	}
	for _, c := range []struct {
		name  string
		n     int
		least int
	}{{"limit", p.Limit.Value, 1}, {"day_limit", p.DayLimit.Value, 1}, {"start_credit", p.StartCredit.Value, 0}} {
		if c.n < c.least || c.n > 100 {
			errs = append(errs, wrong(c.name, fmt.Sprintf("must be %d to 100 silent calls", c.least)))
		}
	}
	if p.Hold.Value < 0 || p.Hold.Value > maxHold {
		errs = append(errs, wrong("hold", "must be 0s to 30s"))
	}
	return errs
}
