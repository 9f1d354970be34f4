package book

import (
	"fmt"
	"strconv"

	"tregua/policy/store"
)

// maxOperators is how many operators a campaign may declare.
const maxOperators = 10_000

// operators reads how many operators a campaign declares: the ratio gate believes it
// until the first silent call (compliance.md 3.5).
func (w *work) operators(it item, row entityRow) entityRow {
	field, ok := it.field("operators")
	if !ok {
		return row
	}
	n, err := strconv.ParseUint(field.text, 10, 16)
	if err != nil || n > maxOperators {
		w.mistakes.add(field.position, "operators %q: write how many there are, %d at most, or 0 to declare none", field.text, maxOperators)
		return row
	}
	row.Operators = uint16(n)
	return row
}

// DeclareOperators writes down that somebody declared the operators of a campaign
// ("principal/campaign") while it calls, 0 for none, and changes nothing: whoever
// calls it lets the gate know.
func (b *Book) DeclareOperators(actor, campaign string, n int) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	id, row, ok := b.entities.get(kindCampaign, campaign)
	switch {
	case !ok:
		return unknown("there is no campaign %q: write principal/campaign", campaign)
	case row.Closed:
		return wrong("campaign %s is closed: nobody calls for it", campaign)
	case n < 0 || n > maxOperators:
		return wrong("campaign %s: %d operators: write 0 to %d", campaign, n, maxOperators)
	}
	at := b.stamp()
	err := b.config.Store.Commit(store.Batch{Put: []store.Row{{Key: historyKey(kindCampaign, id, at), Value: encode(historyRow{
		Version: rowVersion, At: instantOf(at), Actor: actor, Before: &row, After: &row,
		Because: fmt.Sprintf("%d operators declared to the gate, until the next restart or declaration", n),
	})}}})
	if err != nil {
		return fmt.Errorf("writing the history of campaign %s: %w", campaign, err)
	}
	return nil
}
