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
type LateError struct{ Since time.Time }

// Error says since when, and what can still be held.
func (e *LateError) Error() string {
	return fmt.Sprintf("an erasure of what this would hold was begun at %s and cannot be called back; "+
		"try again when it has ended: what is public of the records stays, and what comes after is held",
		e.Since.UTC().Format(time.RFC3339))
}

// going are the erasures that are carried out. An erasure takes minutes, because files
// are read; a hold on the same number stands before it is begun, or is refused.
type going struct {
	mu    sync.Mutex // held while an erasure is written down and while a hold is laid
	since map[seal.Index]time.Time
}

// begin calls write, which writes an erasure down unless something holds the number.
func (g *going) begin(h seal.Index, at time.Time, write func() error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if _, goes := g.since[h]; goes {
		return ErrAgain
	}
	if err := write(); err != nil {
		return err
	}
	if g.since == nil {
		g.since = map[seal.Index]time.Time{}
	}
	g.since[h] = at
	return nil
}

func (g *going) end(h seal.Index) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.since, h)
}

// Lay calls lay, which lays a hold on a number, or with nil on records whose numbers
// nobody has looked up. [LateError]: an erasure goes on that it may be too late for.
func (e *Eraser) Lay(h *seal.Index, lay func() error) error {
	g := &e.going
	g.mu.Lock()
	defer g.mu.Unlock()
	for of, since := range g.since { // order: one is as good as another
		if h == nil || *h == of {
			return &LateError{since}
		}
	}
	return lay()
}
