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

// TestCPUTime: a child's time counts for the one that is asked for. The child
// works, says so, and waits; meanwhile the test does nothing.
func TestCPUTime(t *testing.T) {
	t.Parallel()
	child := exec.CommandContext(t.Context(), "sh", "-c", "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; echo done; read wait")
	stdin, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	before, err := cpuTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := stdout.Read(make([]byte, 8)); err != nil {
		t.Fatal(err)
	}
	own, err := cpuTime(child.Process.Pid)
	if err != nil || own == 0 {
		t.Fatalf("the child cost %v, %v", own, err)
	}
	if after, err := cpuTime(os.Getpid()); err != nil || after < before+own {
		t.Errorf("%v before, %v after, %v of it the child's, %v", before, after, own, err)
	}
	if err := stdin.Close(); err != nil {
		t.Error(err)
	}
	_ = child.Wait() // its read fails
}

func TestMedian(t *testing.T) {
	t.Parallel()
	for want, all := range map[float64][]float64{2: {9, 1, 2}, 2.5: {3, 1, 9, 2}} {
		if got := median(all); got != want {
			t.Errorf("median of %v: %v", all, got)
		}
	}
}
