package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/contracts"
	"tregua/policy/keep"
	"tregua/policy/ledger"
)

// maxContracts bounds the contracts of one file: the answer has them all.
const maxContracts = 100_000

// contractColumns are those of a file of contracts.
var contractColumns = []book.Column{
	{Name: "contract", Required: true},
	{Name: "number", Required: true},
	{Name: "signed_at", Required: true},
	{Name: "number2"},
	{Name: "campaign"},
	{Name: "seller"},
	{Name: "attempt"},
}

// adminContracts checks contracts against the ledger.
type adminContracts struct {
	book   *book.Book
	reader *ledger.Reader
}

// CheckContracts reads a file of contracts of a principal.
func (c adminContracts) CheckContracts(ctx context.Context, scope access.Scope, f console.ContractsFile) (*contracts.Report, []console.BadRow, error) {
	s := c.book.Current()
	principal, err := s.Principal(f.Principal)
	if err != nil || !scope.Whole() && !takesPrincipal(scope, s, f.Principal) {
		return nil, nil, unknownPrincipal("contracts", f.Principal)
	}
	batch, err := c.reader.Batch()
	if err != nil {
		return nil, nil, err
	}
	gone, err := c.reader.Gone(ledger.Span{})
	if err != nil {
		return nil, nil, err
	}
	calls := callsOfPrincipal{c.reader, batch, principal, gone}
	var report contracts.Report
	var bad []console.BadRow
	err = c.book.ReadRows(ctx, book.RowFile{
		Reader: f.Reader, Format: book.Format(f.Format), Columns: contractColumns,
		Bad: func(line int, why error) { bad = append(bad, console.BadRow{Line: line, Why: why.Error()}) },
		Take: func(r *book.Row) error {
			if len(report.Findings)+len(bad) >= maxContracts {
				return unfit(http.StatusUnprocessableEntity, "the file has more than %d contracts: cut it in two", maxContracts)
			}
			contract, err := contractOf(r)
			if err != nil {
				return err
			}
			finding, err := contracts.Check(calls, &contract, f.Window)
			if err == nil {
				report.Add(finding)
			}
			return err
		},
	})
	if err != nil {
		return nil, nil, mistake(fmt.Errorf("contracts: %w", err))
	}
	return &report, bad, nil
}

// contractOf reads a row of a file of contracts.
func contractOf(r *book.Row) (c contracts.Contract, err error) {
	c = contracts.Contract{Line: r.Line, ID: r.Text("contract"), Campaign: r.Text("campaign"), Seller: r.Text("seller")}
	for _, column := range []string{"number", "number2"} {
		n, err := r.Number(column)
		if err != nil {
			return c, err
		}
		if n != 0 && !slices.Contains(c.Numbers, n) {
			c.Numbers = append(c.Numbers, n)
		}
	}
	if c.Signed, c.SignedBy, err = r.Span("signed_at"); err != nil {
		return c, err
	}
	if c.Signed.IsZero() {
		return c, book.RowError("signed_at is empty: write 2026-03-31 or 2026-03-31 14:05:00")
	}
	if text := r.Text("attempt"); text != "" {
		id, err := uuid.Parse(text)
		if err != nil || len(text) != 36 {
			return c, book.RowError("attempt %q is none: it has the form 01890a5d-ac96-774b-bcce-b302099a8057", text)
		}
		c.Attempt = policy.AttemptID(id)
	}
	if len(c.Numbers) == 0 && c.Attempt == (policy.AttemptID{}) {
		return c, book.RowError("the contract has no number and no attempt: by one of them its call is found")
	}
	return c, nil
}

// callsOfPrincipal are the calls made on behalf of one principal.
type callsOfPrincipal struct {
	reader    *ledger.Reader
	batch     *ledger.Batch
	principal policy.PrincipalID
	gone      []ledger.Gone
}

// takes reports whether a record is of a call of the principal that has ended.
func (c callsOfPrincipal) takes(v *ledger.View) bool {
	return v.Record.Attempt.Principal == c.principal && !v.Open && v.Record.Ending.Outcome != policy.OutcomeRepeated
}

// Attempt returns one call.
func (c callsOfPrincipal) Attempt(id policy.AttemptID) (policy.Record, bool, error) {
	v, err := c.reader.Attempt(id)
	if errors.Is(err, ledger.ErrNotFound) {
		return policy.Record{}, false, nil
	}
	return v.Record, err == nil && c.takes(&v), err
}

// Between returns the calls to a number that began in a span of time.
func (c callsOfPrincipal) Between(n policy.Number, from, to time.Time) (list []policy.Record, err error) {
	views, err := c.batch.Between(n, from, to)
	for i := range views {
		if c.takes(&views[i]) {
			list = append(list, views[i].Record)
		}
	}
	return list, err
}

// Gone reports whether purges took calls of a span of time that were answered.
func (c callsOfPrincipal) Gone(from, to time.Time) bool {
	return slices.ContainsFunc(c.gone, func(g ledger.Gone) bool {
		return g.Class == keep.Connected.String() && g.Month <= ledger.MonthOf(to) && !g.Until.Before(from)
	})
}
