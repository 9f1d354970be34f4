package ledger

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tregua/policy/keep"
)

// Gone says that purges took records of a class of a month. Whose they were nobody can
// tell any more: who finds no call to a number in that time cannot say that there was
// none.
type Gone struct {
	Month string    `json:"month" doc:"as 2026-11"`
	Class string    `json:"class" doc:"silent, connected, refused or unanswered"`
	Until time.Time `json:"until" doc:"when the newest of them was attempted, or the end of the month"`
}

// Gone returns what purges took of a span of time, in the order of months and classes.
func (r *Reader) Gone(span Span) ([]Gone, error) {
	all, err := r.goneOf(span) // first: a purge that ends meanwhile has its note then
	if err != nil {
		return nil, err
	}
	// A purge is later than what it takes.
	for n, err := range r.Notes(NotePurge, span.Since, time.Time{}) {
		if err != nil {
			return nil, err
		}
		told, err := goneBy(&n, span)
		if err != nil {
			return nil, fmt.Errorf("purge %s: %w", n.ID, err)
		}
		all = append(all, told...)
	}
	// The newest first of each, which is kept.
	slices.SortFunc(all, func(a, b Gone) int {
		return cmp.Or(strings.Compare(a.Month, b.Month), strings.Compare(a.Class, b.Class), b.Until.Compare(a.Until))
	})
	return slices.CompactFunc(all, func(a, b Gone) bool { return a.Month == b.Month && a.Class == b.Class }), nil
}

// goneBy returns what a purge took of a span of time.
func goneBy(n *NoteView, span Span) (all []Gone, err error) {
	var p Purge
	if err := json.Unmarshal(n.Body, &p); err != nil || p.Month == "" { // or of no records
		return nil, err
	}
	first, err := startOf(p.Month)
	if err != nil || !span.Until.IsZero() && !first.Before(span.Until) {
		return nil, err
	}
	for class := range p.Records { // order: sorted by who asks
		until, said := p.Newest[class]
		if !said { // by a program that did not say it yet
			until = first.AddDate(0, 1, 0)
		}
		if !until.Before(span.Since) {
			all = append(all, Gone{p.Month, class, until})
		}
	}
	return all, nil
}

// goneOf returns what purges may have taken that have no note yet: all of their months.
func (r *Reader) goneOf(span Span) ([]Gone, error) {
	all := []Gone{}
	for row, err := range r.state.Scan([]byte{spacePurge}, nil) {
		if err != nil {
			return nil, err
		}
		month := string(row.Key[1:])
		first, err := startOf(month)
		if err != nil {
			return nil, fmt.Errorf("row %x: %w", row.Key, err)
		}
		until := first.AddDate(0, 1, 0)
		if until.Before(span.Since) || !span.Until.IsZero() && !first.Before(span.Until) {
			continue
		}
		for class := range keep.Classes {
			all = append(all, Gone{month, class.String(), until})
		}
	}
	return all, nil
}
