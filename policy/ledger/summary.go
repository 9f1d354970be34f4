package ledger

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tregua/policy"
)

// Hour is what a process knows of the time that a summary is about.
type Hour struct {
	From   time.Time  `json:"from,omitzero"` // where the last summary ended; zero: there is none
	To     time.Time  `json:"to,omitzero"`   // a full hour, UTC
	Late   bool       `json:"late,omitempty"`
	Alive  time.Time  `json:"-"` // when the process was last known to run
	Starts []Start    `json:"starts,omitempty"`
	Gaps   []Gap      `json:"gaps,omitempty"`
	Modes  []ModeSpan `json:"modes,omitempty"`
}

// Start is one start of the program.
type Start struct {
	Boot    uint64    `json:"boot"`
	At      time.Time `json:"at"`
	Program string    `json:"program"` // its version
	Policy  string    `json:"policy"`  // the profiles it judges by
}

// Gap is a time without a process: from its last sign of life, which it gives
// once a minute, to its start.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// ModeSpan is a time in which a trunk did not enforce.
type ModeSpan struct {
	Trunk string    `json:"trunk"`
	Mode  string    `json:"mode"` // shadow or bypass
	From  time.Time `json:"from"`
	To    time.Time `json:"to"` // zero only in an hour that is not over: it goes on
}

// Started returns h with a start. What a process before it did not live to say of
// its trunks ends with its last sign of life.
func (h Hour) Started(s Start) Hour {
	h = h.seen(h.Alive)
	if !h.Alive.IsZero() && s.At.After(h.Alive) {
		h.Gaps = append(slices.Clone(h.Gaps), Gap{h.Alive, s.At})
	}
	h.Starts = append(slices.Clone(h.Starts), s)
	h.Alive = s.At
	return h
}

// Observe returns h with what the trunks do at a time: the modes of those that do
// not enforce, in the order of their names.
func (h Hour) Observe(at time.Time, now []ModeSpan) Hour {
	spans := slices.Clone(h.Modes)
	for i := range spans {
		s := &spans[i]
		same := func(m ModeSpan) bool { return m.Trunk == s.Trunk && m.Mode == s.Mode }
		if s.To.IsZero() && !slices.ContainsFunc(now, same) {
			s.To = at
		}
	}
	for _, m := range now {
		goesOn := func(s ModeSpan) bool { return s.To.IsZero() && s.Trunk == m.Trunk && s.Mode == m.Mode }
		if !slices.ContainsFunc(spans, goesOn) {
			spans = append(spans, ModeSpan{Trunk: m.Trunk, Mode: m.Mode, From: at})
		}
	}
	h.Modes, h.Alive = spans, at
	return h
}

// seen ends what goes on at a time.
func (h Hour) seen(at time.Time) Hour {
	h.Modes = slices.Clone(h.Modes)
	for i := range h.Modes {
		if h.Modes[i].To.IsZero() {
			h.Modes[i].To = at
		}
	}
	return h
}

// Cut parts h at a full hour: what is to be summed up, and what is left for the
// next summary.
func (h Hour) Cut(to time.Time) (past, rest Hour) {
	past, rest = Hour{From: h.From, To: to}, Hour{From: to, Alive: h.Alive}
	for _, s := range h.Starts {
		if s.At.Before(to) {
			past.Starts = append(past.Starts, s)
		} else {
			rest.Starts = append(rest.Starts, s)
		}
	}
	for _, g := range h.Gaps {
		if g.From.Before(to) {
			past.Gaps = append(past.Gaps, Gap{g.From, earlier(g.To, to)})
		}
		if g.To.After(to) {
			rest.Gaps = append(rest.Gaps, Gap{later(g.From, to), g.To})
		}
	}
	for _, m := range h.Modes {
		open := m.To.IsZero()
		if m.From.Before(to) {
			end := to
			if !open {
				end = earlier(m.To, to)
			}
			past.Modes = append(past.Modes, ModeSpan{m.Trunk, m.Mode, m.From, end})
		}
		if open || m.To.After(to) {
			rest.Modes = append(rest.Modes, ModeSpan{m.Trunk, m.Mode, later(m.From, to), m.To})
		}
	}
	return past, rest
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Summary is the body of a note of kind summary: an hour, and what was recorded
// since the summary before it. Its records are those from First to Last, so that
// one that is left out shows: the sum of all counts is Records, First is the
// number after that of the summary before it, and Last the number before its own.
type Summary struct {
	Hour
	Records uint64            `json:"records"` // 0: Last is none
	First   uint64            `json:"first"`
	Last    uint64            `json:"last,omitempty"`
	Trunks  []TrunkSummary    `json:"trunks,omitempty"`
	Notes   map[string]uint64 `json:"notes,omitempty"` // by kind
}

// TrunkSummary counts the records of a trunk in one mode.
type TrunkSummary struct {
	Trunk    string            `json:"trunk"`
	Mode     string            `json:"mode"`
	Outcomes map[string]uint64 `json:"outcomes"` // records by outcome, those of re-dials as repeated
}

// ReadSummary reads the body of a note of kind summary.
func ReadSummary(n *Note) (s Summary, err error) {
	if err := json.Unmarshal(n.Body, &s); err != nil {
		return s, fmt.Errorf("summary %s: %w", n.ID, err)
	}
	return s, nil
}

// line says where a record counts in a summary.
type line struct {
	note  bool
	trunk string
	mode  policy.Mode
}

// lineOf returns the line of a record, and the count in it.
func (p *public) lineOf() (line, string) {
	if p.Note != nil {
		return line{note: true}, p.Note.Kind
	}
	return line{trunk: p.Attempt.Trunk, mode: policy.Mode(p.Attempt.Mode)}, policy.Outcome(p.Ending.Outcome).String()
}

// hour counts the records since the last summary.
type hour struct {
	since time.Time // where that one ended; zero: there is none
	first uint64    // the number after its own
	lines map[line]map[string]uint64
}

// summary returns the body of the summary of all records before next.
func (h *hour) summary(told *Hour, next uint64) ([]byte, error) {
	if told == nil || !told.To.After(h.since) {
		return nil, fmt.Errorf("%w: a summary needs an hour after %s, to which all is summed up", ErrNote, h.since.Format(time.RFC3339))
	}
	s := h.counted()
	s.Hour = *told
	s.From, s.First, s.Records = h.since, h.first, next-h.first
	if s.Records > 0 {
		s.Last = next - 1
	}
	body, err := json.Marshal(&s)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNote, err)
	}
	return body, nil
}

// counted returns the counts as a summary has them.
func (h *hour) counted() (s Summary) {
	for l, counts := range h.lines { // order: sorted below
		if l.note {
			s.Notes = counts
			continue
		}
		s.Trunks = append(s.Trunks, TrunkSummary{l.trunk, l.mode.String(), counts})
	}
	slices.SortFunc(s.Trunks, func(x, y TrunkSummary) int {
		return cmp.Or(cmp.Compare(x.Trunk, y.Trunk), cmp.Compare(x.Mode, y.Mode))
	})
	return s
}

func (h *hour) add(p *public) {
	l, what := p.lineOf()
	if h.lines[l] == nil {
		h.lines[l] = map[string]uint64{}
	}
	h.lines[l][what]++
}
