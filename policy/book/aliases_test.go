package book_test

import (
	"errors"
	"strings"
	"testing"

	"tregua/policy/book"
)

const aliased = `
campaigns:
  - {name: energia, principal: acme, call_centre: ccx, account: acme-rpo, purpose: energy, channel: operator, ground: directory, aliases: [SALES, "Energia Q4"]}
  - {name: fibra, principal: acme, call_centre: ccx, account: acme-rpo, purpose: fibre, channel: operator, ground: consent, aliases: FIBRE}
  - {name: gas, principal: acme, call_centre: ccy, account: acme-rpo, purpose: energy, channel: automated, ground: directory, aliases: SALES}
`

// TestAliases: what a call centre calls its campaigns is each one's own there.
func TestAliases(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ old, with, wrong string }{
		{"", "", ""},
		{"aliases: FIBRE", "aliases: [SALES]", `4:135: alias "SALES" is one of campaign acme/energia of the same call centre: give one of them another, or close it`},
		{"aliases: FIBRE", "aliases: SALES, closed: true", ""},
		{"aliases: FIBRE", "aliases: [A, A]", `alias "A" stands twice`},
		{"aliases: FIBRE", "aliases: acme/energia", `alias "acme/energia" reads as the name of a campaign: write what the dialer calls it, or nothing`},
		{"aliases: FIBRE", "aliases: \"\"", `alias "": write 1 to 63 bytes without control characters`},
		{"aliases: FIBRE", "aliases: " + strings.Repeat("x", 64), "write 1 to 63 bytes"},
		{"aliases: FIBRE", "aliases: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]", "17 aliases are too many: 16 at most"},
	} {
		d := openAcme(t)
		text := strings.Replace(aliased, c.old, c.with, 1)
		_, err := d.Apply(t.Context(), "anna", []byte(text), false)
		if (err == nil) != (c.wrong == "") || err != nil && (!errors.Is(err, book.ErrInput) || !strings.Contains(err.Error(), c.wrong)) {
			t.Errorf("%s: %v, want %q", c.with, err, c.wrong)
		}
	}
}

// TestAliasReopened: who opens a campaign again must give it another alias when
// its own has gone to another.
func TestAliasReopened(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	closed := strings.Replace(aliased, "aliases: FIBRE", "aliases: SALES, closed: true", 1)
	d.apply(closed)
	_, err := d.Apply(t.Context(), "anna", []byte(strings.Replace(closed, ", closed: true", "", 1)), false)
	if err == nil || strings.Count(err.Error(), "is one of campaign") != 2 {
		t.Errorf("a second open campaign with the alias: %v", err)
	}
	history, err := d.History("campaign", "acme/energia")
	if err != nil || len(history) == 0 || history[0].Change != "aliases: none -> SALES, Energia Q4" {
		t.Errorf("history %+v, %v", history, err)
	}
}
