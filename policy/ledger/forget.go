package ledger

import (
	"fmt"

	"tregua/policy"
	"tregua/policy/rings"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// ForgetNumber deletes what reached a number at principals and which requests of its
// holder were served, and returns how many rows that were. Its bars stay: until
// they end the law forbids the call (GDPR art. 17(3)(b)), and no number stands in
// them.
func ForgetNumber(st store.Store, h seal.Index, of []policy.PrincipalID) (rows int, err error) {
	var batch store.Batch
	for _, p := range of {
		for _, key := range [][]byte{rings.Key(p, h), servedKey(Served{h, p})} {
			_, found, err := st.Get(key)
			if err != nil {
				return 0, fmt.Errorf("row %x: %w", key, err)
			}
			if found {
				batch.Delete = append(batch.Delete, key)
			}
		}
	}
	if len(batch.Delete) == 0 {
		return 0, nil
	}
	return len(batch.Delete), st.Commit(batch)
}

// KnownBy returns the principals of whom a record about a number tells, and
// whether a call with it goes on.
func (r *Reader) KnownBy(n policy.Number) (of []policy.PrincipalID, open bool, records int, err error) {
	views, err := r.ByNumber(n, 1<<20)
	if err != nil {
		return nil, false, 0, err
	}
	for i := range views {
		if views[i].Open {
			open = true
		}
		if views[i].Personal {
			records++
			of = append(of, views[i].Record.Attempt.Principal)
		}
	}
	return of, open, records, nil
}
