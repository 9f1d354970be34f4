package proxy

import (
	"testing"
	"time"
)

func TestSince(t *testing.T) {
	t.Parallel()
	wall := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		stamp  time.Time
		steady time.Duration
		want   time.Duration
		ok     bool
	}{
		{wall, 0, time.Hour, true},
		{wall.Add(-3 * time.Millisecond), 0, time.Hour - 3*time.Millisecond, true},
		{wall.Add(-time.Second), 0, time.Hour - time.Second, true},
		{wall.Add(-time.Second - 1), 0, time.Hour, false},
		{wall.Add(-4 * time.Second), 4 * time.Second, time.Hour - 4*time.Second, true},
		{wall.Add(-4 * time.Second), 4*time.Second - 1, time.Hour, false},
		{wall.Add(-oldest), time.Hour, time.Hour - oldest, true},
		{wall.Add(-oldest - 1), time.Hour, time.Hour, false},
		{wall.Add(1), time.Hour, time.Hour, false},
		{time.Time{}, time.Hour, time.Hour, false},
	} {
		n := Now{Mono: time.Hour, Wall: wall, Steady: c.steady}
		if got, ok := n.Since(c.stamp); got != c.want || ok != c.ok {
			t.Errorf("stamp of %v, steady for %v: %v %t, want %v %t", wall.Sub(c.stamp), c.steady, got, ok, c.want, c.ok)
		}
	}
}

// TestSteady: a clock that is set is seen, one that is slewed runs on.
func TestSteady(t *testing.T) {
	t.Parallel()
	var c Clock
	for i, r := range []struct {
		mono, wall, want time.Duration
	}{
		{time.Second, time.Hour + time.Second, 0},
		{5 * time.Second, time.Hour + 5*time.Second, 4 * time.Second},
		{6 * time.Second, time.Hour + 6*time.Second + slack, 5 * time.Second},
		{7 * time.Second, time.Hour + 7*time.Second + slack + 1, 0},
		{8 * time.Second, time.Hour + 8*time.Second + slack, time.Second},
		{9 * time.Second, 9 * time.Second, 0},
	} {
		if got := c.steady(r.mono, int64(r.wall)); got != r.want {
			t.Errorf("reading %d: steady for %v, want %v", i, got, r.want)
		}
	}
}
