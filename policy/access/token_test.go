package access

import (
	"errors"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// TestTokenCheck holds which tokens may be made: a role has its tenant and no
// other.
func TestTokenCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token Token
		want  string // a part of the error, "" none
	}{
		"admin":                    {Token{Name: "a", Role: Admin}, ""},
		"admin of a principal":     {Token{Name: "a", Role: Admin, Principal: "p"}, "an admin has no principal"},
		"admin of a call centre":   {Token{Name: "a", Role: Admin, CallCentre: "c"}, "an admin has no principal"},
		"compliance":               {Token{Name: "a", Role: Compliance, Principal: "p"}, ""},
		"compliance of all":        {Token{Name: "a", Role: Compliance}, "name the principal"},
		"compliance of both":       {Token{Name: "a", Role: Compliance, Principal: "p", CallCentre: "c"}, "no call centre"},
		"supervisor":               {Token{Name: "a", Role: Supervisor, CallCentre: "c"}, ""},
		"supervisor of all":        {Token{Name: "a", Role: Supervisor}, "name the call centre"},
		"supervisor of both":       {Token{Name: "a", Role: Supervisor, Principal: "p", CallCentre: "c"}, "no principal"},
		"auditor of all":           {Token{Name: "a", Role: Auditor}, ""},
		"auditor of a principal":   {Token{Name: "a", Role: Auditor, Principal: "p"}, ""},
		"system":                   {Token{Name: "a", Role: System, Operations: []string{"x"}}, ""},
		"system without":           {Token{Name: "a", Role: System}, "names what it may do"},
		"auditor with operations":  {Token{Name: "a", Role: Auditor, Operations: []string{"x"}}, "leave them out"},
		"local":                    {Token{Name: "a", Role: Local}, "a token is admin, compliance, supervisor, auditor or system"},
		"no role":                  {Token{Name: "a"}, "a token is admin"},
		"no name":                  {Token{Role: Admin}, `name ""`},
		"a user's name":            {Token{Name: "0:root", Role: Admin}, `name "0:root"`},
		"a name that begins badly": {Token{Name: ".a", Role: Admin}, `name ".a"`},
		"a long name":              {Token{Name: strings.Repeat("a", 65), Role: Admin}, "64 at most"},
		"a moment left":            {Token{Name: "a", Role: Admin, Expires: noon.Add(1)}, ""},
		"over already":             {Token{Name: "a", Role: Admin, Expires: noon}, "is past"},
	} {
		err := c.token.Check(noon)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// TestTokenState holds when a token is good.
func TestTokenState(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		token Token
		want  error
	}{
		"for ever":            {Token{}, nil},
		"a moment left":       {Token{Expires: noon.Add(1)}, nil},
		"over now":            {Token{Expires: noon}, ErrExpired},
		"revoked":             {Token{Revoked: noon.Add(-1), Expires: noon.Add(1)}, ErrRevoked},
		"revoked and expired": {Token{Revoked: noon.Add(-1), Expires: noon}, ErrRevoked},
	} {
		if got := c.token.State(noon); !errors.Is(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestParseRole holds that every role of a token is read by its word, and that
// nobody gets the role of the machine's root by a token.
func TestParseRole(t *testing.T) {
	t.Parallel()
	for r := NoRole; r <= System+1; r++ {
		got, err := ParseRole(r.String())
		if token := r >= Admin && r <= System; token != (err == nil) || token && got != r {
			t.Errorf("%s: %v %v", r, got, err)
		}
	}
}

// FuzzDigest holds that what has a digest is a token as it was written, and one
// only.
func FuzzDigest(f *testing.F) {
	f.Add(Secret([SecretSize]byte{1, 2, 3}))
	f.Add("tregua_AAAA")
	f.Add("Bearer tregua_" + strings.Repeat("A", 43))
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := DigestOf(text); err != nil {
			if strings.Contains(err.Error(), text) && len(text) > len(secretMark) {
				t.Errorf("the error repeats %q", text)
			}
			return
		}
		if len(text) != len(secretMark)+43 || !strings.HasPrefix(text, secretMark) {
			t.Errorf("%q passes for a token", text)
		}
	})
}
