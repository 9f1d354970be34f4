package ledger

import "tregua/policy"

// recent remembers the attempts that ended lately, so that a mistake of a
// caller cannot give one of them a second record. It keeps between recentSize
// and twice as many.
type recent struct {
	young, old map[policy.AttemptID]struct{}
}

const recentSize = 1 << 15

func (r *recent) has(id policy.AttemptID) bool {
	_, young := r.young[id]
	_, old := r.old[id]
	return young || old
}

func (r *recent) add(id policy.AttemptID) {
	if r.young == nil || len(r.young) >= recentSize {
		r.young, r.old = map[policy.AttemptID]struct{}{}, r.young
	}
	r.young[id] = struct{}{}
}

func (r *recent) forget(ids []policy.AttemptID) {
	for _, id := range ids {
		delete(r.young, id)
		delete(r.old, id)
	}
}
