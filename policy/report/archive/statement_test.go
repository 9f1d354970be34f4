package archive

import (
	"crypto/ed25519"
	"strings"
	"testing"
)

// TestStatement: a report that was signed verifies, and nothing else does.
func TestStatement(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	a := &Archive{config: Config{Sign: func(text []byte) []byte { return ed25519.Sign(private, text) }}}
	text := a.Sign("2026-11/day-2026-11-22-r1.json", []byte("report")).String()
	s, err := ReadStatement(text)
	if err != nil {
		t.Fatal(err)
	}
	verify := func(text, signature []byte) bool { return ed25519.Verify(public, text, signature) }
	if err := s.Verify([]byte("report"), verify); err != nil || s.File != "2026-11/day-2026-11-22-r1.json" {
		t.Errorf("%+v: %v", s, err)
	}
	other := s
	other.File = "2026-11/day-2026-11-23-r1.json"
	broken := s
	broken.Signature = "?"
	for name, c := range map[string]struct {
		s    Statement
		data string
		want string
	}{
		"another report":    {s, "Report", "it is not the report that was signed as 2026-11/day-2026-11-22-r1.json"},
		"another name":      {other, "report", "not of this key"},
		"no base64":         {broken, "report", "not of this key"},
		"without signature": {Statement{File: s.File, Digest: s.Digest}, "report", "not of this key"},
	} {
		if err := c.s.Verify([]byte(c.data), verify); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, bad := range []string{"", "x", strings.TrimSuffix(text, "\n"), text + "x", strings.Replace(text, "report", "letter", 1)} {
		if _, err := ReadStatement(bad); err == nil {
			t.Errorf("%q is read", bad)
		}
	}
}
