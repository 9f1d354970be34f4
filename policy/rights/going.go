package rights

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"tregua/policy/seal"
)

// ErrAgain is returned for an erasure of a number of which one goes on.
var ErrAgain = errors.New("an erasure of this number is being carried out; wait for its end")

// LateError is returned for a hold that comes when an erasure of what it would keep is
// written down: that cannot be called back.
type LateError struct {
	Since time.Time
	Broke bool // it broke off, and nobody carries it out now
}

// Error says since when, and what can still be held.
func (e *LateError) Error() string {
	mend := "try again when it has ended"
	if e.Broke {
		mend = "it broke off: erase the number again or start the daemon again, which ends it, and then try again"
	}
	return fmt.Sprintf("an erasure of what this would hold was begun at %s and cannot be called back; "+
		"%s: what is public of the records stays, and what comes after is held",
		e.Since.UTC().Format(time.RFC3339), mend)
}

// going are the erasures that are written down and have not ended. An erasure takes
// minutes, because files are read; a hold on the same number stands before it is begun,
// or is refused. One that broke off is ended by the next of the number, or by the next
// start ([Eraser.Again]): until then a hold would keep nothing.
type going struct {
	mu   sync.Mutex // held while an erasure is written down and while a hold is laid
	each map[seal.Index]begun
}

type begun struct {
	at    time.Time
	broke bool
}

// begin calls write, which writes an erasure down unless something holds the number.
func (g *going) begin(h seal.Index, at time.Time, write func() error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if one, goes := g.each[h]; goes && !one.broke {
		return ErrAgain
	} else if goes {
		at = one.at
	}
	if err := write(); err != nil {
		return err
	}
	if g.each == nil {
		g.each = map[seal.Index]begun{}
	}
	g.each[h] = begun{at: at}
	return nil
}

// end notes that an erasure has ended, or why it broke off.
func (g *going) end(h seal.Index, why error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if why == nil {
		delete(g.each, h)
		return
	}
	g.each[h] = begun{at: g.each[h].at, broke: true}
}

// Lay calls lay, which lays a hold on a number, or with nil on records whose numbers
// nobody has looked up. [LateError]: an erasure goes on that it may be too late for.
func (e *Eraser) Lay(h *seal.Index, lay func() error) error {
	g := &e.going
	g.mu.Lock()
	defer g.mu.Unlock()
	for of, one := range g.each { // order: one is as good as another
		if h == nil || *h == of {
			return &LateError{one.at, one.broke}
		}
	}
	return lay()
}
