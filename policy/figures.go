package policy

// Params returns the figures of a profile, those of the first one for no name
// or one that is not there, as [Policy.Judge] uses them. They must not be
// changed.
func (p *Policy) Params(profile string) *Params {
	params, _ := p.profile(profile)
	return params
}

// Law says what a rule rests on in a profile: the source of its section. It is ""
// for a profile that is not there, and for a rule without a section.
func (p *Policy) Law(profile, rule string) string {
	params, known := p.profile(profile)
	if !known {
		return ""
	}
	for s := range sections(params) {
		if s.name == rule {
			return basisOf(s.value).Source
		}
	}
	return ""
}
