package policy

// GroundParams are the figures of rule ground.
type GroundParams struct {
	Basis `yaml:",inline"`
	// Directory says that whoever has not objected may be called: without it a
	// call needs a consent, a contract where that is a ground, or a request.
	Directory SwitchParam `yaml:"directory"`
}

// FreshnessParams are the figures of rule freshness.
type FreshnessParams struct {
	Basis `yaml:",inline"`
	// StaleAfter is how long a blacklist may be relied on after it was
	// synchronised.
	StaleAfter Span `yaml:"stale_after"`
}

// ConsentParams are the figures of rule consent.
type ConsentParams struct {
	Basis `yaml:",inline"`
	// MaxHops is how many hand-overs there may be between who took a consent
	// and the principal.
	MaxHops CountParam `yaml:"max_hops"`
	// WarnMonths is the age from which the trail says that a consent is old;
	// 0: it never does.
	WarnMonths CountParam `yaml:"warn_months"`
	// EndMonths is the age after which a consent does not hold; 0: it has none.
	EndMonths CountParam `yaml:"end_months"`
	// RefusalEnds says that a refusal ends the consents given before it.
	RefusalEnds SwitchParam `yaml:"refusal_ends"`
}

// ContractParams are the figures of the ground contract.
type ContractParams struct {
	Basis `yaml:",inline"`
	// Ground says that a contract is a ground at all.
	Ground SwitchParam `yaml:"ground"`
	// Grace is how long a contract is a ground after its end.
	Grace Span `yaml:"grace"`
}

// RequestParams are the figures of the ground request.
type RequestParams struct {
	Basis `yaml:",inline"`
	// Around is how far from the time agreed on a call is still the one that
	// was asked for, before it and after it.
	Around Span `yaml:"around"`
}

// SwitchParam is a figure that is yes or no.
type SwitchParam struct {
	Value bool `yaml:"value"`
	Basis `yaml:",inline"`
}

func (p FreshnessParams) senses() []error { return p.StaleAfter.more("stale_after") }

func (p ConsentParams) senses() (errs []error) {
	if p.MaxHops.Value < 0 {
		errs = append(errs, wrong("max_hops", "must not be negative"))
	}
	if p.WarnMonths.Value < 0 || p.EndMonths.Value < 0 {
		errs = append(errs, wrong("", "warn_months and end_months must not be negative"))
	}
	return errs
}

func (p ContractParams) senses() (errs []error) {
	if p.Grace.Value < 0 {
		errs = append(errs, wrong("grace", "must not be negative"))
	}
	return errs
}

func (p RequestParams) senses() []error { return p.Around.more("around") }
