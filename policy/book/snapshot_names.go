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
