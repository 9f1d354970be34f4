package ledger_test

import (
	"fmt"
	"testing"

	"tregua/policy"
	"tregua/policy/ledger"
)

// BenchmarkCommit writes attempts that are let through and closed, and
// refusals, in batches of 100 entries into Badger.
func BenchmarkCommit(b *testing.B) {
	for _, sync := range []bool{true, false} {
		b.Run(fmt.Sprintf("sync=%t", sync), func(b *testing.B) {
			n := newNode(b, b.TempDir(), sync)
			defer n.close()
			b.ReportAllocs()
			entries := 0
			for b.Loop() {
				batch := make([]ledger.Entry, 0, 100)
				for i := range 50 {
					id := entries + i
					number := policy.Number(393330000000 + id%100000)
					if id%2 == 0 {
						batch = append(batch, opening(record(id, number, noon)), closing(id, connected(noon)))
					} else {
						batch = append(batch, refusal(id, number, noon, policy.BlacklistListed),
							redials(1<<32+id, id, number, noon, 2))
					}
				}
				entries += len(batch)
				n.turn(batch...)
			}
			b.ReportMetric(float64(entries)/b.Elapsed().Seconds(), "entries/s")
		})
	}
}

// BenchmarkOpen is the time that a call waits for its open row.
func BenchmarkOpen(b *testing.B) {
	for _, sync := range []bool{true, false} {
		b.Run(fmt.Sprintf("sync=%t", sync), func(b *testing.B) {
			n := newNode(b, b.TempDir(), sync)
			defer n.close()
			id := 0
			for b.Loop() {
				n.turn(opening(record(id, policy.Number(393330000000+id), noon)))
				id++
			}
		})
	}
}

// BenchmarkMonths is the month writer.
func BenchmarkMonths(b *testing.B) {
	n := newNode(b, b.TempDir(), true)
	defer n.close()
	id, moved := 0, 0
	for b.Loop() {
		b.StopTimer()
		batch := make([]ledger.Entry, 0, ledger.MaxTurn)
		for range ledger.MaxTurn {
			batch = append(batch, refusal(id, policy.Number(393330000000+id), noon, policy.BlacklistListed))
			id++
		}
		n.turn(batch...)
		b.StartTimer()
		k, err := n.mover.Step()
		n.must(err)
		moved += k
	}
	b.ReportMetric(float64(moved)/b.Elapsed().Seconds(), "records/s")
}
