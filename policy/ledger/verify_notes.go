package ledger

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"time"

	"tregua/policy"
)

// sums recounts what the summaries say.
type sums struct {
	notes []NoteView // of kind summary, by Seq
	said  []Summary
	hours []hour // one for each
}

// add counts a record, by the summary that comes next after it.
func (s *sums) add(seq uint64, l line, what string) {
	i, _ := slices.BinarySearchFunc(s.notes, seq, func(n NoteView, seq uint64) int { return cmp.Compare(n.Seq, seq) })
	if i == len(s.notes) {
		return // its hour is not over
	}
	if s.notes[i].Seq == seq || seq < s.said[i].First {
		return // the summary itself, or what an older program wrote
	}
	h := &s.hours[i]
	if h.lines[l] == nil {
		h.lines[l] = map[string]uint64{}
	}
	h.lines[l][what]++
}

// readSums reads all notes: it gives each to also, and returns the summaries.
func (r *Reader) readSums(also func(*NoteView)) (*sums, error) {
	var s sums
	var all []NoteView
	for n, err := range r.Notes("", time.Time{}, time.Time{}) {
		if err != nil {
			return nil, err
		}
		also(&n)
		if n.Kind == NoteSummary {
			s.notes = append(s.notes, n)
		}
		n.Body = nil
		all = append(all, n)
	}
	slices.SortFunc(s.notes, func(x, y NoteView) int { return cmp.Compare(x.Seq, y.Seq) })
	for i := range s.notes {
		said, err := ReadSummary(&s.notes[i].Note)
		if err != nil {
			return nil, errors.Join(err, ErrAltered)
		}
		s.said = append(s.said, said)
		s.hours = append(s.hours, hour{lines: map[line]map[string]uint64{}})
	}
	for _, n := range all {
		s.add(n.Seq, line{note: true}, n.Kind)
	}
	return &s, nil
}

// addView counts the record of an attempt.
func (s *sums) addView(v *View) {
	a := &v.Record.Attempt
	s.add(v.Seq, line{trunk: a.Trunk, mode: a.Mode}, v.Record.Ending.Outcome.String())
}

// verify compares each summary with the records that it says it sums up, if none of them
// was removed.
func (s *sums) verify(gaps []gap, fault func(string, ...any)) {
	for i := range s.said {
		said, n := &s.said[i], &s.notes[i]
		if i > 0 && said.First != s.notes[i-1].Seq+1 {
			fault("summary %s begins with record %d, the one before it ends with %d", n.ID, said.First, s.notes[i-1].Seq)
		}
		if i > 0 && !said.From.Equal(s.said[i-1].To) {
			fault("summary %s is from %s on, the one before it until %s", n.ID, said.From.Format(time.RFC3339), s.said[i-1].To.Format(time.RFC3339))
		}
		if said.First+said.Records != n.Seq {
			fault("summary %s sums up %d records from %d on, and is record %d", n.ID, said.Records, said.First, n.Seq)
		}
		g := find(gaps, said.First)
		if counted := s.hours[i].counted(); (g == nil || g.From > n.Seq) && !counted.equal(said) {
			fault("summary %s says %v and notes %v, the records say %v and %v", n.ID, said.Trunks, said.Notes, counted.Trunks, counted.Notes)
		}
	}
}

// equal reports whether both count the same.
func (s *Summary) equal(o *Summary) bool {
	return maps.Equal(s.Notes, o.Notes) && slices.EqualFunc(s.Trunks, o.Trunks, func(x, y TrunkSummary) bool {
		return x.Trunk == y.Trunk && x.Mode == y.Mode && maps.Equal(x.Outcomes, y.Outcomes)
	})
}

// twice says of two records with one id.
func twice(ids map[policy.AttemptID]uint64, id policy.AttemptID, seq uint64, fault func(string, ...any)) {
	if other, known := ids[id]; known {
		fault("attempt %s has records %d and %d", id, other, seq)
	}
	ids[id] = seq
}
