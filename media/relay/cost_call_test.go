package relay

import (
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"tregua/media"
)

// BenchmarkCall is what a call costs that has no media: a lease, the flow of
// each leg, that of the caller again at the answer, the end; 64 calls are up at
// any time. The processor time is that of all goroutines.
func BenchmarkCall(b *testing.B) {
	r := start(b, Config{PortMin: 34000, PortMax: 59999, Pool: 32, Drain: 10 * time.Millisecond, Workers: 1})
	peer := pass(newPhone(b, loopback).addr)
	var up [64]media.AnchorID
	b.ReportAllocs()
	begun, i := processorTime(b), 0
	for ; b.Loop(); i++ {
		a, err := r.Lease(loopback, loopback, 0)
		if err != nil {
			b.Fatal(err)
		}
		up[i%64] = a.ID
		r.Set(a.ID, media.A, peer)
		r.Set(up[(i+48)%64], media.B, peer)
		r.Set(up[(i+32)%64], media.A, peer)
		r.Close(up[(i+16)%64])
	}
	b.ReportMetric(float64(processorTime(b)-begun)/float64(i), "cpu-ns/op")
}

// processorTime is what the process has used so far.
func processorTime(b *testing.B) time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
