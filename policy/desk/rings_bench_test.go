package desk

import (
	"encoding/binary"
	"runtime"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/ledger"
	"tregua/policy/rings"
	"tregua/policy/seal"
)

// spread is the index of the nth number.
func spread(n int) (h seal.Index) {
	binary.BigEndian.PutUint64(h[:], uint64(n)*0x9e3779b97f4a7c15)
	h[8], h[9] = byte(n), byte(n>>8)
	return h
}

// BenchmarkReached measures what a million numbers cost that were reached one to
// four times in a month: bytes a number.
func BenchmarkReached(b *testing.B) {
	const million = 1_000_000
	now := start
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s := NewShared(2)
		for i := range million {
			var r rings.Rings
			for k := range 1 + i%4 {
				r, _ = r.With(rings.Of(policy.AttemptID{15: byte(k)}, now.Add(time.Duration(k)*time.Hour), false), now)
			}
			s.Load(ledger.Reached{Principal: 1, Index: spread(i), Rings: r})
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/million, "B/number")
		runtime.KeepAlive(s)
	}
}

// BenchmarkTake measures an attempt that takes its place and gives it back, at a
// person of one number and of five.
func BenchmarkTake(b *testing.B) {
	person := make(book.Others, 4)
	for i := range person {
		person[i] = book.Member{Number: policy.Number(i), Index: spread(i + 1)}
	}
	p, err := policy.ParseZone("Europe/Rome")
	if err != nil {
		b.Fatal(err)
	}
	figures := policy.Params{Frequency: policy.FrequencyParams{Zone: p}}
	a := policy.Attempt{Dialled: policy.Dialled{ID: policy.AttemptID{1}, At: start, Synced: true}, Zone: "Europe/Rome", Principal: 1}
	for name, others := range map[string]book.Others{"one": nil, "five": person} {
		b.Run(name, func(b *testing.B) {
			s, h := NewShared(2), spread(0)
			b.ReportAllocs()
			for b.Loop() {
				s.judge(&a, h, others, &figures, func(policy.RingsFact) bool { return true })
				s.release(place{1, h}, a.ID)
			}
		})
	}
}
