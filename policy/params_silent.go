package policy

// BarParams are the figures of rule bar: how long a number rests after a silent
// call. The bar ends at the end of the day that is Days after it, by the clock of
// Zone, and not before AtLeast has passed.
type BarParams struct {
	Basis   `yaml:",inline"`
	Zone    Zone       `yaml:"zone"`
	Days    CountParam `yaml:"days"`
	AtLeast Span       `yaml:"at_least"`
	Scope   ScopeParam `yaml:"scope"`
}

// OperatorParams are the figures of rule operator: for how many months after a
// silent call the next contact needs a guaranteed operator.
type OperatorParams struct {
	Basis  `yaml:",inline"`
	Months CountParam `yaml:"months"`
	// Reservation lets a dialer that cannot say so have its guaranteed contact: the
	// gate keeps an operator for it who is proven free (compliance.md 1.11).
	Reservation SwitchParam `yaml:"reservation"`
}

// SilentParams say what a silent call is.
type SilentParams struct {
	Basis `yaml:",inline"`
	// Limit is how long after the answer an operator must be heard.
	Limit Span `yaml:"limit"`
	// HungUp says where a callee counts who hangs up before that.
	HungUp HungUpParam `yaml:"hung_up"`
}

// CountParam is a figure that is a whole number.
type CountParam struct {
	Value int `yaml:"value"`
	Basis `yaml:",inline"`
}

// Scope says whom a bar binds (compliance.md 1.10).
type Scope uint8

// The scopes.
const (
	ScopeParties  Scope = iota + 1 // the call centre and the principal of the silent call
	ScopePlatform                  // everybody: needs a joint-controller agreement
)

// ScopeParam is a scope with its basis.
type ScopeParam struct {
	Value Scope `yaml:"value"`
	Basis `yaml:",inline"`
}

// HungUp says where a call counts whose callee hung up before the limit.
type HungUp uint8

// The choices.
const (
	HungUpApart  HungUp = iota + 1 // in a column of its own, neither A nor B
	HungUpSilent                   // as a silent call, class A
)

// HungUpParam is a choice with its basis.
type HungUpParam struct {
	Value HungUp `yaml:"value"`
	Basis `yaml:",inline"`
}
