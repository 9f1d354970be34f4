package ledger

import "tregua/policy/store"

// changes gathers rows for one batch: the last word on a key counts, and the
// order is that of first mention.
type changes struct {
	at   map[string]int
	rows []store.Row // a nil value deletes
}

func (c *changes) reset() { *c = changes{at: map[string]int{}} }

func (c *changes) has(key []byte) bool { _, ok := c.at[string(key)]; return ok }

// set writes a row; a nil value deletes it.
func (c *changes) set(key, value []byte) {
	if i, ok := c.at[string(key)]; ok {
		c.rows[i].Value = value
		return
	}
	c.at[string(key)] = len(c.rows)
	c.rows = append(c.rows, store.Row{Key: key, Value: value})
}

func (c *changes) batch() store.Batch {
	var b store.Batch
	for _, r := range c.rows {
		if r.Value == nil {
			b.Delete = append(b.Delete, r.Key)
		} else {
			b.Put = append(b.Put, r)
		}
	}
	return b
}
