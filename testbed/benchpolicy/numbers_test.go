package main

import (
	"testing"

	"tregua/policy"
	"tregua/policy/numbers"
)

// TestPlane: no number is drawn twice, and the digit path reads every one.
func TestPlane(t *testing.T) {
	t.Parallel()
	p, err := newPlane()
	if err != nil {
		t.Fatal(err)
	}
	if p.size < 2*unknownFrom || stride <= p.size {
		t.Fatalf("%d numbers, stride %d", p.size, uint64(stride))
	}
	seen := map[policy.Number]bool{}
	for _, from := range []uint64{0, consentFrom, unknownFrom, p.size - 1000} {
		for i := from; i < from+50_000; i++ {
			n := p.number(i)
			if first := i >= p.size; seen[n] != first && !first {
				t.Fatalf("%d is drawn twice", n)
			}
			seen[n] = true
			if r, ok := (numbers.Plan{Country: "IT"}).Digits(numbers.AnyForm, n.String()); !ok || r.Number != n {
				t.Fatalf("%s is not read: %+v", n, r)
			}
		}
	}
}
