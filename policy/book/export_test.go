package book

import "tregua/policy"

// PrincipalIDs returns the principals by name: nobody but tests needs all of
// them.
func (s *Snapshot) PrincipalIDs() map[string]policy.PrincipalID {
	ids := map[string]policy.PrincipalID{}
	for id, row := range s.entities.rows[kindPrincipal] {
		ids[row.Name] = policy.PrincipalID(id)
	}
	return ids
}
