package ledger_test

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"tregua/policy"
	"tregua/policy/bar"
	"tregua/policy/ledger"
	"tregua/policy/seal"
)

// wantBars wants the bars that are stored to be those that the records make,
// one after another, but for numbers of which that is not certain; and no row of
// an answer without an open attempt.
func (h *house) wantBars(uncertain map[policy.Number]bool) {
	h.t.Helper()
	var all []ledger.View
	for v, err := range h.reader.Each() {
		if err != nil {
			h.t.Fatal(err)
		}
		all = append(all, v)
	}
	slices.SortFunc(all, func(x, y ledger.View) int { return cmp.Compare(x.Seq, y.Seq) })
	want := map[seal.Index]bar.Bars{}
	for i := range all {
		r := &all[i].Record
		index := h.keys.Index(r.Attempt.Called)
		b, _ := want[index].After(&r.Attempt, &r.Ending, figures)
		if want[index] = b; len(b) == 0 {
			delete(want, index)
		}
	}
	got, err := ledger.Bars(h.state)
	if err != nil {
		h.t.Fatal(err)
	}
	for n := range uncertain {
		delete(want, h.keys.Index(n))
		delete(got, h.keys.Index(n))
	}
	if d := gocmp.Diff(want, got); d != "" {
		h.t.Errorf("the bars are not those of the records: %s", d)
	}
	h.wantRings(all, uncertain)
	if ups := h.ups(); len(ups) != h.committer.Opens() && len(ups) != 0 {
		h.t.Errorf("%d up rows of %d open attempts", len(ups), h.committer.Opens())
	}
}

// wantNotes wants every note that was acknowledged.
func (l *lives) wantNotes() {
	found := map[policy.AttemptID]bool{}
	for _, n := range l.h.notes("", time.Time{}, time.Time{}) {
		found[n.ID] = true
	}
	for id, acknowledged := range l.notes {
		if acknowledged && !found[id] {
			l.t.Errorf("note %s was acknowledged and is not there", id)
		}
	}
}

// judge compares what was acknowledged with what is found.
func (l *lives) judge() {
	if rep := l.h.verify(); rep.Open != 0 {
		l.t.Errorf("%d attempts still open", rep.Open)
	}
	found := map[int]string{}
	for v, err := range l.h.reader.Each() {
		if err != nil {
			l.t.Fatal(err)
		}
		if !v.Personal {
			l.t.Errorf("record %d cannot be opened", v.Seq)
		}
		n := l.kinds[v.Record.Attempt.ID]
		if found[n] != "" {
			l.t.Errorf("attempt %d has two records", n)
		}
		found[n] = v.Record.Ending.Outcome.String()
		// What was submitted and not acknowledged may be written or not.
		e, known := v.Record.Ending, len(l.told[n]) == 0 || l.watch[n] == policy.RatioB
		if e.Outcome == policy.OutcomeInterrupted && known && e.Ratio != l.watch[n] {
			l.t.Errorf("attempt %d was cut off and counts as %v, want %v", n, e.Ratio, l.watch[n])
		}
	}
	interrupted := policy.OutcomeInterrupted.String()
	// The end of such an attempt was in a commit that failed. It may have been
	// applied, and of what it wrote the bars stayed: see Committer.Failed.
	lost := map[policy.Number]bool{}
	for n, want := range l.fates {
		got := found[n]
		if want == "closing" && got == interrupted {
			lost[l.called(n)] = true
		}
		ok := got == want
		switch want {
		case "open":
			ok = got == interrupted
		case "failed": // a crash may have cut off the record of the refusal
			ok = got == "" || got == interrupted || got == policy.OutcomeRefused.String()
		case "closing": // the end was submitted, and not acknowledged
			ok = got == interrupted || got == l.ends[n]
		}
		if !ok {
			l.t.Errorf("attempt %d was acknowledged as %q, its record says %q", n, want, got)
		}
	}
	l.h.wantBars(lost)
	l.wantNotes()
	if l.n < 50 {
		l.t.Error(fmt.Sprint("only ", l.n, " attempts"))
	}
}
