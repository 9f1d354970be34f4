package book

import "tregua/policy"

// PrincipalName returns the name of a principal, "" if there is none.
func (s *Snapshot) PrincipalName(id policy.PrincipalID) string {
	return s.entities.rows[kindPrincipal][uint32(id)].Name
}

// CallCentreName returns the name of a call centre, "" if there is none.
func (s *Snapshot) CallCentreName(id policy.CallCentreID) string {
	return s.entities.rows[kindCallCentre][uint32(id)].Name
}

// ProviderName returns the name of a provider, "" if there is none.
func (s *Snapshot) ProviderName(id policy.ProviderID) string {
	return s.entities.rows[kindProvider][uint32(id)].Name
}

// Group returns who stands behind a ratio group, "" and "" if there is none.
func (s *Snapshot) Group(id policy.GroupID) (principal, callCentre string) {
	row := s.entities.rows[kindGroup][uint32(id)]
	return s.PrincipalName(row.Principal), s.CallCentreName(row.CallCentre)
}

// AccountPrincipal returns whose the registry account of a name is, "" if there
// is none.
func (s *Snapshot) AccountPrincipal(account string) string {
	_, row, _ := s.entities.get(kindAccount, account)
	return s.PrincipalName(row.Principal)
}

// SubmissionPrincipal returns whose the account that a submission asks under is,
// "" if there is no such submission. It needs none of its numbers.
func (s *Snapshot) SubmissionPrincipal(id uint32) string {
	for _, p := range s.parts {
		if p.ID == id && p.Kind == Submissions {
			return s.principalOf(policy.AccountID(p.Scope))
		}
	}
	return ""
}

// CallCentreID returns the id of the call centre of a name.
func (s *Snapshot) CallCentreID(name string) (policy.CallCentreID, bool) {
	id, _, ok := s.entities.get(kindCallCentre, name)
	return policy.CallCentreID(id), ok
}

// PrincipalIDs returns all principals by name.
func (s *Snapshot) PrincipalIDs() map[string]policy.PrincipalID {
	ids := map[string]policy.PrincipalID{}
	for id, row := range s.entities.rows[kindPrincipal] { // order: a map has none
		ids[row.Name] = policy.PrincipalID(id)
	}
	return ids
}

// HasPrincipal reports whether there is a principal of the name.
func (s *Snapshot) HasPrincipal(name string) bool {
	_, _, ok := s.entities.get(kindPrincipal, name)
	return ok
}

// HasCallCentre reports whether there is a call centre of the name.
func (s *Snapshot) HasCallCentre(name string) bool {
	_, _, ok := s.entities.get(kindCallCentre, name)
	return ok
}
