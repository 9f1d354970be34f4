package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/ledger"
	"tregua/policy/reconcile"
)

// How a carrier's rows are compared with the ledger: by how much more than the
// clocks two times of one call may differ, which difference is none, and how many
// rows a file may have.
const (
	reconcileWindow    = 30 * time.Second
	reconcileTolerance = time.Second
	maxCarrierRows     = 2_000_000
)

// reconciler holds carriers' call records against the ledger.
type reconciler struct {
	book     *book.Book
	reader   *ledger.Reader
	carriers []string
	figures  *leakFigures
}

func (n *node) reconciler() reconciler {
	r := reconciler{book: n.book, reader: n.reader, figures: n.leaks}
	for _, t := range n.config.Trunks {
		if t.Side == configs.SideCarrier {
			r.carriers = append(r.carriers, t.Name)
		}
	}
	return r
}

// Reconcile reads a file of a carrier.
func (r reconciler) Reconcile(ctx context.Context, _ access.Scope, f console.CarrierFile) (*reconcile.Report, []console.BadRow, error) {
	if !slices.Contains(r.carriers, f.Carrier) {
		return nil, nil, unfit(http.StatusNotFound, "there is no carrier trunk %q; there are %q", f.Carrier, r.carriers)
	}
	rows, bad, err := r.rows(ctx, f)
	if err != nil {
		return nil, nil, mistake(fmt.Errorf("reconcile: %w", err))
	}
	calls, erased, err := r.calls(ctx, rows)
	if err != nil {
		return nil, nil, err
	}
	report := reconcile.Match(rows, calls, reconcile.Config{Window: reconcileWindow, Tolerance: reconcileTolerance, Part: f.Part})
	report.Erased = erased
	r.figures.leaks.WithLabelValues(f.Carrier).Set(float64(len(report.Leaks)))
	r.figures.at.WithLabelValues(f.Carrier).SetToCurrentTime()
	return report, bad, nil
}

func (r reconciler) rows(ctx context.Context, f console.CarrierFile) (rows []reconcile.Row, bad []console.BadRow, err error) {
	err = r.book.ReadRows(ctx, book.RowFile{
		Reader: f.Reader, Format: book.Format(f.Format), Columns: configs.CarrierColumns,
		Bad: func(line int, why error) { bad = append(bad, console.BadRow{Line: line, Why: why.Error()}) },
		Take: func(row *book.Row) error {
			if len(rows)+len(bad) >= maxCarrierRows {
				return unfit(http.StatusUnprocessableEntity, "the file has more than %d rows: cut it in two", maxCarrierRows)
			}
			one, err := carrierRow(row)
			if err == nil {
				rows = append(rows, one)
			}
			return err
		},
	})
	return rows, bad, err
}

// carrierRow reads a row of a file of call records.
func carrierRow(r *book.Row) (out reconcile.Row, err error) {
	out = reconcile.Row{Line: r.Line, ID: strings.Clone(r.Text("id")), CallerID: strings.Clone(r.Text("caller_id"))}
	if out.Called, err = r.Number("number"); err != nil {
		return out, err
	}
	if out.Started, err = r.Moment("started_at"); err != nil {
		return out, err
	}
	if out.Answered, err = r.Moment("answered_at"); err != nil {
		return out, err
	}
	switch {
	case out.Called == 0:
		return out, book.RowError("number is empty")
	case out.Started.IsZero() && out.Answered.IsZero():
		return out, book.RowError("the row has no started_at and no answered_at: name the column that has one of them, as --column started_at=BEGIN")
	}
	if text := r.Text("duration"); text != "" {
		out.Talk, err = talkOf(text)
	}
	return out, err
}

// talkOf reads a duration as carriers write it: seconds, or hours, minutes and
// seconds.
func talkOf(text string) (time.Duration, error) {
	if part := strings.Split(text, ":"); len(part) == 3 {
		if d, err := time.ParseDuration(part[0] + "h" + part[1] + "m" + part[2] + "s"); err == nil && d >= 0 {
			return d, nil
		}
	}
	if seconds, err := strconv.ParseFloat(text, 64); err == nil && seconds >= 0 && seconds < 1e7 {
		return time.Duration(seconds * float64(time.Second)), nil
	}
	return 0, book.RowError("duration %q: write seconds, as 63, or 00:01:03", text)
}

// calls returns what left towards a carrier in the time of the rows, and how many
// calls of erased persons there are, which cannot be told from others.
func (r reconciler) calls(ctx context.Context, rows []reconcile.Row) (calls []reconcile.Call, erased int, err error) {
	first, last := reconcile.Span(rows)
	if first.IsZero() {
		return nil, 0, nil
	}
	span := ledger.Span{Since: first.Add(-reconcile.Reach), Until: last.Add(reconcile.Reach)}
	if err := r.reader.Removed(span); err != nil {
		return nil, 0, removed(err)
	}
	err = r.reader.Sweep(ctx, span, 1, func(_ int, v *ledger.View) error {
		e, a := &v.Record.Ending, &v.Record.Attempt
		switch {
		case !e.Forwarded && e.Outcome != policy.OutcomeHandedOn:
		case !v.Personal:
			erased++
		default:
			at := e.ForwardedAt
			if at.IsZero() {
				at = a.At
			}
			calls = append(calls, reconcile.Call{ID: a.ID, Called: a.Called, CallerID: a.CallerID, Forwarded: at, Answered: e.AnsweredAt, Ended: e.EndedAt})
		}
		return nil
	})
	return calls, erased, err
}

// removed says that a file is of records that are gone: every call in it would be one that
// went round.
func removed(err error) error {
	if errors.Is(err, ledger.ErrRemoved) {
		return unfit(http.StatusUnprocessableEntity, "reconcile: the file is of a time of which nobody can tell any more: %w", err)
	}
	return err
}

// leakFigures are what the last file of each carrier said.
type leakFigures struct{ leaks, at *prometheus.GaugeVec }

func newLeakFigures() *leakFigures {
	gauge := func(name, help string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{"carrier"})
	}
	return &leakFigures{
		leaks: gauge("tregua_reconcile_leaks", "Calls in the last file of a carrier's call records that went round tregua."),
		at:    gauge("tregua_reconcile_timestamp_seconds", "When the last file of a carrier's call records was compared with the ledger."),
	}
}

// Describe names the metrics.
func (f *leakFigures) Describe(to chan<- *prometheus.Desc) {
	f.leaks.Describe(to)
	f.at.Describe(to)
}

// Collect takes one reading.
func (f *leakFigures) Collect(to chan<- prometheus.Metric) {
	f.leaks.Collect(to)
	f.at.Collect(to)
}
