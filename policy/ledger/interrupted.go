package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"tregua/policy"
	"tregua/policy/bar"
	"tregua/policy/rings"
	"tregua/policy/seal"
	"tregua/policy/store"
)

// interrupted returns the ends of all open attempts that nobody has taken, in
// their order, with the bars and rings that they leave, and of inbound calls likewise.
func interrupted(
	s State, taken map[policy.AttemptID]bool, p *policy.Params, r store.Reader, now time.Time,
) ([]Entry, error) {
	follow := leftBars{params: p, rows: r, left: map[seal.Index]bar.Bars{}, served: map[Served]time.Time{}}
	rang := leftRings{rows: r, left: map[string]rings.Rings{}}
	entries := make([]Entry, 0, len(s.open))
	for id, o := range s.open {
		if !taken[id] {
			entries = append(entries, Entry{Kind: Close, ID: id, Ending: o.cutOff(now)})
		}
	}
	for id := range s.calls {
		if !taken[id] && s.open[id] == nil {
			entries = append(entries, Entry{Kind: Drop, ID: id})
		}
	}
	slices.SortFunc(entries, func(x, y Entry) int { return bytes.Compare(x.ID[:], y.ID[:]) })
	for i := range entries {
		e := &entries[i]
		if e.Kind == Drop {
			continue
		}
		if err := errors.Join(follow.by(s.open[e.ID], e), rang.by(s.open[e.ID], e, now)); err != nil {
			return nil, fmt.Errorf("attempt %s: %w", e.ID, err)
		}
	}
	return entries, nil
}

// cutOff is the ending of an attempt in which tregua stopped. That the INVITE
// left is not certain; the open row says that it was about to. A watch that was
// running says that nobody had been heard yet, and nobody will know whether an
// operator came in time: that counts against the caller (class A). Nor will anybody know whether it
// rang: that counts, too.
func (o *opened) cutOff(now time.Time) policy.Ending {
	e := policy.Ending{
		Outcome: policy.OutcomeInterrupted, Reason: policy.Interrupted,
		Forwarded: true, Rang: true, EndedBy: policy.Tregua, EndedAt: now,
	}
	if o.up == nil {
		return e
	}
	e.AnsweredAt, e.Watch = o.up.AnsweredAt, o.up.Watch
	switch {
	case o.up.Watch == policy.WatchOff:
	case o.up.Watching:
		e.Ratio = policy.RatioA
	default:
		e.Ratio = policy.RatioB
	}
	return e
}

// leftBars follows the bars of numbers through the ends of a start: two of them
// may be about one number.
type leftBars struct {
	params *policy.Params
	rows   store.Reader
	left   map[seal.Index]bar.Bars // as they are after the ends so far
	served map[Served]time.Time    // likewise
}

// by gives the end of an open attempt the bars that it leaves.
func (l *leftBars) by(o *opened, e *Entry) error {
	if e.Ending.Ratio == policy.RatioNone || policy.Reading(o.public.Attempt.Reading) != policy.Readable {
		return nil
	}
	if l.params == nil {
		return errors.New("an answered call was cut off, and Config.Params does not say what bar it leaves")
	}
	bars, known := l.left[o.index]
	if !known {
		value, found, err := l.rows.Get(bar.Key(o.index))
		if err != nil {
			return err
		}
		if found {
			if bars, err = bar.Decode(value); err != nil {
				return fmt.Errorf("row %x: %w", bar.Key(o.index), err)
			}
		}
	}
	a := policy.Attempt{Dialled: policy.Dialled{ID: e.ID, At: o.public.at()}}
	o.public.readAttempt(&a)
	bars, changed := bars.After(&a, &e.Ending, l.params)
	l.left[o.index] = bars
	if changed {
		e.Bars = BarRow(o.index, bars)
	}
	if e.Ending.Ratio == policy.RatioB && a.Principal != 0 {
		return l.serve(Served{o.index, a.Principal}, e)
	}
	return nil
}

// serve notes that a person was reached, never earlier than was known before.
// Whether there was a request is not known here; none that comes later is touched.
func (l *leftBars) serve(s Served, e *Entry) error {
	at, known := l.served[s]
	if !known {
		var err error
		if at, err = ServedAt(l.rows, s); err != nil {
			return err
		}
	}
	if e.Ending.AnsweredAt.After(at) {
		at = e.Ending.AnsweredAt
		e.Served = ServedRow(s.Index, s.Principal, at)
	}
	l.served[s] = at
	return nil
}

// BarRow returns the row that says the bars of a number; without bars it is to
// be deleted.
func BarRow(h seal.Index, b bar.Bars) store.Row {
	row := store.Row{Key: bar.Key(h)}
	if len(b) > 0 {
		row.Value = bar.Encode(b)
	}
	return row
}

// Bars returns the bars of every number that has some. One row that cannot be
// read is an error: it must not be taken for a number without a bar.
func Bars(r store.Reader) (map[seal.Index]bar.Bars, error) {
	all := map[seal.Index]bar.Bars{}
	for row, err := range r.Scan([]byte{spaceBar}, nil) {
		if err != nil {
			return nil, err
		}
		var h seal.Index
		if err := fixed(h[:], row.Key[1:], "index"); err != nil {
			return nil, fmt.Errorf("row %x: %w", row.Key, err)
		}
		if all[h], err = bar.Decode(row.Value); err != nil {
			return nil, fmt.Errorf("row %x: %w", row.Key, err)
		}
	}
	return all, nil
}
