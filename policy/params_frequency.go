package policy

import "time"

// FrequencyParams are the figures of rule frequency: how often a person may be
// called. A cap of 0 is none. Counted is per person, over all numbers and lists,
// at one principal.
type FrequencyParams struct {
	Basis   `yaml:",inline"`
	Enforce bool `yaml:"enforce"`
	Zone    Zone `yaml:"zone"` // of a number that has none
	// Day and Month cap the attempts that rang, on a day of the person's and in
	// 30 days.
	Day   CountParam `yaml:"day"`
	Month CountParam `yaml:"month"`
	// Contacts caps the useful contacts in the time Within.
	Contacts CountParam `yaml:"contacts"`
	Within   Span       `yaml:"within"`
	// Own is the cap of a day up to which calls by contract, on request or of a
	// service campaign go whatever the others say (compliance.md 3.1).
	Own CountParam `yaml:"own"`
	// Contract says that calls by contract are among these: without it they are
	// held to the caps like any other.
	Contract SwitchParam `yaml:"contract"`
	// Talk is how long an operator must have spoken for a contact to be useful.
	Talk Span `yaml:"talk"`
}

// RefusalParams are the figures of rule refusal: how long a person is left alone
// who said "not now".
type RefusalParams struct {
	Basis   `yaml:",inline"`
	Enforce bool `yaml:"enforce"`
	Cooling Span `yaml:"cooling"`
}

// maxWithin is the longest window: what reached a person is not kept for longer.
const maxWithin = 30 * 24 * time.Hour

func (p FrequencyParams) idle() bool { return !p.Enforce }

func (p FrequencyParams) senses() (errs []error) {
	if p.Zone == (Zone{}) {
		errs = append(errs, wrong("zone", "missing; use a zone like Europe/Rome"))
	}
	for _, c := range []struct {
		name string
		n    int
	}{{"day", p.Day.Value}, {"month", p.Month.Value}, {"contacts", p.Contacts.Value}, {"own", p.Own.Value}} {
		if c.n < 0 || c.n > maxCap {
			errs = append(errs, wrong(c.name, "must be 0 (no cap) to 200"))
		}
	}
	if p.Within.Value <= 0 || p.Within.Value > maxWithin {
		errs = append(errs, wrong("within", "must be longer than nothing, and 720h at most"))
	}
	return append(errs, p.Talk.more("talk")...)
}

// maxCap is the highest cap: of a number the newest 255 rings are kept.
const maxCap = 200

func (p RefusalParams) idle() bool { return !p.Enforce }

func (p RefusalParams) senses() []error { return p.Cooling.more("cooling") }
