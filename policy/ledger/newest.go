package ledger

import "sync"

// newestKept is of how many records: a good second of 3,000 a second.
const newestKept = 1 << 12

// newest keeps the newest records as they stand in the outbox. The month writer and
// the proof log want each of them once and soon, and to read and decode it anew was a
// fifth of what a record costs. It is safe for concurrent use.
type newest struct {
	mu   sync.Mutex
	next uint64 // Seq after the newest
	kept uint64 // how many
	ring [newestKept]outboxed
}

// add takes records, the first with the Seq after that of the last one it was given,
// once they are committed.
func (n *newest) add(first uint64, records []outboxed) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for i := range records {
		n.ring[(first+uint64(i))%newestKept] = records[i]
	}
	n.next = first + uint64(len(records))
	n.kept = min(n.kept+uint64(len(records)), newestKept)
}

// each calls use with the records from a Seq on, as long as it wants more; with none
// when the first is not kept. What it is given it may not change.
func (n *newest) each(from uint64, use func(*outboxed) (more bool)) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if from >= n.next || n.next-from > n.kept {
		return
	}
	for more := true; more && from < n.next; from++ {
		more = use(&n.ring[from%newestKept])
	}
}

// leaves returns those of at most so many records.
func (n *newest) leaves(from uint64, most int) (out [][32]byte) {
	n.each(from, func(r *outboxed) bool { out = append(out, r.leaf); return len(out) < most })
	return out
}
