package ledger

import "tregua/policy"

// mend writes each row in doubt as it must be.
func (c *Committer) mend() {
	for _, key := range c.doubt {
		if c.turn.has(key) {
			continue
		}
		c.turn.set(key, c.right(key))
	}
}

// right returns the value that a row must have, nil for none.
func (c *Committer) right(key []byte) []byte {
	switch key[0] {
	case spaceOpen:
		if o := c.open[policy.AttemptID(key[1:])]; o != nil {
			return o.row()
		}
	case spaceUp:
		if o := c.open[policy.AttemptID(key[1:])]; o != nil && o.up != nil {
			return upValue(o.up)
		}
	case spaceCall:
		return c.calls[policy.AttemptID(key[1:])]
	case spaceCount:
		if t := tallyOf(key); !c.counts[t].empty() {
			return c.counts[t].row()
		}
	case spaceHour:
		return c.rightHour(key)
	}
	return nil // an outbox row whose Seq was given back
}
