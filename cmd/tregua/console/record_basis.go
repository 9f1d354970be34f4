package console

import (
	"tregua/policy"
	"tregua/policy/access"
)

// Figure is one figure of a rule, with its source.
type Figure struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Binding string `json:"binding" doc:"law, code or practice"`
	Source  string `json:"source"`
	AsOf    string `json:"as_of" doc:"the day the source was read"`
}

// FactSource is the import that a fact came from.
type FactSource struct {
	Fact   string `json:"fact" doc:"list, registry, consent or contract"`
	Import uint32 `json:"import"`
	Source string `json:"source,omitempty" doc:"its file; left out when it is in force no more"`
}

// basis adds what each rule rests on to its finding: the law of the profile, the
// facts that it can look at and its figures, as they are in force now.
func (c *Console) basis(profile string, trail []Finding) {
	for i := range trail {
		f := &trail[i]
		if c.config.Law != nil {
			f.Law = c.config.Law(profile, f.Rule)
		}
		if c.config.Basis == nil {
			continue
		}
		needs, figures := c.config.Basis(profile, f.Rule)
		f.Looked = needs.Names()
		for _, one := range figures {
			f.Figures = append(f.Figures, Figure{one.Name, one.Value, one.Binding.String(), one.Source, one.AsOf})
		}
	}
}

// sources names the imports that facts came from.
func (c *Console) sources(scope access.Scope, f *policy.Facts) (list []FactSource) {
	names := c.config.Book.Names(scope)
	for _, one := range []struct {
		fact  string
		known policy.Known
		part  uint32
	}{
		{"list", f.List.Known, f.List.Part},
		{"registry", f.Registry.Known, f.Registry.Submission},
		{"consent", f.Consent.Known, f.Consent.Part},
		{"contract", f.Contract.Known, f.Contract.Part},
	} {
		if one.known == policy.Present && one.part != 0 {
			list = append(list, FactSource{one.fact, one.part, sourceFor(scope, names.Source(one.part))})
		}
	}
	return list
}
