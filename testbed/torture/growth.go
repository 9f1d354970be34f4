package torture

import (
	"strings"
	"testing"
	"time"
)

// Stuffing makes an input of about size bytes that a reader may be slow on.
type Stuffing func(size int) string

// Times returns text as often as it fits into size bytes, once at least.
func Times(text string, size int) string { return strings.Repeat(text, max(size/len(text), 1)) }

// Linear wants the time of work to grow no faster than its input. It compares
// the best of several runs at two sizes in one process: sixteen times the input
// takes sixteen times as long when the work is linear and 256 times when it is
// quadratic. The bound between them is far from both, so that neither a slow
// machine nor a busy one crosses it. Small sizes are looked at too: where a
// reader has caps it gives up on the large.
func Linear(t *testing.T, stuff Stuffing, work func(string)) {
	t.Helper()
	const times, bound = 16, 64
	for _, small := range []int{256, 62 << 10 / times} {
		a, z := stuff(small), stuff(small*times)
		fast, slow := time.Hour, time.Hour
		for range 7 {
			fast, slow = min(fast, once(a, work)), min(slow, once(z, work))
		}
		t.Logf("%d bytes took %v, %d bytes %v", len(a), fast, len(z), slow)
		if slow > bound*fast {
			t.Errorf("that is %d times as long", slow/fast)
		}
	}
}

func once(input string, work func(string)) time.Duration {
	begin := time.Now()
	work(input)
	return time.Since(begin)
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
