package proof

import (
	"crypto/sha256"
	"fmt"

	"tregua/policy/ledger"
)

// removals holds what is left of records whose term was over against their leaves: the
// month says what their hash is, and whether it lied the log knows.
func (a *audit) removals(all []ledger.Removal) {
	for i := range all {
		d := &all[i]
		if sum, ok := a.leavesOf(d); ok && sum != d.Leaves {
			last := d.Ranges[len(d.Ranges)-1].To
			a.found(Finding{
				Seq: d.Ranges[0].From, Last: last, Month: d.Month,
				What: fmt.Sprintf("purge %s removed %d records with other leaves than the log has", d.Purge, d.Records()),
			})
		}
	}
}

// leavesOf returns the hash over the leaves that the log has of a removal; false: it has
// not all of them, which is told.
func (a *audit) leavesOf(d *ledger.Removal) (sum [32]byte, ok bool) {
	h := sha256.New()
	for _, r := range d.Ranges {
		if r.To >= a.report.Leaves {
			a.at(a.report.Leaves, d.Month, "purge %s removed records up to %d, and the log ends before", d.Purge, r.To)
			return sum, false
		}
		for seq := r.From; seq <= r.To; seq++ {
			leaf, ok := a.leaf(seq)
			if !ok {
				return sum, false
			}
			h.Write(leaf[:])
		}
	}
	h.Sum(sum[:0])
	return sum, true
}
