package numbers_test

import (
	"slices"
	"testing"

	"tregua/policy"
	"tregua/policy/numbers"
)

// column is a set of numbers.
func column(t testing.TB, list []policy.Number) numbers.Set {
	t.Helper()
	slices.Sort(list)
	set, err := numbers.ReadSet(numbers.Column, numbers.EncodeColumn(slices.Values(slices.Compact(list))))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestSieve: every number of the set passes, and few others do.
func TestSieve(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 4, 5, 100, 100000} {
		var list []policy.Number
		for i := range size {
			list = append(list, policy.Number(393200000000+7*uint64(i)))
		}
		sieve := numbers.NewSieve(column(t, list))
		passed := 0
		for _, n := range list {
			if !sieve.Passes(numbers.SieveKeyOf(n)) {
				t.Fatalf("%d numbers: %s is held back", size, n)
			}
			for off := range policy.Number(5) {
				if sieve.Passes(numbers.SieveKeyOf(n + 1 + off)) {
					passed++
				}
			}
		}
		if size > 1000 && passed > 5*size*3/100 {
			t.Errorf("%d of %d others pass a sieve of %d", passed, 5*size, size)
		}
	}
}

// FuzzSieve holds that no number of a set is held back.
func FuzzSieve(f *testing.F) {
	f.Add(uint64(393331234567), uint64(1), uint64(0))
	f.Fuzz(func(t *testing.T, a, b, c uint64) {
		list := []policy.Number{policy.Number(a), policy.Number(b), policy.Number(c)}
		sieve := numbers.NewSieve(column(t, slices.Clone(list)))
		for _, n := range list {
			if !sieve.Passes(numbers.SieveKeyOf(n)) {
				t.Errorf("%d is held back", n)
			}
		}
	})
}
