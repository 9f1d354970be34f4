// Package access says who may do what: roles, the scope of a caller, tokens,
// access records and operations that need two persons (compliance.md 1.9). It
// is pure; policy/access/register keeps the rows.
package access

import (
	"fmt"
	"strings"
)

// Role is what a caller is.
type Role uint8

// The roles.
const (
	NoRole     Role = iota // nobody: may do nothing and sees nothing
	Local                  // root of the machine or the daemon's own user, at the admin socket; no token has it
	Admin                  // infrastructure, all tenants; reads no numbers
	Compliance             // one principal, all its call centres
	Supervisor             // one call centre, its calls only
	Auditor                // reads; a data protection officer too
	System                 // a program, with a list of operations
)

// roleWords are the words of the roles, in their order.
var roleWords = [...]string{"none", "local", "admin", "compliance", "supervisor", "auditor", "system"}

// String returns the word.
func (r Role) String() string {
	if int(r) < len(roleWords) {
		return roleWords[r]
	}
	return fmt.Sprintf("role %d", uint8(r))
}

// ParseRole reads the role of a token.
func ParseRole(text string) (Role, error) {
	for r := Admin; r <= System; r++ {
		if r.String() == text {
			return r, nil
		}
	}
	return NoRole, fmt.Errorf("role %q: it is %s", text, Of(Admin, Compliance, Supervisor, Auditor, System))
}

// Roles is a set of roles.
type Roles uint8

// Of returns the set of the roles.
func Of(roles ...Role) (set Roles) {
	for _, r := range roles {
		set |= 1 << r
	}
	return set
}

// Has reports whether r is in the set.
func (s Roles) Has(r Role) bool { return s&(1<<r) != 0 }

// String names the roles as people read them: "admin or compliance".
func (s Roles) String() string {
	var words []string
	for r := Local; r <= System; r++ {
		if s.Has(r) {
			words = append(words, r.String())
		}
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}
