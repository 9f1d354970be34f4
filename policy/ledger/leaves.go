package ledger

import "sync"

// leavesKept is of how many records: five seconds of 3,000 a second.
const leavesKept = 1 << 14

// leaves keeps those of the newest records, so that the proof log, which wants each
// once and soon, does not read every record again for 32 bytes. It holds no pointers:
// the collector never looks at it. It is safe for concurrent use.
type leaves struct {
	mu   sync.Mutex
	next uint64 // Seq after the newest
	kept uint64 // how many
	ring [leavesKept][32]byte
}

// add takes the leaves of the records from the Seq first on.
func (l *leaves) add(first uint64, of [][32]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if first != l.next {
		l.kept = 0
	}
	for i, leaf := range of {
		l.ring[(first+uint64(i))%leavesKept] = leaf
	}
	l.next = first + uint64(len(of))
	l.kept = min(l.kept+uint64(len(of)), leavesKept)
}

// from returns at most so many leaves, the first of them of the record seq; none when
// that one is not kept.
func (l *leaves) from(seq uint64, most int) (out [][32]byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seq >= l.next || l.next-seq > l.kept {
		return nil
	}
	for end := min(l.next, seq+uint64(most)); seq < end; seq++ {
		out = append(out, l.ring[seq%leavesKept])
	}
	return out
}
