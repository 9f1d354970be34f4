package ledger

import (
	"fmt"

	"tregua/policy"
	"tregua/policy/store"
)

// up is the value of an up row: what a start must know of a call that was
// answered and whose end was never written.
type up struct {
	_          struct{} `cbor:",toarray"`
	Version    uint8
	AnsweredAt int64
	Watch      uint8
	Watching   bool
}

func (r *up) version() uint8 { return r.Version }

func upValue(u *policy.Up) []byte {
	return encode(&up{Version: version, AnsweredAt: stamp(u.AnsweredAt), Watch: uint8(u.Watch), Watching: u.Watching})
}

// readUp reads an up row and whose it is.
func readUp(row store.Row) (id policy.AttemptID, u policy.Up, err error) {
	var w up
	if err := decode(row.Key, row.Value, &w); err != nil {
		return id, u, err
	}
	if err := fixed(id[:], row.Key[1:], "attempt id"); err != nil {
		return id, u, fmt.Errorf("row %x: %w", row.Key, err)
	}
	if w.Watch > uint8(policy.WatchEnforce) {
		return id, u, fmt.Errorf("row %x: watch %d is not known", row.Key, w.Watch)
	}
	return id, policy.Up{AnsweredAt: unstamp(w.AnsweredAt), Watch: policy.Watch(w.Watch), Watching: w.Watching}, nil
}

// loadUps adds the up rows to the open rows they belong to. One without is left
// alone: both are deleted by one commit, so it can only be damage.
func loadUps(r store.Reader, open map[policy.AttemptID]*opened) error {
	for row, err := range r.Scan([]byte{spaceUp}, nil) {
		if err != nil {
			return err
		}
		id, u, err := readUp(row)
		if err != nil {
			return err
		}
		if o := open[id]; o != nil {
			o.up = &u
		}
	}
	return nil
}

// answered writes the up row of an open attempt. One that comes after the end
// has nothing left to say; and a watch that has ended does not run again, in
// whatever order that is told.
func (c *Committer) answered(id policy.AttemptID, u policy.Up) error {
	o := c.open[id]
	if o == nil && c.past.has(id) {
		return nil
	}
	if o == nil {
		return ErrNotOpen
	}
	if o.up != nil && !o.up.Watching {
		return nil
	}
	n := *o // the old one is what a failed commit goes back to
	n.up = &u
	c.set(id, &n)
	c.turn.set(upRow(id), upValue(&u))
	return nil
}
