package torture

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Stuffing makes an input of about size bytes that a reader may be slow on.
type Stuffing func(size int) string

// Times returns text as often as it fits into size bytes, once at least.
func Times(text string, size int) string { return strings.Repeat(text, max(size/len(text), 1)) }

// Linear wants the time of work to grow no faster than its input. It compares
// the best of several runs at two sizes in one process: sixteen times the input
// takes sixteen times as long when the work is linear and 256 times when it is
// quadratic. The bound between them is far from both, so that a slow machine does
// not cross it, and what others do on a busy one is not counted: the time is that
// of the thread on a CPU. Small sizes are looked at too: where a reader has caps it
// gives up on the large.
func Linear(t *testing.T, stuff Stuffing, work func(string)) {
	t.Helper()
	const times, bound = 16, 64
	for _, small := range []int{256, 62 << 10 / times} {
		a, z := stuff(small), stuff(small*times)
		fast, slow := time.Hour, time.Hour
		for range 7 {
			fast, slow = min(fast, once(t, a, work)), min(slow, once(t, z, work))
		}
		t.Logf("%d bytes took %v, %d bytes %v", len(a), fast, len(z), slow)
		if slow > bound*fast {
			t.Errorf("that is %d times as long", slow/fast)
		}
	}
}

func once(t *testing.T, input string, work func(string)) time.Duration {
	t.Helper()
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	begin := onCPU(t)
	work(input)
	return onCPU(t) - begin
}

// onCPU returns how long this thread has run.
func onCPU(t *testing.T) time.Duration {
	t.Helper()
	var spent unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &spent); err != nil {
		t.Fatal(err)
	}
	return time.Duration(spent.Nano())
}

// PerKB runs work on input as a benchmark and reports its time by kB; the law
// is no more than 1 ms.
func PerKB(b *testing.B, input string, work func(string)) {
	b.Helper()
	b.ReportAllocs()
	for b.Loop() {
		work(input)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(input))*1000, "ns/kB")
}
