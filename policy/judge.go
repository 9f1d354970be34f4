package policy

import (
	"errors"
	"fmt"
	"slices"
)

// Needs is a set of facts.
type Needs uint16

// The facts a rule can need.
const (
	NeedsBlacklist Needs = 1 << iota
	NeedsRegistry
	NeedsConsent
	NeedsBar
	NeedsMandate
	NeedsCallCentre
	NeedsCaller
	NeedsList
	NeedsHold
	NeedsContract
	NeedsRequest
	NeedsRefusal
	NeedsRings
	NeedsGate
)

// Marks that a rule may set as the reason of its finding. Judge turns them
// into what is recorded; they never leave it.
const (
	// Passes is the mark of a pass rule: the call is allowed, judging ends.
	Passes Reason = 0xFFFF - iota
	// NotRead is the mark of a rule that needs a fact that is Unknown. It
	// refuses with the reason of the fault that kept the fact from being had.
	NotRead
)

// Rule is one rule of the policy. Judge is a pure function of its arguments; it
// allocates nothing but a note that names a time, and its finding's Rule is
// filled by the policy. It abstains with a Finding whose Reason is OK.
type Rule struct {
	Name    string
	Law     string   // what it rests on
	Reasons []Reason // every reason it can refuse with
	Needs   Needs    // every fact it can look at
	Judge   func(*Params, *Attempt, *Facts) Finding
}

// Table is the rules of the five steps, each step in order: lasting reasons
// before passing ones, so that the dialer hears the most lasting answer.
type Table struct {
	Pass   []Rule // an allow that ends judging
	Veto   []Rule
	Ground []Rule
	NotNow []Rule
	Pace   []Rule // they reserve: asked only for a call that would go
}

// Rules returns every rule in the order of judging.
func (t Table) Rules() []Rule {
	var all []Rule
	for _, step := range [][]Rule{t.Pass, t.Veto, t.Ground, t.NotNow, t.Pace} {
		all = append(all, step...)
	}
	return all
}

// Policy is a table of rules with the figures of its profiles. It is immutable
// and may be used from many goroutines.
type Policy struct {
	pass, ask, pace []Rule
	params          []Params
}

// New makes a policy of a table, the profile p, and more profiles for attempts
// that name another one. The error joins every mistake found.
func New(t Table, p Params, more ...Params) (*Policy, error) {
	pol := &Policy{pass: t.Pass, pace: t.Pace, params: append([]Params{p}, more...)}
	for _, step := range [][]Rule{t.Veto, t.Ground, t.NotNow} {
		pol.ask = append(pol.ask, step...)
	}
	var errs []error
	seen := map[string]bool{}
	for i, r := range t.Rules() {
		switch {
		case r.Name == "":
			errs = append(errs, fmt.Errorf("rule %d has no name", i))
		case r.Judge == nil:
			errs = append(errs, fmt.Errorf("rule %q has no judge", r.Name))
		case seen[r.Name]:
			errs = append(errs, fmt.Errorf("rule %q stands twice in the table", r.Name))
		}
		seen[r.Name] = true
	}
	names := map[string]bool{}
	for i := range pol.params {
		q := &pol.params[i]
		if err := q.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("profile %q: %w", q.Name, err))
		}
		if names[q.Name] {
			errs = append(errs, fmt.Errorf("profile %q is given twice", q.Name))
		}
		names[q.Name] = true
		for _, name := range slices.Concat(q.Without, q.Shadow) {
			if !seen[name] {
				errs = append(errs, fmt.Errorf("profile %q: there is no rule %q to leave out or show in shadow", q.Name, name))
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return pol, nil
}

// Judge decides. It is a pure function of its arguments (design.md section 6):
// a pass rule ends judging; vetoes, ground and not-now all run, the first
// refusal in table order is the reason and the others stand in the trail; pace
// is asked only if nothing refused. It allocates the trail and, but for the
// notes of rules, nothing else.
func (p *Policy) Judge(a *Attempt, f *Facts) Decision {
	d := Decision{Verdict: Allow, Trail: make([]Finding, 0, len(p.pass)+len(p.ask)+len(p.pace))}
	par, known := p.profile(a.Profile)
	for i := range p.pass {
		r := &p.pass[i]
		found := r.Judge(par, a, f)
		found.Rule = r.Name
		passes := found.Reason == Passes
		found.Reason = OK
		d.Trail = append(d.Trail, found)
		if passes {
			d.Rule = r.Name
			return d
		}
	}
	if !known {
		d.hear(par, a, f, "profile", Finding{Reason: DataBad, Note: "no such profile"})
	}
	for i := range p.ask {
		if r := &p.ask[i]; !slices.Contains(par.Without, r.Name) {
			d.hear(par, a, f, r.Name, r.Judge(par, a, f))
		}
	}
	for i := 0; i < len(p.pace) && d.Verdict == Allow; i++ {
		if r := &p.pace[i]; !slices.Contains(par.Without, r.Name) {
			d.hear(par, a, f, r.Name, r.Judge(par, a, f))
		}
	}
	if d.Verdict != Allow {
		d.Claim = NoClaim
	}
	return d
}

// hear enters what a rule found into the trail and, if it is the first refusal
// that is enforced, makes it the decision.
func (d *Decision) hear(p *Params, a *Attempt, f *Facts, rule string, found Finding) {
	found.Rule = rule
	switch found.Reason {
	case Passes: // only a rule of the pass step may lift the others
		found.Reason = OK
	case NotRead:
		found.Reason = f.Fault.Reason()
		if found.Note == "" {
			found.Note = "not read"
		}
		// Without a fault the fact was not looked for. That is in order when
		// an earlier rule has refused already, and a gap of ours otherwise.
		if found.Reason == OK && d.Verdict == Allow {
			found.Reason = DataBad
		}
	default:
	}
	if found.Reason != OK {
		found.Shadow = found.Shadow || f.Rollout.spares(p, rule, a, f.Lot)
	}
	d.Trail = append(d.Trail, found)
	if found.Shadow {
		return // what it found is told, and decides nothing
	}
	d.Claim = max(d.Claim, found.Claim)
	if found.Reason != OK && d.Verdict == Allow {
		d.Verdict, d.Rule, d.Reason = Refuse, rule, found.Reason
	}
}

// Enforces reports whether a refusal of a rule would decide on an attempt.
func (p *Policy) Enforces(rule string, a *Attempt, f *Facts) bool {
	par, _ := p.profile(a.Profile)
	return !slices.Contains(par.Without, rule) && !f.Rollout.spares(par, rule, a, f.Lot)
}

// profile returns the profile of that name, the first one for no name. For a
// name that is not there it returns the first one and false.
func (p *Policy) profile(name string) (*Params, bool) {
	for i := range p.params {
		if p.params[i].Name == name {
			return &p.params[i], true
		}
	}
	return &p.params[0], name == ""
}
