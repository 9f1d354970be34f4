package access

import (
	"fmt"
	"slices"
	"strings"
)

// Scope is who asks and whose data that one may see. What is outside of it does
// not exist for the caller. The zero value sees nothing.
type Scope struct {
	Actor      string // "0:root" (uid and name) or "token:NAME"
	Role       Role
	Principal  string   // "": every one, if the role may
	CallCentre string   // "": every one, if the role may
	Operations []string // of System: what it may do
}

// Whole reports whether the scope leaves nothing out.
func (s Scope) Whole() bool {
	switch s.Role {
	case Local, Admin:
		return true
	case Auditor, System:
		return s.Principal == "" && s.CallCentre == ""
	default: // the others have one tenant, and without it none
		return false
	}
}

// Takes reports whether what is a principal's and a call centre's lies in the
// scope; "" is what has none, and lies in whole scopes only.
func (s Scope) Takes(principal, callCentre string) bool {
	if s.Whole() {
		return true
	}
	if s.Role == NoRole || s.Principal == "" && s.CallCentre == "" {
		return false
	}
	return (s.Principal == "" || s.Principal == principal) && (s.CallCentre == "" || s.CallCentre == callCentre)
}

// Of tells people whose data the scope has: "all", "principal acme".
func (s Scope) Of() string {
	var parts []string
	if s.Principal != "" {
		parts = append(parts, "principal "+s.Principal)
	}
	if s.CallCentre != "" {
		parts = append(parts, "call centre "+s.CallCentre)
	}
	if s.Whole() {
		return "all"
	}
	if len(parts) == 0 {
		return "none"
	}
	return strings.Join(parts, ", ")
}

// May returns nil when the caller may do an operation that is for the roles,
// else an error that names the role needed. Local may do everything; a System
// may do what its list names, among what is for systems.
func (s Scope) May(operation string, roles Roles) error {
	switch {
	case s.Role == Local:
		return nil
	case s.Role == NoRole:
		return fmt.Errorf("%s needs the role %s", operation, roles)
	case !roles.Has(s.Role):
		return fmt.Errorf("the role %s may not do %s; it needs %s", s.Role, operation, roles)
	case s.Role == System && !slices.Contains(s.Operations, operation):
		return fmt.Errorf("this token may not do %s; it has the operations %s", operation, strings.Join(s.Operations, ", "))
	}
	return nil
}
