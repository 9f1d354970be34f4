package policy

import "testing"

// TestScanned: each figure from both sides.
func TestScanned(t *testing.T) {
	t.Parallel()
	p := complete("it").Scanning // 25 of 100 in runs, 10 of 100 rows without a number
	for _, tt := range []struct {
		rows, unassignable, numbers, inRuns int64
		want                                bool
	}{
		{1000, 0, 1000, 250, false},
		{1000, 0, 1000, 251, true},
		{1000, 100, 900, 0, false},
		{1000, 101, 899, 0, true},
		{3, 0, 3, 0, false},
		{0, 0, 0, 0, false},
	} {
		if got := p.Scanned(tt.rows, tt.unassignable, tt.numbers, tt.inRuns); got != tt.want {
			t.Errorf("%+v: %t", tt, got)
		}
	}
}
