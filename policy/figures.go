package policy

// Params returns the figures of a profile, those of the first one for no name
// or one that is not there, as [Policy.Judge] uses them. They must not be
// changed.
func (p *Policy) Params(profile string) *Params {
	params, _ := p.profile(profile)
	return params
}
