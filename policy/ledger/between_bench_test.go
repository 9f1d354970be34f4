package ledger_test

import (
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
)

// BenchmarkBetween finds the calls to one number in a month of 100,000 records:
// what a file of contracts asks for each row.
func BenchmarkBetween(b *testing.B) {
	const records, numbers = 100_000, 20_000
	n := newNode(b, b.TempDir(), false)
	defer n.close()
	for id := 0; id < records; {
		batch := make([]ledger.Entry, 0, ledger.MaxTurn)
		for len(batch) < ledger.MaxTurn && id < records {
			batch = append(batch, refusal(id, policy.Number(393330000000+id%numbers), noon, policy.BlacklistListed))
			id++
		}
		n.turn(batch...)
	}
	for moved := 1; moved > 0; {
		var err error
		moved, err = n.mover.Step()
		n.must(err)
	}
	batch, err := n.reader.Batch()
	n.must(err)
	i := 0
	for b.Loop() {
		views, err := batch.Between(policy.Number(393330000000+i*7919%numbers), noon.Add(-24*time.Hour), noon.Add(time.Minute))
		n.must(err)
		if len(views) != records/numbers {
			b.Fatalf("%d records, want %d", len(views), records/numbers)
		}
		i++
	}
}
