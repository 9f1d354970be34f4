package book

import (
	"cmp"
	"slices"

	"tregua/policy"
)

// Number reads a number that a person wrote, as files are read.
func (s *Snapshot) Number(text string) (policy.Number, error) {
	n, _, err := s.reading.number(text)
	return n, err
}

// Campaigns returns every campaign, closed ones too, by name. The slice must
// not be changed.
func (s *Snapshot) Campaigns() []Campaign { return s.ordered }

// Campaign returns the campaign "principal/campaign".
func (s *Snapshot) Campaign(name string) (Campaign, bool) {
	c, ok := s.campaigns[policy.CampaignID(s.entities.ids[kindCampaign][name])]
	return c, ok
}

// CampaignsOf returns the campaigns of a principal that are not closed, by
// name.
func (s *Snapshot) CampaignsOf(p policy.PrincipalID) []Campaign {
	var of []Campaign
	for _, c := range s.ordered {
		if c.Principal == p && !c.Closed {
			of = append(of, c)
		}
	}
	return of
}

// Principal is one principal.
type Principal struct {
	ID   policy.PrincipalID
	Name string
}

// Principals returns every principal, by name.
func (s *Snapshot) Principals() []Principal {
	all := make([]Principal, 0, len(s.entities.rows[kindPrincipal]))
	for id, row := range s.entities.rows[kindPrincipal] {
		all = append(all, Principal{ID: policy.PrincipalID(id), Name: row.Name})
	}
	slices.SortFunc(all, func(a, b Principal) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// PrincipalName returns the name of a principal, "" if there is none.
func (s *Snapshot) PrincipalName(id policy.PrincipalID) string {
	return s.entities.rows[kindPrincipal][uint32(id)].Name
}

// AccountName returns the name of a registry account, "" if there is none.
func (s *Snapshot) AccountName(id policy.AccountID) string {
	return s.entities.rows[kindAccount][uint32(id)].Name
}

// Parts returns the parts in force, in the order of their ids. The slice must
// not be changed.
func (s *Snapshot) Parts() []Part { return s.parts }

// Source says for people where a part came from: "import 7 dnc.csv"; "" if it
// is not in force.
func (s *Snapshot) Source(part uint32) string {
	at, ok := slices.BinarySearchFunc(s.parts, part, func(p Part, id uint32) int { return cmp.Compare(p.ID, id) })
	if !ok {
		return ""
	}
	return s.parts[at].source()
}
