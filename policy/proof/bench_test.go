package proof_test

import (
	"context"
	"fmt"
	"iter"
	"syscall"
	"testing"
	"time"

	"tregua/policy/ledger"
	"tregua/policy/proof"
)

// paced gives records as fast as a rate lets them come, from memory: what is
// measured is the log alone.
type paced struct {
	start time.Time
	rate  int // records a second
	leaf  [32]byte
}

// Records gives what has come by now.
func (p *paced) Records(from uint64) iter.Seq2[ledger.Sealed, error] {
	return func(yield func(ledger.Sealed, error) bool) {
		come := uint64(time.Since(p.start).Seconds() * float64(p.rate))
		for seq := from; seq < come; seq++ {
			if !yield(ledger.Sealed{Seq: seq, Leaf: p.leaf}, nil) {
				return
			}
		}
	}
}

// BenchmarkLog prints the CPU that the log takes for a record, and of a core, at a
// rate of records, over five seconds.
func BenchmarkLog(b *testing.B) {
	for _, rate := range []int{300, 3000} {
		b.Run(fmt.Sprintf("%d-a-second", rate), func(b *testing.B) {
			key, err := proof.LoadKey(b.TempDir(), "tregua/bench", dice(1))
			if err != nil {
				b.Fatal(err)
			}
			source := &paced{start: time.Now(), rate: rate, leaf: ledger.LeafOf(nil, [32]byte{})}
			log := proof.New(proof.Config{Dir: b.TempDir(), Key: key, Source: source})
			before := used(b)
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			tick := time.NewTicker(5 * time.Millisecond) // as the writer commits
			go func() {
				for ctx.Err() == nil {
					<-tick.C
					log.Wake()
				}
			}()
			if err := log.Run(ctx); err != nil {
				b.Fatal(err)
			}
			cpu, wall := used(b)-before, time.Since(source.start)
			b.ReportMetric(float64(cpu.Microseconds())/float64(log.Size()), "µs-cpu/record")
			b.ReportMetric(100*cpu.Seconds()/wall.Seconds(), "%-of-a-core")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// used returns the CPU time of the process.
func used(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
