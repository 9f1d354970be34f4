package main

import (
	"testing"

	"tregua/policy"
)

// TestDeck: no number is drawn twice, nine of ten are in the list of their
// campaign, and one of ten is known.
func TestDeck(t *testing.T) {
	t.Parallel()
	o := options{scale: 0.02}
	d, err := o.deck()
	if err != nil {
		t.Fatal(err)
	}
	listOf := map[policy.Number]int{}
	for _, l := range d.lists {
		for i := range l.size() {
			n := d.row(l, i)
			if _, twice := listOf[n]; twice {
				t.Fatalf("%s is in two rows", n)
			}
			listOf[n] = l.id
		}
	}
	known := map[policy.Number]bool{}
	for i := range o.of(unknownFrom) {
		known[d.plane.number(i)] = true
	}
	const draws = 250_000
	seen, listed, found := map[policy.Number]bool{}, 0, 0
	for range draws {
		r := d.next()
		if seen[r.number] {
			t.Fatalf("%s is drawn twice", r.number)
		}
		seen[r.number] = true
		if id, in := listOf[r.number]; in != r.listed || in && id != r.list.id {
			t.Fatalf("%+v is in list %d: %t", r, id, in)
		}
		if known[r.number] != r.known || r.known && r.list.principal() != 0 {
			t.Fatalf("%+v is known: %t", r, known[r.number])
		}
		listed, found = listed+count(r.listed), found+count(r.known)
	}
	if d.worn() || listed < draws*89/100 || listed > draws*91/100 || found < draws*9/100 || found > draws*11/100 {
		t.Errorf("worn %t, %d listed, %d known", d.worn(), listed, found)
	}
	for range draws {
		d.next()
	}
	if !d.worn() {
		t.Error("half a million numbers of a slice were not enough to wear it")
	}
}

func count(is bool) int {
	if is {
		return 1
	}
	return 0
}
