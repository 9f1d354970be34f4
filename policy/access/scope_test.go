package access

import "testing"

// TestScopeTakes holds what lies in a scope, of every role with every tenant.
func TestScopeTakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		scope Scope
		takes string // of acme/north, acme/south, beta/north, beta/south, -/north, -/-: one letter each
		of    string
	}{
		"nobody":                     {Scope{}, "------", "none"},
		"nobody with a principal":    {Scope{Principal: "acme"}, "------", "principal acme"},
		"local":                      {Scope{Role: Local}, "yyyyyy", "all"},
		"admin":                      {Scope{Role: Admin}, "yyyyyy", "all"},
		"compliance":                 {Scope{Role: Compliance, Principal: "acme"}, "yy----", "principal acme"},
		"compliance of nobody":       {Scope{Role: Compliance}, "------", "none"},
		"supervisor":                 {Scope{Role: Supervisor, CallCentre: "north"}, "y-y-y-", "call centre north"},
		"supervisor of nobody":       {Scope{Role: Supervisor}, "------", "none"},
		"auditor":                    {Scope{Role: Auditor}, "yyyyyy", "all"},
		"auditor of a principal":     {Scope{Role: Auditor, Principal: "beta"}, "--yy--", "principal beta"},
		"system":                     {Scope{Role: System}, "yyyyyy", "all"},
		"system of a call centre":    {Scope{Role: System, CallCentre: "south"}, "-y-y--", "call centre south"},
		"system of both":             {Scope{Role: System, Principal: "beta", CallCentre: "north"}, "--y---", "principal beta, call centre north"},
		"a role that does not exist": {Scope{Role: System + 1}, "------", "none"},
	} {
		var letters []byte
		for _, of := range [][2]string{{"acme", "north"}, {"acme", "south"}, {"beta", "north"}, {"beta", "south"}, {"", "north"}, {"", ""}} {
			if c.scope.Takes(of[0], of[1]) {
				letters = append(letters, 'y')
			} else {
				letters = append(letters, '-')
			}
		}
		got := string(letters)
		if got != c.takes || c.scope.Of() != c.of || c.scope.Whole() != (c.takes == "yyyyyy") {
			t.Errorf("%s: takes %s, whole %v, of %q; want %s, %q", name, got, c.scope.Whole(), c.scope.Of(), c.takes, c.of)
		}
	}
}

// FuzzScope holds that a narrow scope never takes what another tenant of both
// kinds has, and that nothing but a whole one takes what nobody has.
func FuzzScope(f *testing.F) {
	f.Add(uint8(Compliance), "acme", "", "beta", "north")
	f.Add(uint8(Supervisor), "", "north", "acme", "")
	f.Fuzz(func(t *testing.T, role uint8, principal, callCentre, p, c string) {
		s := Scope{Role: Role(role), Principal: principal, CallCentre: callCentre}
		if s.Whole() {
			return
		}
		if s.Takes("", "") {
			t.Errorf("%+v takes what is nobody's", s)
		}
		if s.Takes(p, c) && (principal != "" && p != principal || callCentre != "" && c != callCentre) {
			t.Errorf("%+v takes %q/%q", s, p, c)
		}
	})
}

// TestMay holds who may do what, and that a refusal names the role needed.
func TestMay(t *testing.T) {
	t.Parallel()
	roles := Of(Compliance, System)
	for name, c := range map[string]struct {
		scope Scope
		roles Roles
		want  string
	}{
		"local":               {Scope{Role: Local}, 0, ""},
		"the role":            {Scope{Role: Compliance}, roles, ""},
		"another role":        {Scope{Role: Admin}, roles, "the role admin may not do export; it needs compliance or system"},
		"nobody":              {Scope{}, roles, "export needs the role compliance or system"},
		"for nobody":          {Scope{Role: Admin}, 0, "the role admin may not do export; it needs "},
		"system with it":      {Scope{Role: System, Operations: []string{"export"}}, roles, ""},
		"system without it":   {Scope{Role: System, Operations: []string{"a", "b"}}, roles, "this token may not do export; it has the operations a, b"},
		"system, not for one": {Scope{Role: System, Operations: []string{"export"}}, Of(Admin), "the role system may not do export; it needs admin"},
	} {
		got := ""
		if err := c.scope.May("export", c.roles); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := Of(Admin, Compliance, System).String(); got != "admin, compliance or system" {
		t.Errorf("roles: %s", got)
	}
}
