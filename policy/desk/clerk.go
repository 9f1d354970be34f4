package desk

import (
	"time"

	"tregua/policy"
	"tregua/policy/ledger"
)

// clerk hands the entries of a desk, or of the gate, to the ledger.
type clerk struct {
	unrecorded []ledger.Entry // what the ledger had no room for yet, in order
	released   []Release      // claims of calls that did not go out
}

const (
	// retry is how long a goroutine waits before it offers a record again.
	retry = 20 * time.Millisecond
	// patience is how often it does so at the end.
	patience = 50
)

// submit gives the ledger what it had no room for and what is new. A call whose
// open row finds no room gets its answer at once: it is refused, and gives back
// what it claimed. Everything else keeps its order: the last word on a bar counts.
func (d *Desks) submit(c *clerk, entries []ledger.Entry, answer func(Answer)) {
	d.again(c)
	for i := range entries {
		e := &entries[i]
		if (e.Kind == ledger.Open || len(c.unrecorded) == 0) && d.cfg.Submit(*e) {
			continue
		}
		switch {
		case e.Kind != ledger.Open:
		case e.Record.Attempt.Mode != policy.Enforce: // it goes, and is written down when there is room
			answer(Answer{Return: e.Return, Decision: spared(policy.LedgerFull), Open: true})
			e.Return = policy.Return{}
		default:
			answer(Answer{Return: e.Return, Decision: policy.Decision{Rule: "fault", Reason: policy.LedgerFull}})
			*e = d.turnedAway(c, *e)
		}
		d.putOff(c, e)
	}
}

// putOff keeps an entry until the ledger has room. Ends are no more than there
// are calls, and each is the only account of one; refusals come as fast as a
// dialer likes.
func (d *Desks) putOff(c *clerk, e *ledger.Entry) {
	switch e.Kind {
	case ledger.Close, ledger.Open, ledger.Forget, ledger.Reach:
	default:
		if len(c.unrecorded) >= d.cfg.Queue {
			d.Lost.Add(1)
			return
		}
	}
	c.unrecorded = append(c.unrecorded, *e)
}

// turnedAway gives back what a call claimed whose open row finds no room, and
// returns its record.
func (d *Desks) turnedAway(c *clerk, e ledger.Entry) ledger.Entry {
	if a := &e.Record.Attempt; counted(a) {
		c.released = append(c.released, Release{a.ID, a.Called, d.index(a), a.Principal})
	}
	return e.Refused(policy.LedgerFull, d.cfg.Now())
}

// again offers the ledger what it had no room for.
func (d *Desks) again(c *clerk) {
	for len(c.unrecorded) > 0 && d.cfg.Submit(c.unrecorded[0]) {
		c.unrecorded = c.unrecorded[1:]
	}
}

// finish offers what is left for as long as the ledger may yet find room.
func (d *Desks) finish(c *clerk) {
	for range patience {
		if len(c.unrecorded) == 0 {
			return
		}
		time.Sleep(retry)
		d.again(c)
	}
	d.Lost.Add(uint64(len(c.unrecorded)))
}

// takeReleased returns what was released since.
func (c *clerk) takeReleased() []Release {
	released := c.released
	c.released = nil
	return released
}
