package ledger

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"tregua/policy"
)

// Counters returns the counters as they are kept.
func (r *Reader) Counters() (map[Tally]Counters, error) {
	out := map[Tally]Counters{}
	for row, err := range r.state.Scan([]byte{spaceCount}, nil) {
		if err != nil {
			return nil, err
		}
		t, n, err := readCounters(row.Key, row.Value)
		if err != nil {
			return nil, err
		}
		out[t] = n
	}
	return out, nil
}

// Recount computes the counters from all records. While records are written
// it may be some behind [Reader.Counters]; at rest both are equal.
func (r *Reader) Recount() (map[Tally]Counters, error) {
	out := map[Tally]Counters{}
	for v, err := range r.Each() {
		if err != nil {
			return nil, err
		}
		p := newPublic(&v.Record, &v.Record.Ending, v.Record.Attempt.At)
		n := out[p.tally()]
		n.add(&p)
		out[p.tally()] = n
	}
	return out, nil
}

// Report is what [Reader.Verify] found.
type Report struct {
	Records uint64  `json:"records"` // of attempts that have ended
	Notes   uint64  `json:"notes"`
	Open    uint64  `json:"open"`   // attempts without an end
	Erased  uint64  `json:"erased"` // records whose person was erased; they verify
	Faults  []error `json:"-"`
}

// Verify reads every record and checks that its leaf is of it (and, while the
// person is not erased, that the personal part is the one committed to), that
// the sequence has no gap and nothing twice, that no attempt has two records,
// that each summary is what its records say, and that the counters are those of
// the records. The ledger must be at rest.
// It keeps 8 bytes a record and 16 an attempt in memory.
func (r *Reader) Verify() (Report, error) {
	var rep Report
	fault := func(format string, args ...any) { rep.Faults = append(rep.Faults, fmt.Errorf(format, args...)) }
	seqs, ids := []uint64{}, map[policy.AttemptID]uint64{}
	summed, err := r.readSums(func(n *NoteView) {
		twice(ids, n.ID, n.Seq, fault)
		seqs = append(seqs, n.Seq)
		rep.Notes++
	})
	if errors.Is(err, ErrAltered) {
		fault("%w", err)
		return rep, nil
	}
	if err != nil {
		return rep, err
	}
	for v, err := range r.Each() {
		if errors.Is(err, ErrAltered) {
			fault("%w", err)
			return rep, nil
		}
		if err != nil {
			return rep, err
		}
		twice(ids, v.Record.Attempt.ID, v.Seq, fault)
		seqs = append(seqs, v.Seq)
		summed.addView(&v)
		if !v.Personal {
			rep.Erased++
		}
	}
	removals, err := r.Removals()
	if err != nil {
		return rep, err
	}
	gaps := gapsOf(removals)
	summed.verify(gaps, fault)
	rep.Records = uint64(len(seqs)) - rep.Notes
	inSequence(seqs, gaps, fault)
	for row, err := range r.state.Scan([]byte{spaceOpen}, nil) {
		if err != nil {
			return rep, err
		}
		if seq, twice := ids[policy.AttemptID(row.Key[1:])]; twice {
			fault("attempt %s is open and has record %d", policy.AttemptID(row.Key[1:]), seq)
		}
		rep.Open++
	}
	return rep, r.verifyCounters(removedMonths(removals), fault)
}

// inSequence says which record is the first that is missing, and was not removed.
func inSequence(seqs []uint64, gaps []gap, fault func(string, ...any)) {
	slices.Sort(seqs)
	next := uint64(0)
	for _, seq := range seqs {
		for g := find(gaps, next); seq > next && g != nil && g.From <= next; g = find(gaps, next) {
			next = g.To + 1
		}
		if seq != next {
			fault("record %d stands where record %d must be", seq, next)
			return
		}
		next++
	}
}

// verifyCounters compares the counters but those of months whose records were removed.
func (r *Reader) verifyCounters(removed map[string]bool, fault func(string, ...any)) error {
	kept, err := r.Counters()
	if err != nil {
		return err
	}
	counted, err := r.Recount()
	if err != nil {
		return err
	}
	all := maps.Clone(counted)
	maps.Copy(all, kept)
	for t := range all {
		if k, c := kept[t], counted[t]; !removed[t.Day.month()] && !k.Equal(c) {
			fault("%w", counterFault(t, k, c))
		}
	}
	return nil
}
