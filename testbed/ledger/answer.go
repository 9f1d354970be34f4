package main

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"github.com/google/uuid"

	"tregua/policy"
	"tregua/policy/complaint"
	"tregua/policy/ledger"
	"tregua/policy/report/page"
)

const (
	// answerBar is how long the answer sheet of a complaint may take.
	answerBar = 5 * time.Second
	// answers is how many are made.
	answers = 20
)

// begins is when the first attempt of the histories is.
var begins = time.Date(2024, 12, 1, 0, 0, 0, 0, time.UTC)

// sum writes the summaries of all hours of the histories.
func (h *house) sum(ctx context.Context) error {
	for from, end := begins, begins.AddDate(0, months, 0); from.Before(end); {
		to := from.Add(time.Hour)
		e := ledger.Entry{
			Kind: ledger.Noted, Hour: &ledger.Hour{From: from, To: to},
			Note: ledger.Note{ID: policy.AttemptID(uuid.Must(uuid.NewV7())), At: to, Kind: ledger.NoteSummary},
		}
		stampID(&e.Note.ID, to)
		if h.writer.Submit(e) {
			from = to
		} else if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// answer makes the sheets of complaints about two years of calls, as a daemon does:
// the calls to a number, what the summaries cover, the paper in both forms.
func (o *options) answer(h *house, numbers int) error {
	took := make([]time.Duration, 0, answers)
	until := begins.AddDate(0, months, 0)
	for i := range answers {
		start := time.Now()
		views, err := h.reader.ByNumber(called(i*7919%numbers), 1<<20)
		if err != nil {
			return err
		}
		p := complaint.Paper{Kind: "sheet", Complaint: "C1", Made: until, Calls: make([]complaint.Call, len(views))}
		for n := range views {
			r := &views[n].Record
			p.Calls[n] = complaint.Call{
				Receipt: r.Attempt.ID.String(), At: r.Attempt.At, Campaign: r.Attempt.CampaignName, Verdict: r.Decision.Verdict.String(),
				Reason: r.Decision.Reason.String(), Law: r.Decision.Reason.Law(), Outcome: r.Ending.Outcome.String(),
			}
		}
		if p.Coverage, err = complaint.Cover(begins, until, h.summaries()); err != nil {
			return err
		}
		// Before the first summary nothing is known: nobody told it when the program began.
		if m := p.Coverage.Missing; len(views) != months || len(m) != 1 || !m[0].Until.Equal(begins.Add(time.Hour)) {
			return fmt.Errorf("number %d has %d attempts, want %d; %+v is missing", i, len(views), months, m)
		}
		if _, err := p.JSON(); err != nil {
			return err
		}
		if _, err := p.Sheet(complaint.Language{Lang: page.Italian, Zone: time.UTC}).PDF(p.Made); err != nil {
			return err
		}
		took = append(took, time.Since(start))
	}
	first := took[0]
	slices.Sort(took)
	most := took[answers-1]
	fmt.Printf("  %-14s first %v, p50 %v, most %v\n", "answer sheet", first.Round(time.Millisecond), took[answers/2].Round(time.Millisecond), most.Round(time.Millisecond))
	if bar := time.Duration(float64(answerBar) * o.slack); most > bar {
		return fmt.Errorf("an answer sheet takes %v, the bar is %v", most, bar)
	}
	return nil
}

func (h *house) summaries() iter.Seq2[ledger.Summary, error] {
	return func(yield func(ledger.Summary, error) bool) {
		for n, err := range h.reader.Notes(ledger.NoteSummary, begins, time.Time{}) {
			var s ledger.Summary
			if err == nil {
				s, err = ledger.ReadSummary(&n.Note)
			}
			if !yield(s, err) || err != nil {
				return
			}
		}
	}
}
