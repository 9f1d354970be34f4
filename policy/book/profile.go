package book

import (
	"slices"
	"strings"

	"tregua/policy"
)

// Profile is a profile of the policy by its name, and whose law it is.
type Profile struct{ Name, Country string }

// judgedBy returns the profile for a call: the law is that of the country of the
// called person. The principal's own goes first where it is of that country, and
// the node's own where no other is.
func (s *Snapshot) judgedBy(p policy.PrincipalID, country string) string {
	own := s.entities.rows[kindPrincipal][uint32(p)].Profile
	if slices.Contains(s.profiles, Profile{own, country}) {
		return own
	}
	if i := slices.IndexFunc(s.profiles, func(o Profile) bool { return o.Country == country }); i >= 0 {
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
