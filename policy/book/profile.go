package book

import (
	"slices"
	"strings"

	"tregua/policy"
)

// Profile is a profile of the policy by its name, and whose law it is.
type Profile struct {
	Name, Country string
	Also          []string               // further countries of that law
	CallerID      *policy.CallerIDParams // which caller ids stand; nil: those that were notified
}

func (p *Profile) isOf(country string) bool {
	return p.Country == country || slices.Contains(p.Also, country)
}

// callerIDs says which caller ids stand where nothing else is said.
var callerIDs = policy.CallerIDParams{Notified: policy.SwitchParam{Value: true}}

// callerIDs returns what is asked of caller ids by the profile of that name.
func (s *Snapshot) callerIDs(profile string) *policy.CallerIDParams {
	for i := range s.profiles {
		if p := &s.profiles[i]; p.Name == profile && p.CallerID != nil {
			return p.CallerID
		}
	}
	return &callerIDs
}

// judgedBy returns the profile for a call: the law is that of the country of the
// called person. The principal's own goes first where it is of that country, and
// the node's own where no other is.
func (s *Snapshot) judgedBy(p policy.PrincipalID, country string) string {
	own := s.entities.rows[kindPrincipal][uint32(p)].Profile
	if slices.ContainsFunc(s.profiles, func(o Profile) bool { return o.Name == own && o.isOf(country) }) {
		return own
	}
	if i := slices.IndexFunc(s.profiles, func(o Profile) bool { return o.isOf(country) }); i >= 0 {
		return s.profiles[i].Name
	}
	if len(s.profiles) == 0 {
		return ""
	}
	return s.profiles[0].Name
}

// profile reads the profile of a principal.
func (w *work) profile(it item) string {
	field, ok := it.field("profile")
	if !ok {
		return ""
	}
	names := make([]string, len(w.profiles))
	for i, p := range w.profiles {
		names[i] = p.Name
	}
	if !slices.Contains(names, field.text) {
		w.mistakes.add(field.position, "there is no profile %q: the config (policy) has %s", field.text, strings.Join(names, ", "))
		return ""
	}
	return field.text
}
