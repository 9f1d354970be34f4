package ledger

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"time"

	"tregua/policy/store"
)

// settled is the value of a row of spaceSettled: until when everything that was due of
// a month is gone. To read two years of records each day would be most of the work of a
// node; a month is read only while some term of it ends.
type settled struct {
	_       struct{} `cbor:",toarray"`
	Version uint8
	At      int64
	View    []byte // of what it was looked at with, see [cut.view]
}

func (r *settled) version() uint8 { return r.Version }

func movedRow(month string) []byte { return append([]byte{spaceMoved}, month...) }

func settledRow(month string) []byte { return append([]byte{spaceSettled}, month...) }

// settled says that a month was looked at by c, and whether a hold kept something.
func (c *cut) settled(name string, held bool) store.Row {
	return store.Row{Key: settledRow(name), Value: encode(&settled{Version: version, At: stamp(c.now), View: c.view(held)})}
}

// view changes with what decides besides the time: the terms, what the month has got, and
// when holds kept something of it the holds. A new one makes nothing due elsewhere.
func (c *cut) view(held bool) []byte {
	h := sha256.New()
	fmt.Fprint(h, c.p.Terms)
	if c.moved > 0 {
		fmt.Fprint(h, c.moved)
	}
	if held {
		for i := range c.holds {
			h.Write(c.holds[i].ID[:])
		}
	}
	return h.Sum(nil)
}

// needs reports whether something of a month may be due that was not when it was
// looked at last: a term ends, or a start has closed attempts of months ago. A purge that
// was cut off has not settled it.
func (c *cut) needs(name string) (bool, error) {
	moved, _, err := readNumber(c.p.State, movedRow(name))
	if err != nil {
		return true, err
	}
	c.moved = min(moved, c.before) // what came after is not looked at now
	value, found, err := c.p.State.Get(settledRow(name))
	if err != nil || !found {
		return true, err
	}
	var last settled
	if err := decode(settledRow(name), value, &last); err != nil {
		return true, err
	}
	first, err := time.Parse("2006-01", name)
	if err != nil {
		return true, fmt.Errorf("month %q: %w", name, err)
	}
	same := bytes.Equal(last.View, c.view(false)) || bytes.Equal(last.View, c.view(true))
	return !same || c.p.Terms.Ends(first, unstamp(last.At), c.now), nil
}
