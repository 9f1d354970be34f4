package book

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"tregua/policy"
)

// Provider is who sells or gives numbers.
type Provider struct {
	Name      string
	Contact   string
	Suspended time.Time // since when; zero: it is not
	Because   string    // why it was suspended, or resumed
	Rows      int64     // of the versions in force and those that wait
	Campaigns []string  // that may call a list with rows of it
}

// Providers returns every provider, by name, and what of a principal's lists
// rests on it; "" is every principal.
func (s *Snapshot) Providers(of string) []Provider {
	all := make([]Provider, 0, len(s.entities.rows[kindProvider]))
	for id, row := range s.entities.rows[kindProvider] {
		p := Provider{Name: row.Name, Contact: row.Contact, Suspended: row.Suspended.time(), Because: row.Because}
		resting := map[policy.ListID]bool{}
		for _, version := range s.versions(of) {
			rows := version.list.rowsOf(policy.ProviderID(id))
			p.Rows += rows
			resting[policy.ListID(version.Scope)] = resting[policy.ListID(version.Scope)] || rows > 0
		}
		for _, c := range s.ordered {
			if slices.ContainsFunc(s.listsOf(c.ID), func(l policy.ListID) bool { return resting[l] }) {
				p.Campaigns = append(p.Campaigns, c.Name)
			}
		}
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Provider) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// ServedBy returns the principals who have to do with a provider, by name: a list
// of theirs names it or has rows of it, or consents of theirs are of it.
func (s *Snapshot) ServedBy(provider string) (principals []string) {
	id, _, ok := s.entities.get(kindProvider, provider)
	if !ok {
		return nil
	}
	for list, row := range s.entities.rows[kindList] { // order: sorted below
		served := row.Provider == policy.ProviderID(id)
		l := s.contacts[policy.ListID(list)]
		for _, version := range []*loadedPart{l.approved, l.pending} {
			served = served || version != nil && version.err == nil && version.list.rowsOf(policy.ProviderID(id)) > 0
		}
		if served {
			principals = append(principals, s.PrincipalName(row.Principal))
		}
	}
	for principal, consents := range s.people[Consents] { // order: sorted below
		if slices.ContainsFunc(consents.parts, func(p *loadedPart) bool { return slices.Contains(p.manifest.Providers, policy.ProviderID(id)) }) {
			principals = append(principals, s.PrincipalName(principal))
		}
	}
	slices.Sort(principals)
	return slices.Compact(principals)
}

// versions are the list versions of a principal that could be read, by their
// parts; "" is every principal.
func (s *Snapshot) versions(of string) (all []*loadedPart) {
	for id, l := range s.contacts {
		if of != "" && s.PrincipalName(s.entities.rows[kindList][uint32(id)].Principal) != of {
			continue
		}
		for _, version := range []*loadedPart{l.approved, l.pending} {
			if version != nil && version.err == nil {
				all = append(all, version)
			}
		}
	}
	slices.SortFunc(all, func(a, b *loadedPart) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// SuspendProvider refuses, from when it returns, every number whose only ground
// comes from a provider. One that is suspended already keeps its date.
func (b *Book) SuspendProvider(actor, name, because string) (Provider, error) {
	return b.setProvider(actor, name, because, true)
}

// ResumeProvider takes a suspension back.
func (b *Book) ResumeProvider(actor, name, because string) (Provider, error) {
	return b.setProvider(actor, name, because, false)
}

func (b *Book) setProvider(actor, name, because string, suspend bool) (Provider, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	id, row, ok := b.entities.get(kindProvider, name)
	switch {
	case !ok:
		return Provider{}, unknown("there is no provider %q: apply it first", name)
	case strings.TrimSpace(because) == "":
		return Provider{}, wrong("provider %s: say why: the history keeps it", name)
	case len(because) > maxContact:
		return Provider{}, wrong("provider %s: the reason has %d bytes: %d at most", name, len(because), maxContact)
	}
	cause := "provider resume "
	after := row
	after.Because, after.Suspended = because, 0
	if suspend {
		cause, after.Suspended = "provider suspend ", cmp.Or(row.Suspended, instantOf(b.stamp()))
	}
	if suspend != (row.Suspended != 0) {
		if _, err := b.edit(kindProvider, id, after, b.parts, actor, cause+name); err != nil {
			return Provider{}, err
		}
	}
	all := b.current.Load().Providers("")
	return all[slices.IndexFunc(all, func(p Provider) bool { return p.Name == name })], nil
}
