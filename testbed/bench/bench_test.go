package main

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

func TestOfStat(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		stat string
		want time.Duration
	}{
		"plain":           {"7 (tregua) S 1 7 7 0 -1 0 1 2 3 4 150 25 9 9 20 0", 1750 * time.Millisecond},
		"name with marks": {"7 (a) b 1 (c) S 1 7 7 0 -1 0 1 2 3 4 1 0 9 9 20 0", 10 * time.Millisecond},
	}
	for name, c := range cases {
		if got, err := ofStat(c.stat); err != nil || got != c.want {
			t.Errorf("%s: %v, %v, want %v", name, got, err, c.want)
		}
	}
	if _, err := ofStat("7 (tregua) S 1"); err == nil {
		t.Error("a short line is read")
	}
}

// TestCPUTime: a child's time counts for the one that is asked for.
func TestCPUTime(t *testing.T) {
	t.Parallel()
	before, err := cpuTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), "sh", "-c", "while :; do :; done")
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	defer child.Wait()         //nolint:errcheck // it is killed
	defer child.Process.Kill() //nolint:errcheck // it may have ended
	for own := time.Duration(0); own < 3*tick; {
		if t.Context().Err() != nil {
			t.Fatal("a busy child costs nothing")
		}
		if own, err = cpuTime(child.Process.Pid); err != nil {
			t.Fatal(err)
		}
	}
	if after, err := cpuTime(os.Getpid()); err != nil || after < before+3*tick {
		t.Errorf("%v before, %v after, %v", before, after, err)
	}
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for want, sorted := range map[float64][]float64{2: {1, 2, 9}, 2.5: {1, 2, 3, 9}} {
		if got := median(sorted); got != want {
			t.Errorf("median of %v: %v", sorted, got)
		}
	}
}
