package console

import (
	"slices"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/access"
)

// ListedIn is a row of a contact list that holds the number.
type ListedIn struct {
	List           string    `json:"list" doc:"principal/list"`
	Source         string    `json:"source" doc:"the import"`
	Line           uint32    `json:"line" doc:"of its file"`
	Approved       bool      `json:"approved" doc:"the version is in force; else it waits"`
	Ground         string    `json:"ground,omitempty" doc:"that the row names"`
	Provider       string    `json:"provider,omitempty"`
	SuspendedSince time.Time `json:"suspended_since,omitzero" doc:"of the provider"`
	Batch          string    `json:"batch,omitempty" doc:"of the provider"`
	BatchRow       uint32    `json:"batch_row,omitempty"`
	RetainUntil    time.Time `json:"retain_until,omitzero"`
}

// lists enters the lists of a principal that hold the number, once.
func (p *Page) lists(names Names, principal string, n policy.Number) error {
	if slices.ContainsFunc(p.Lists, func(l ListedIn) bool { return strings.HasPrefix(l.List, principal+"/") }) {
		return nil
	}
	rows, err := names.ListRows(principal, n)
	p.Lists = append(p.Lists, rows...)
	return err
}

// narrowList takes from a row who sold it and how their file was called: a call
// centre calls it, and did not bring it.
func narrowList(scope access.Scope, l *ListedIn) {
	if scope.CallCentre == "" {
		return
	}
	l.Source = sourceFor(scope, l.Source)
	l.Provider, l.Batch, l.BatchRow, l.SuspendedSince = "", "", 0, time.Time{}
}
