package ledger

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"time"

	"tregua/policy/keep"
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
	c.seen = time.Time{}
	value, found, err := c.p.State.Get(settledRow(name))
	if err != nil || !found {
		return true, err
	}
	var last settled
	if err := decode(settledRow(name), value, &last); err != nil {
		return true, err
	}
	c.seen = unstamp(last.At)
	first, err := startOf(name)
	if err != nil {
		return true, err
	}
	same := bytes.Equal(last.View, c.view(false)) || bytes.Equal(last.View, c.view(true))
	return !same || c.p.Terms.Ends(first, c.seen, c.now), nil
}

// over reports whether the term of a class has ended for all of a month since it was
// looked at, or records have gone of which it had: then files are compacted. To do so each
// day would write them thirty times.
func (c *cut) over(name string, took *Purge) bool {
	first, err := startOf(name)
	if err != nil {
		return false
	}
	end := first.AddDate(0, 1, 0)
	for class := range keep.Classes {
		anew := took.Records[class.String()] > 0 || !c.p.Terms.Due(class, end, c.seen)
		if anew && c.p.Terms.Due(class, end, c.now) {
			return true
		}
	}
	return false
}

// startOf returns when a month begins.
func startOf(name string) (time.Time, error) {
	t, err := time.ParseInLocation("2006-01", name, rome())
	if err != nil {
		return t, fmt.Errorf("month %q: %w", name, err)
	}
	return t, nil
}
