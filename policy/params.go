package policy

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Binding says by what a figure binds: enforced by the profile of a country is
// law only; a code binds its adherents, practice nobody (compliance.md 1.13).
type Binding uint8

// The bindings.
const (
	BindingLaw Binding = iota + 1
	BindingCode
	BindingPractice
)

// Basis is where a rule or a figure comes from. Every section of a profile and
// every figure in it has one.
type Basis struct {
	Binding Binding `yaml:"binding"`
	Source  string  `yaml:"source"`
	AsOf    string  `yaml:"as_of"` // the day the source was read, 2006-01-02
}

// Span is a figure that is a duration, written with a unit ("360h").
type Span struct {
	Value time.Duration `yaml:"value"`
	Basis `yaml:",inline"`
}

// Params are the figures of the rules: one section a rule, under its name. A
// rule reads its own section only; contract and request are read where they
// lift what a rule found. The zero value is not valid.
type Params struct {
	Name      string         `yaml:"name"`
	Country   string         `yaml:"country"` // ISO 3166: whose law it is
	Also      []string       `yaml:"also"`    // further codes of the same law, as those of overseas territories
	Without   []string       `yaml:"without"` // rules that the country has no law for: they are not asked
	Shadow    []string       `yaml:"shadow"`  // rules that are not enforced unless somebody says so
	Clock     ClockParams    `yaml:"clock"`
	Emergency PlainParams    `yaml:"emergency"`
	Number    PlainParams    `yaml:"number"`
	Campaign  PlainParams    `yaml:"campaign"`
	Scanning  ScanningParams `yaml:"scanning"`
	Provider  PlainParams    `yaml:"provider"`
	List      PlainParams    `yaml:"list"`
	Blacklist PlainParams    `yaml:"blacklist"`
	Ground    GroundParams   `yaml:"ground"`
	Registry  RegistryParams `yaml:"registry"`
	Consent   ConsentParams  `yaml:"consent"`
	Hours     HoursParams    `yaml:"hours"`
	Bar       BarParams      `yaml:"bar"`
	Operator  OperatorParams `yaml:"operator"`
	Silent    SilentParams   `yaml:"silent"`

	Freshness  FreshnessParams  `yaml:"freshness"`
	Hold       PlainParams      `yaml:"hold"`
	Contract   ContractParams   `yaml:"contract"`
	Request    RequestParams    `yaml:"request"`
	Mandate    PlainParams      `yaml:"mandate"`
	CallCentre CallCentreParams `yaml:"callcentre"`
	CallerID   CallerIDParams   `yaml:"callerid"`
	Origin     OriginParams     `yaml:"origin"`
	Sector     SectorParams     `yaml:"sector"`
	Refusal    RefusalParams    `yaml:"refusal"`
	Frequency  FrequencyParams  `yaml:"frequency"`
	Gate       GateParams       `yaml:"gate"`
}

// PlainParams is the section of a rule without figures.
type PlainParams struct {
	Basis `yaml:",inline"`
}

// ClockParams say what is done while the clock is not synchronised: what lies
// closer than Margin to the edge of a period is refused.
type ClockParams struct {
	Basis  `yaml:",inline"`
	Margin Span `yaml:"margin"`
}

// RegistryParams are the figures of rule registry.
type RegistryParams struct {
	Basis `yaml:",inline"`
	// ValidFor is how long an answer holds, counted from the answer.
	ValidFor Span `yaml:"valid_for"`
	// ConsentOverOpposition says which consents outweigh an opposition.
	ConsentOverOpposition PrecedenceParam `yaml:"consent_over_opposition"`
}

// Precedence says when a consent outweighs an opposition (compliance.md 1.1).
type Precedence uint8

// The precedences.
const (
	OverFirst  Precedence = iota + 1 // given after the first answer of the unbroken run of opposed ones
	OverLatest                       // given after the newest opposed answer: each presumes a renewal
	OverNever                        // never
)

// PrecedenceParam is a precedence with its basis.
type PrecedenceParam struct {
	Value Precedence `yaml:"value"`
	Basis `yaml:",inline"`
}

// HoursParams are the figures of rule hours. Times are those of the called
// number's zone.
type HoursParams struct {
	Basis    `yaml:",inline"`
	Enforce  bool     `yaml:"enforce"`
	Zone     string   `yaml:"zone"`     // IANA zone for a number that has none
	Calendar string   `yaml:"calendar"` // ISO 3166: whose public holidays; "" none
	Weekday  Windows  `yaml:"weekday"`  // Monday to Friday
	Saturday Windows  `yaml:"saturday"`
	Sunday   Windows  `yaml:"sunday"`
	Eve      Windows  `yaml:"eve"`     // Monday to Saturday before a holiday; a Saturday must be open by both
	Holiday  Windows  `yaml:"holiday"` // on a holiday, Sundays included
	Holidays DaysList `yaml:"holidays"`
}

// Windows are the calling windows of a kind of day; none is closed all day.
type Windows struct {
	Value []Window `yaml:"value"`
	Basis `yaml:",inline"`
}

// DaysList is a list of further holidays.
type DaysList struct {
	Value []Day `yaml:"value"`
	Basis `yaml:",inline"`
}

// Validate returns every mistake of the figures, joined: each section and each
// figure in it has a basis, and no figure is senseless.
func (p *Params) Validate() error {
	var errs []error
	if p.Name == "" {
		errs = append(errs, errors.New("name: missing"))
	}
	for _, c := range p.Also {
		errs = append(errs, aCountry("also", c)...)
	}
	for s := range sections(p) {
		if !slices.Contains(p.Without, s.name) {
			errs = append(errs, mistakes(s.name, s.value)...)
		}
	}
	return errors.Join(errs...)
}

func (b Basis) validate() error {
	var errs []error
	if b.Binding < BindingLaw || b.Binding > BindingPractice {
		errs = append(errs, errors.New("binding: missing; use law, code or practice"))
	}
	if b.Source == "" {
		errs = append(errs, errors.New("source: missing"))
	}
	if _, err := time.Parse(time.DateOnly, b.AsOf); err != nil {
		errs = append(errs, fmt.Errorf("as_of %q: use a day like 2026-11-22", b.AsOf))
	}
	return errors.Join(errs...)
}

// Overlay returns p with the sections that o has (those with anything in them) in
// the place of its own, whole; Validate says what such a section lacks. The name becomes "p+o".
func (p Params) Overlay(o Params) Params {
	p.Name += "+" + o.Name
	if o.Shadow != nil {
		p.Shadow = o.Shadow
	}
	if o.Without != nil {
		p.Without = o.Without
	}
	mine := slices.Collect(sections(&p))
	for i, s := range slices.Collect(sections(&o)) {
		if !s.value.IsZero() {
			mine[i].value.Set(s.value)
		}
	}
	return p
}
