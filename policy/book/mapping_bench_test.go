package book_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/mapping"
)

// BenchmarkByList maps a call by the lists of 1,000 campaigns of one call centre,
// of 2,000 numbers each.
func BenchmarkByList(b *testing.B) {
	const campaigns, rows = 1000, 2000
	d := openMapped(b, book.Trunk{Rules: []mapping.Rule{{By: mapping.ByList}}})
	var text strings.Builder
	text.WriteString("lists:\n")
	for c := range campaigns {
		fmt.Fprintf(&text, "  - {name: l%d, principal: acme, origin: own_form}\n", c)
	}
	text.WriteString("campaigns:\n")
	for c := range campaigns {
		fmt.Fprintf(&text, "  - {name: c%d, principal: acme, call_centre: ccx, account: acme-rpo, purpose: p, channel: operator, ground: directory, lists: l%d}\n", c, c)
	}
	d.apply(text.String())
	r := rand.New(rand.NewPCG(1, 6))
	numbers := make([]string, 0, campaigns*rows)
	for c := range campaigns {
		lines := []string{"number"}
		for range rows {
			lines = append(lines, policy.Number(393200000000+r.Uint64N(190000000)).String())
		}
		numbers = append(numbers, lines[1:]...)
		d.load(book.Lists, fmt.Sprintf("acme/l%d", c), time.Time{}, lines...)
	}
	s := d.Current()
	for name, of := range map[string]func(i int) string{
		"on a list":  func(i int) string { return numbers[i*7919%len(numbers)] },
		"on no list": func(i int) string { return policy.Number(393400000000 + uint64(i)%90000000).String() },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				s.Attempt(policy.Dialled{Trunk: "m", User: of(i), At: monday})
			}
		})
	}
}
