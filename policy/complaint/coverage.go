package complaint

import (
	"iter"
	"slices"
	"time"

	"tregua/policy/ledger"
)

// Coverage says how whole the records of a time are: by the sealed summaries of its
// hours, which count the records of each and say when the program did not run.
type Coverage struct {
	From     time.Time `json:"from"`
	Until    time.Time `json:"until"`
	Complete bool      `json:"complete" doc:"there is a summary of every hour, and no record between them is missing"`
	Hours    int       `json:"hours" doc:"summaries"`
	Part     bool      `json:"part,omitzero" doc:"told to one tenant: how much the whole node records is left out"`
	Records  uint64    `json:"records,omitzero" doc:"in those hours, to all numbers, and what is recorded besides calls"`
	First    uint64    `json:"first,omitzero" doc:"sequence number of the first of them; none without records"`
	Last     uint64    `json:"last,omitzero"`
	Trunks   []string  `json:"trunks" doc:"that were used"`
	Stopped  []Span    `json:"stopped" doc:"the program did not run: it forwarded nothing and recorded nothing"`
	Bypassed []Span    `json:"bypassed" doc:"nothing was refused; calls were recorded"`
	Missing  []Span    `json:"missing" doc:"of which there is no summary, or one that does not follow on the last: records may be missing"`
}

// Span is a time.
type Span struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	Trunk string    `json:"trunk,omitempty"`
}

// Cover reads the summaries that touch a time, in its order.
func Cover(from, until time.Time, summaries iter.Seq2[ledger.Summary, error]) (Coverage, error) {
	c := Coverage{From: from, Until: until, Trunks: []string{}, Stopped: []Span{}, Bypassed: []Span{}, Missing: []Span{}}
	at, next := from, uint64(0)
	for s, err := range summaries {
		if err != nil {
			return c, err
		}
		begins := s.From
		if begins.IsZero() { // the first of the store: before it there was nothing
			begins = firstSign(&s)
		}
		switch {
		case begins.After(at):
			c.missing(at, begins)
		case c.Hours > 0 && s.First != next:
			c.missing(begins, s.To) // a record or a summary between them is gone
		}
		c.add(&s)
		at, next = s.To, s.First+s.Records+1 // the summary has a number, too
	}
	c.missing(at, until)
	slices.Sort(c.Trunks)
	c.Complete = len(c.Missing) == 0
	return c, nil
}

// firstSign is when the first summary of a store begins to know.
func firstSign(s *ledger.Summary) time.Time {
	if len(s.Starts) > 0 {
		return s.Starts[0].At
	}
	return s.To
}

// missing notes a time of which nothing is known.
func (c *Coverage) missing(from, until time.Time) {
	c.Missing = c.cut(c.Missing, Span{From: from, Until: until})
}

// cut appends what of a span lies in the time.
func (c *Coverage) cut(list []Span, s Span) []Span {
	if s.From.Before(c.From) {
		s.From = c.From
	}
	if s.Until.IsZero() || s.Until.After(c.Until) {
		s.Until = c.Until
	}
	if !s.From.Before(s.Until) {
		return list
	}
	if n := len(list); n > 0 && list[n-1].Trunk == s.Trunk && !s.From.After(list[n-1].Until) {
		list[n-1].Until = s.Until
		return list
	}
	return append(list, s)
}

func (c *Coverage) add(s *ledger.Summary) {
	c.Hours++
	if s.Records > 0 {
		if c.Records == 0 {
			c.First = s.First
		}
		c.Records, c.Last = c.Records+s.Records, s.Last
	}
	for _, t := range s.Trunks {
		if !slices.Contains(c.Trunks, t.Trunk) {
			c.Trunks = append(c.Trunks, t.Trunk)
		}
	}
	for _, g := range s.Gaps {
		c.Stopped = c.cut(c.Stopped, Span{From: g.From, Until: g.To})
	}
	for _, m := range s.Modes {
		if m.Mode == "bypass" {
			c.Bypassed = c.cut(c.Bypassed, Span{From: m.From, Until: m.To, Trunk: m.Trunk})
		}
	}
}

// Narrow leaves what somebody may know who does not see the whole node: their trunks,
// with the bypasses of those, and no count of what others recorded.
func (c *Coverage) Narrow(trunks []string) {
	c.Part, c.Records, c.First, c.Last = true, 0, 0, 0
	c.Trunks = slices.DeleteFunc(c.Trunks, func(t string) bool { return !slices.Contains(trunks, t) })
	c.Bypassed = slices.DeleteFunc(c.Bypassed, func(s Span) bool { return !slices.Contains(trunks, s.Trunk) })
}
